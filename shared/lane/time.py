"""The time of a lane: what the log says, what the wall clock may add, and how late people hear of what is decided."""

from collections.abc import Sequence

from shared.contract.records import Record
from shared.lane.engine import PUNCTUAL, Delay
from shared.lane.parts import LaneParts
from shared.lane.publisher import LATE_MS, Told
from shared.lane.store import Claim

__all__ = [
    "AHEAD_MS",
    "NOTE_AGAIN_MS",
    "LaneTime",
    "at_rest",
    "delay_of",
    "gather_ms",
    "is_awaited",
    "is_due",
    "is_news",
    "reached_ms",
    "wait_ms",
]

TICK_MS_MIN = 1  # a deadline that is due now is not a reason to spin
# So far ahead a lane says that nothing falls due: whoever waits for it need not hear so at every moment. No further,
# because whoever waits has a clock of his own, and one that is ahead of ours is believed up to here.
AHEAD_MS = 250
AWAITED_MS_MAX = 500  # where nobody is behind, all that fell due has fired by then
NOTE_AGAIN_MS = AHEAD_MS // 2  # a quiet lane's note is renewed while it still reaches so far ahead


class LaneTime:
    """The time of one partition; it never goes back. ``last_ms`` is the newest that was told."""

    def __init__(self, partition: int, parts: LaneParts) -> None:
        self._partition = partition
        self._parts = parts
        self.last_ms = 0

    def at(self, log_ms: int, next_offset: int) -> int:
        """Wall clock when caught up, else the log's time: no deadline fires whose answer may already be in the log.

        On a log that another service writes, neither its records' time nor the wall clock says what that service and
        those before it still have in hand: there only the time counts as of which all of them are settled.
        """
        if self._parts.settled_ms is not None:
            known_ms = self._parts.settled_ms(self._partition)
        else:
            caught_up = self._parts.inputs.caught_up(self._partition, next_offset)
            known_ms = max(log_ms, self._parts.sense.clock.now_ms() if caught_up else 0)
        self.last_ms = max(self.last_ms, known_ms)
        return self.last_ms


def is_due(deadline_ms: int | None, wall_ms: int) -> bool:
    """Whether a deadline has come, by the wall clock."""
    return deadline_ms is not None and deadline_ms <= wall_ms


def is_awaited(deadline_ms: int | None, wall_ms: int) -> bool:
    """Whether a deadline has come just now, and waits for what tells that nothing comes before it. One that waits for
    longer waits for somebody who is behind or away, and nothing that we do sooner helps."""
    return deadline_ms is not None and deadline_ms <= wall_ms < deadline_ms + AWAITED_MS_MAX


def reached_ms(deadline_ms: int | None, wall_ms: int) -> int:
    """Up to when all that falls due by the inputs so far has fired, where nothing is under way: at most AHEAD_MS from
    now. It goes with the offset of these inputs, for a later one may make something due at once."""
    ahead_ms = wall_ms + AHEAD_MS
    return ahead_ms if deadline_ms is None else min(ahead_ms, deadline_ms - 1)


def is_news(told: Told, noted: Told | None, wall_ms: int, *, waited_for: bool) -> bool:
    """Whether to note how far a lane has come, where this was noted last: another offset, or, of a lane that somebody
    waits for, a later time."""
    if noted is None or told.offset != noted.offset:
        return True
    return waited_for and told.at_ms > noted.at_ms and noted.at_ms < wall_ms + NOTE_AGAIN_MS


def at_rest(claim: Claim, deadline_ms: int | None, wall_ms: int) -> Told:
    """How far a lane has come that has committed all that it decided, the next deadline being this one."""
    return Told(claim.next_offset, reached_ms(deadline_ms, wall_ms), claim.next_seq - 1)


def gather_ms(records: Sequence[Record], wall_ms: int, age_ms: int, deadline_ms: int | None = None) -> int:
    """For how long a batch is left to grow: until its oldest record is ``age_ms`` old, or a deadline comes that waits
    for what it tells; 0 for one that is old enough already, as under load, where batches grow by themselves."""
    if not records:
        return 0
    ends_ms = records[0].at_ms + age_ms
    if deadline_ms is not None and deadline_ms > wall_ms:
        ends_ms = min(ends_ms, deadline_ms)
    return max(0, min(age_ms, ends_ms - wall_ms))


def wait_ms(deadline_ms: int | None, longest_ms: int, wall_ms: int) -> int:
    """How long an idle lane may wait for records."""
    if deadline_ms is None:
        return longest_ms
    return max(TICK_MS_MIN, min(longest_ms, deadline_ms - wall_ms))


def delay_of(records: Sequence[Record], wall_ms: int, late_since_ms: int | None) -> Delay:
    """People cannot act on what they have not seen: after a fault, or behind the log, their time begins later."""
    behind = bool(records) and wall_ms - records[0].at_ms > LATE_MS
    return Delay(wall_ms, late_since_ms) if behind or late_since_ms is not None else PUNCTUAL
