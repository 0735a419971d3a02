"""What TreeQuest's AB-MCTS chooses in trees that are given. Prints JSON: the trees, and how often each node was chosen to be gone on from.

python ab-mcts-choices.py > ../../test/fixtures/ab-mcts-choices.json

A tree is a list of [parent, proposer, score] in the order in which its nodes were made; the root is -1. A choice is "node proposer".
The sampler of AB-MCTS-M is run a few times for each decision of a tree; its draws are pooled, and decisions are drawn from the pool in
TreeQuest's own way.
"""

import importlib.metadata
import json
import os
import sys
from collections import Counter

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy  # noqa: E402
import treequest  # noqa: E402
from treequest.algos.ab_mcts_m.pymc_interface import PyMCInterface  # noqa: E402

DRAWS = 20_000
SAMPLER_RUNS = 4

BUSH = [[-1, "a", 0.4], [-1, "a", 0.6], [1, "a", 0.7], [1, "a", 0.5], [0, "a", 0.2], [2, "a", 0.8]]
FEW = [[-1, "a", 0.3], [-1, "a", 0.9]]
FLAT = [[-1, "a", 0.0], [-1, "a", 1.0], [-1, "a", 0.0], [1, "a", 1.0], [3, "a", 1.0], [4, "a", 1.0], [2, "a", 0.5]]
TWO = [[-1, "a", 0.2], [-1, "b", 0.7], [1, "a", 0.4], [1, "b", 0.8], [0, "a", 0.1]]

CASES = [
    {"name": "gaussian", "algorithm": "ab-mcts-a", "settings": {}, "nodes": BUSH},
    {"name": "gaussian, few", "algorithm": "ab-mcts-a", "settings": {}, "nodes": FEW},
    {"name": "gaussian, flat", "algorithm": "ab-mcts-a", "settings": {}, "nodes": FLAT},
    {"name": "beta", "algorithm": "ab-mcts-a", "settings": {"dist_type": "beta"}, "nodes": BUSH},
    {"name": "beta, flat", "algorithm": "ab-mcts-a", "settings": {"dist_type": "beta"}, "nodes": FLAT},
    {"name": "gaussian, two proposers", "algorithm": "ab-mcts-a", "settings": {}, "nodes": TWO},
    {
        "name": "gaussian, two proposers, prior means",
        "algorithm": "ab-mcts-a",
        "settings": {"reward_average_priors": {"a": 0.9, "b": 0.1}},
        "nodes": TWO,
    },
    {"name": "beta, two proposers", "algorithm": "ab-mcts-a", "settings": {"dist_type": "beta"}, "nodes": TWO},
    {
        "name": "gaussian, two proposers, ucb",
        "algorithm": "ab-mcts-a",
        "settings": {"model_selection_strategy": "multiarm_bandit_ucb"},
        "nodes": TWO,
    },
    {"name": "mixed", "algorithm": "ab-mcts-m", "settings": {}, "nodes": BUSH},
    {"name": "mixed, few", "algorithm": "ab-mcts-m", "settings": {}, "nodes": FEW},
    {"name": "mixed, pruned", "algorithm": "ab-mcts-m", "settings": {}, "nodes": FLAT},
]


def main() -> None:
    cases = [{**case, "choices": choices(**case)} for case in CASES]
    json.dump(
        {
            "command": "python bench/peers/ab-mcts-choices.py",
            "treequest": importlib.metadata.version("treequest"),
            "draws": DRAWS,
            "cases": cases,
        },
        sys.stdout,
        indent=1,
    )


def choices(name: str, algorithm: str, settings: dict, nodes: list) -> dict[str, float]:
    numpy.random.seed(1)
    actions = sorted({action for _, action, _ in nodes})
    if algorithm == "ab-mcts-a":
        search = treequest.ABMCTSA(**settings)
        choose = search._get_expand_node_and_action
    else:
        search = treequest.ABMCTSM(max_process_workers=1, **settings)
        pool(search.pymc_interface)
        choose = search.get_expand_node_and_action
    state = grown(search, nodes, actions)
    counts: Counter[str] = Counter()
    for _ in range(DRAWS):
        node, action = choose(state, actions)
        counts[f"{node.expand_idx} {action}"] += 1
    print(name, dict(counts), file=sys.stderr)
    return {choice: count / DRAWS for choice, count in sorted(counts.items())}


def grown(search, nodes: list, actions: list[str]):
    state = search.init_tree()
    for parent, action, score in nodes:
        node = state.tree.get_node(parent)
        if hasattr(state, "thompson_states"):
            state.thompson_states.get_or_create(node, actions)
            for known in actions:
                state.all_rewards_store.setdefault(known, [])
        trial = state.trial_store.create_trial(node, action)
        search.tell(state, trial.trial_id, ("", score))
    return state


def pool(interface: PyMCInterface) -> None:
    """Runs the sampler for each set of observations only a few times, and draws scores from all that it gave."""
    calculate = interface.calculate_score
    known: dict = {}

    def pooled(observations, action):
        key = tuple((o.reward, o.child_idx) for o in observations)
        if key not in known:
            known[key] = fitted(observations, action)
        return {option: numpy.random.choice(values) for option, values in known[key].items()}

    def fitted(observations, action):
        values: dict = {}
        for _ in range(SAMPLER_RUNS):
            drawn = []
            interface.get_score = lambda array: drawn.append(array.values.flatten()) or 0.0
            for option, array in zip(calculate(observations, action), drawn):
                values.setdefault(option, []).append(array)
        return {option: numpy.concatenate(arrays) for option, arrays in values.items()}

    interface.calculate_score = pooled
    # It samples for a minute even to choose among one.
    interface._select_best_action = lambda _observations, actions, strategy: actions[0]


main()
