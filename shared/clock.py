"""The only place where the time of day and the monotonic clock are read."""

import time
from typing import Protocol


class Clock(Protocol):
    """Time as a part is given it. To wait is the event loop's: a test that owns both decides how fast time passes."""

    def now_ms(self) -> int:
        """Wall-clock time in whole milliseconds since the Unix epoch, UTC."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin; never goes back."""


def now_ms() -> int:
    """Wall-clock time in whole milliseconds since the Unix epoch, UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds from an arbitrary origin; never goes back."""
    return time.monotonic()


def cpu_seconds() -> float:
    """CPU seconds that this process has used so far."""
    return time.process_time()


class _Wall:
    """The clock of the machine."""

    def now_ms(self) -> int:
        return now_ms()

    def monotonic(self) -> float:
        return monotonic()


WALL: Clock = _Wall()
