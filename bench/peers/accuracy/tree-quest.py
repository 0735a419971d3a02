"""TreeQuest's AB-MCTS-A over answers that someone else makes and scores, by JSON lines.

In:  {"start": seed} begins a search, {"id": n, "score": s} is the answer that was asked for, {"stop": true} ends the search.
Out: {"from": n} asks for an answer that goes on from answer n (null: from the task), {"seconds": s} after a stop says how long the
search itself took: all but its waiting for answers.
"""

import json
import random
import sys
import time

import numpy
import treequest


class Stopped(Exception):
    pass


def main() -> None:
    for line in sys.stdin:
        search(json.loads(line)["start"])


def search(seed: int) -> None:
    numpy.random.seed(seed)
    random.seed(seed)
    waited = 0.0
    begun = time.perf_counter()

    def generate(parent):
        nonlocal waited
        asked = time.perf_counter()
        say({"from": parent})
        told = json.loads(sys.stdin.readline())
        waited += time.perf_counter() - asked
        if "stop" in told:
            raise Stopped
        return told["id"], told["score"]

    algorithm = treequest.ABMCTSA()
    tree = algorithm.init_tree()
    try:
        while True:
            tree = algorithm.step(tree, {"answer": generate}, inplace=True)
    except Stopped:
        say({"seconds": time.perf_counter() - begun - waited})


def say(message: dict) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


main()
