"""CPU time of a piece of work, on a machine that somebody else may have at that moment: the least of some rounds, and
what has to hold has to hold once in some tries.
"""

import time
from collections.abc import Callable

TRIES = 4


def cpu_seconds(work: Callable[[], object], rounds: int, before: Callable[[], object] = lambda: None) -> float:
    """The least of some rounds."""
    taken = []
    for _ in range(rounds):
        before()
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def in_some_try(holds: Callable[[], bool]) -> bool:
    """Whether it holds once."""
    return any(holds() for _ in range(TRIES))
