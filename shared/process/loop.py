"""An event loop in which Ctrl-C comes between two steps, for commands. Services wait for signals themselves."""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from types import FrameType
from typing import Any, TypeVar

__all__ = ["run_loop"]

Result = TypeVar("Result")


def run_loop(work: Coroutine[Any, Any, Result]) -> Result:
    """What ``work`` returns. As ``asyncio.run``: the first Ctrl-C cancels it, a second one ends whatever is running.

    But ``asyncio.run`` cancels right where the signal comes, be it half way through a callback of a library, which has
    just seen that its future waits and then cannot answer it: the loop prints a traceback for that. Here the callback
    ends first. KeyboardInterrupt once ``work`` has ended by it.
    """
    in_charge = threading.current_thread() is threading.main_thread()  # only there may a signal's handler be set
    return asyncio.run(_told_between_steps(work) if in_charge else work)


async def _told_between_steps(work: Coroutine[Any, Any, Result]) -> Result:
    theirs = signal.getsignal(signal.SIGINT)  # of asyncio.run: it cancels what runs
    if not callable(theirs) or theirs is signal.default_int_handler:  # ignored, as behind nohup
        return await work
    loop, told = asyncio.get_running_loop(), theirs

    def tell(number: int, _: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second one raises, whatever runs
        loop.call_soon_threadsafe(told, number, None)

    signal.signal(signal.SIGINT, tell)
    try:
        return await work
    finally:
        if signal.getsignal(signal.SIGINT) is tell:
            signal.signal(signal.SIGINT, told)
