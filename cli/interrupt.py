"""While modules are imported, Ctrl-C ends the process at once.

An exception that comes in between crashes libraries which are not all there yet (orjson's start: SIGSEGV), or shows as
a traceback. So this file imports only what takes no time.
"""

import contextlib
import os
import signal
from collections.abc import Iterator

__all__ = ["EXIT_INTERRUPTED", "importing"]

EXIT_INTERRUPTED = 130  # as shells call an end by SIGINT


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Inside, Ctrl-C raises nothing: it is told, and ends the process. Only for the main thread."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # ignored, as behind nohup, or somebody's own
        yield
        return
    signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(*_: object) -> None:
    with contextlib.suppress(OSError):
        os.write(2, b"\nusher: ended by Ctrl-C\n")
    os._exit(EXIT_INTERRUPTED)
