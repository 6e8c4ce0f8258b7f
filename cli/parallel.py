"""Work spread over all cores, in processes that do not outlive the one that asked for it."""

import ctypes
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from cli.output import UsageError

PR_SET_PDEATHSIG = 1
"""prctl's word for: send this signal to me when my parent dies (linux/prctl.h)."""

Result = TypeVar("Result")


def in_processes(
    work: Callable[..., Result], calls: Sequence[tuple[Any, ...]], done: Callable[[], None]
) -> list[Result]:
    """``work(*call)`` for every call, the results in the order of the calls; ``done`` after each, in any order."""
    cores = min(len(os.sched_getaffinity(0)), len(calls))
    if cores == 1:
        return [_noted(work(*call), done) for call in calls]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(cores, context, _start_child, (os.getpid(),)) as pool:
        futures = [pool.submit(work, *call) for call in calls]
        try:
            left = set(futures)
            while left:
                finished, left = wait(left, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    done()
        except BrokenProcessPool:
            raise UsageError("a process was killed while it worked; is there enough memory?") from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


def _noted(outcome: Result, done: Callable[[], None]) -> Result:
    done()
    return outcome


def _start_child(parent: int) -> None:
    """Die with the parent, without a trace on Ctrl-C; and collect no garbage, since the work makes none to speak of."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()
