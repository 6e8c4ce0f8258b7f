"""What happened in each hour, added up by what reports ask for; committed with the events that it counts."""

from math import ceil, log

import msgspec

from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["HOUR_MS", "HourRow", "Hours", "bucket_of", "bucket_seconds", "first_kept"]

HOUR_MS = 3_600_000
STEP = 1.02  # of the bounds between which waits are counted: a percentile is off by at most 1 %
SECONDS_MIN = 0.1  # shorter waits are counted together

_LOG_STEP = log(STEP)

HourKey = tuple[str, ...]
"""What is counted, the workspace, then the rest as reports read it."""


class HourRow(msgspec.Struct, array_like=True, gc=False):
    """What a step adds to one hour's row: a number, milliseconds, and the most milliseconds that one of them took."""

    hour: int
    key: HourKey
    number: int
    ms: int
    longest_ms: int


class Hours:
    """Additions since they were last taken. ``hour`` counts from the epoch; what happened belongs to its own hour.

    Whole numbers, so that a sum does not depend on where batches are cut.
    """

    def __init__(self) -> None:
        self._rows: dict[int, dict[HourKey, HourRow]] = {}

    def add(self, at_ms: int, key: HourKey, ms: int = 0, number: int = 1) -> None:
        """Count something that happened then and took so long."""
        hour = at_ms // HOUR_MS
        rows = self._rows.get(hour)
        if rows is None:
            rows = self._rows[hour] = {}
        row = rows.get(key)
        if row is None:
            rows[key] = HourRow(hour, key, number, ms, ms)
            return
        row.number += number
        row.ms += ms
        if ms > row.longest_ms:
            row.longest_ms = ms

    def wait(self, at_ms: int, whose: HourKey, ms: int) -> None:
        """Count a wait that ended then; ``whose``: workspace, queue, channel, agent, outcome."""
        self.add(at_ms, ("wait", *whose, str(bucket_of(ms / MILLISECONDS_PER_SECOND))), ms)

    def spread(self, since_ms: int, until_ms: int, key: HourKey) -> None:
        """Add a stretch of time, to each hour its part."""
        while since_ms < until_ms:
            end_ms = since_ms - since_ms % HOUR_MS + HOUR_MS
            if end_ms > until_ms:
                end_ms = until_ms
            self.add(since_ms, key, end_ms - since_ms, 0)
            since_ms = end_ms

    def take(self) -> list[HourRow]:
        """The additions since the last call, ordered by hour and key."""
        rows, self._rows = self._rows, {}
        return [rows[hour][key] for hour in sorted(rows) for key in sorted(rows[hour])]


def first_kept(now_ms: int, retention_ms: int) -> int:
    """The first hour that is kept: that in which the time so long ago lies, with which a report of it begins."""
    return (now_ms - retention_ms) // HOUR_MS


def bucket_of(seconds: float) -> int:
    """The smallest n with SECONDS_MIN * STEP ** n >= seconds, from 0 on: the bucket that a duration is counted in."""
    return 0 if seconds <= SECONDS_MIN else ceil(log(seconds / SECONDS_MIN) / _LOG_STEP - 1e-9)


def bucket_seconds(number: int) -> float:
    """The middle of a bucket, in seconds."""
    return 0.0 if number == 0 else SECONDS_MIN * STEP ** (number - 0.5)
