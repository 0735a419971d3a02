"""Simulations a second of OpenSpiel's C++ MCTS with random rollouts, in processor time. Prints {"figures": [one for each repetition]}.

python open-spiel.py GAME SIMULATIONS EXPLORATION REPETITIONS
"""

import json
import sys
import time

import pyspiel

LEAST_SECONDS = 1.0  # of processor time, for each repetition


def main() -> None:
    name, simulations, exploration, repetitions = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    game = pyspiel.load_game(name)
    figures = [rate(game, simulations, exploration, seed) for seed in range(repetitions)]
    print(json.dumps({"figures": figures}))


def rate(game: pyspiel.Game, simulations: int, exploration: float, seed: int) -> float:
    """Searches from the first position, each search with a new tree, until enough time has passed."""
    evaluator = pyspiel.RandomRolloutEvaluator(n_rollouts=1, seed=seed)
    bot = pyspiel.MCTSBot(game, evaluator, exploration, simulations, max_memory_mb=4096, solve=False, seed=seed, verbose=False)
    state = game.new_initial_state()
    done = 0
    start = time.process_time()
    while time.process_time() - start < LEAST_SECONDS:
        done += bot.mcts_search(state).explore_count
    return done / (time.process_time() - start)


main()
