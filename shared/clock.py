"""The only place where the time of day and the monotonic clock are read."""

import time


def now_ms() -> int:
    """Wall-clock time in whole milliseconds since the Unix epoch, UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds from an arbitrary origin; never goes back."""
    return time.monotonic()


def cpu_seconds() -> float:
    """CPU seconds that this process has used so far."""
    return time.process_time()
