"""Processor seconds of a TreeQuest search over a generator that costs nothing. Prints {"figures": [one for each repetition]}.

python tree-quest.py ALGORITHM NODES REPETITIONS     (ab-mcts-a, ab-mcts-m, mcts, tot-bfs, best-first)

States are not copied (`inplace`), which is TreeQuest's fastest way and not its default.
"""

import json
import os
import random
import sys

# One process, so that its processor time is all there is.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import time  # noqa: E402

import treequest  # noqa: E402
from treequest.algos.best_first_search import BestFirstSearchAlgo  # noqa: E402

ALGORITHMS = {
    "ab-mcts-a": lambda: treequest.ABMCTSA(),
    "ab-mcts-m": lambda: treequest.ABMCTSM(max_process_workers=1),
    "mcts": lambda: treequest.StandardMCTS(samples_per_action=4),
    "tot-bfs": lambda: treequest.TreeOfThoughtsBFSAlgo(breadth_limit=5, size_limit=5),
    "best-first": lambda: BestFirstSearchAlgo(num_samples=4),
}


def main() -> None:
    name, nodes, repetitions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps({"figures": [seconds(name, nodes, seed) for seed in range(repetitions)]}))


def seconds(name: str, nodes: int, seed: int) -> float:
    draw = random.Random(seed)
    generators = {"null": lambda _state: ("", draw.random())}
    algorithm = ALGORITHMS[name]()
    start = time.process_time()
    tree = algorithm.init_tree()
    for _ in range(nodes):
        tree = algorithm.step(tree, generators, inplace=True)
    assert len(algorithm.get_state_score_pairs(tree)) == nodes
    return time.process_time() - start


main()
