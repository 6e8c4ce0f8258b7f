"""The only place where the time of day and the monotonic clock are read."""

import time
from datetime import UTC, datetime

MILLISECONDS_PER_SECOND = 1000


def now_ms() -> int:
    """Wall-clock time in whole milliseconds since the Unix epoch, UTC."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds from an arbitrary origin; never goes back."""
    return time.monotonic()


def cpu_seconds() -> float:
    """CPU seconds that this process has used so far."""
    return time.process_time()


def to_ms(at: datetime) -> int:
    """An aware datetime as milliseconds since the epoch (rounded down)."""
    return int(at.timestamp() * MILLISECONDS_PER_SECOND)


def from_ms(at_ms: int) -> datetime:
    """Milliseconds since the epoch as an aware UTC datetime."""
    seconds, milliseconds = divmod(at_ms, MILLISECONDS_PER_SECOND)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)


class _SecondText:
    """Remembers the text of the last second formatted: events of one batch share it, and strftime is slow."""

    __slots__ = ("second", "text")

    def __init__(self) -> None:
        self.second = -1
        self.text = ""


_last = _SecondText()


def rfc3339(at_ms: int) -> str:
    """RFC 3339, UTC, milliseconds: ``2026-01-31T09:30:00.125Z``."""
    second, milliseconds = divmod(at_ms, MILLISECONDS_PER_SECOND)
    if second != _last.second:
        _last.text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        _last.second = second
    return f"{_last.text}.{milliseconds:03d}Z"
