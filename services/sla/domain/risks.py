"""Announced risks: which running clocks will probably breach, and whether what was announced came true, in time."""

from collections.abc import Iterator

from services.sla.domain.clock import BREACHED, TIME_TO_ANSWER, Clock, State
from services.sla.domain.contact import Contact
from services.sla.domain.totals import ANNOUNCED, RISKS, Key, Totals
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Risks", "keys_of"]

AHEAD_SECONDS = 30.0  # an announcement so long before the due time leaves room to act ...
AHEAD_SHARE = 0.25  # ... or a quarter of the target, where that is less
IN_TIME, LATE, NEVER = "in_time", "late", "never"
CLEARED = "cleared"


def keys_of(workspace: str, queue: str) -> Iterator[Key]:
    """The totals of a queue that promises an answer: what may come of an announcement, and whether a breach had one."""
    for outcome in (State.BREACHED, State.MET, State.CANCELLED, CLEARED):
        yield RISKS, workspace, queue, outcome
    for announced in (IN_TIME, LATE, NEVER):
        yield ANNOUNCED, workspace, queue, announced


class Risks:
    """The announcements of a partition; ``open`` counts those that stand, by workspace and queue."""

    def __init__(self, totals: Totals) -> None:
        self.open: dict[tuple[str, str], int] = {}
        self._totals = totals

    def begin(self, clock: Clock, contact: Contact) -> None:
        """A clock may be announced, and may breach: that is counted from zero on, whether or not it ever happens."""
        if clock.kind is TIME_TO_ANSWER:
            for key in keys_of(contact.workspace, clock.queue):
                self._totals.begin(key)

    def count(self, clock: Clock, contact: Contact, change: int) -> None:
        """An announcement stands from now on, or no longer."""
        key = (contact.workspace, clock.queue)
        self.open[key] = self.open.get(key, 0) + change

    def raised(self, clock: Clock, contact: Contact, at_ms: int) -> None:
        """A breach is announced."""
        clock.raised_ms = at_ms
        self.count(clock, contact, 1)

    def cleared(self, clock: Clock, contact: Contact) -> None:
        """The announcement is taken back."""
        self._over(clock, contact, CLEARED)

    def decided(self, clock: Clock, contact: Contact, result: State) -> None:
        """The clock is decided: whether what was announced came true, and whether a breach had been announced."""
        if result is BREACHED and clock.kind is TIME_TO_ANSWER:
            self._totals.add((ANNOUNCED, contact.workspace, clock.queue, _announced(clock)))
        if clock.raised_ms is not None:
            self._over(clock, contact, result)

    def _over(self, clock: Clock, contact: Contact, outcome: str) -> None:
        clock.raised_ms = None
        self.count(clock, contact, -1)
        self._totals.add((RISKS, contact.workspace, clock.queue, outcome))


def _announced(clock: Clock) -> str:
    if clock.raised_ms is None:
        return NEVER
    ahead = (clock.due_ms - clock.raised_ms) / MILLISECONDS_PER_SECOND
    return IN_TIME if ahead >= min(AHEAD_SECONDS, AHEAD_SHARE * clock.target_seconds) else LATE
