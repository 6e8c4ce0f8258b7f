"""Announced risks: which running clocks will probably breach, and whether what was announced came true, in time."""

from services.sla.domain.clock import BREACHED, TIME_TO_ANSWER, Clock, State
from services.sla.domain.contact import Contact
from services.sla.domain.totals import ANNOUNCED, RISKS, Totals
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Risks"]

AHEAD_SECONDS = 30.0  # an announcement so long before the due time leaves room to act ...
AHEAD_SHARE = 0.25  # ... or a quarter of the target, where that is less
IN_TIME, LATE, NEVER = "in_time", "late", "never"
CLEARED = "cleared"


class Risks:
    """The announcements of a partition; ``open`` counts those that stand, by workspace and queue."""

    def __init__(self, totals: Totals) -> None:
        self.open: dict[tuple[str, str], int] = {}
        self._totals = totals

    def begin(self, clock: Clock, contact: Contact) -> None:
        """A clock may breach, announced or not: that is counted from zero on."""
        if clock.kind is TIME_TO_ANSWER:
            for announced in (IN_TIME, LATE, NEVER):
                self._totals.begin((ANNOUNCED, contact.workspace, clock.queue, announced))

    def count(self, clock: Clock, contact: Contact, change: int) -> None:
        """An announcement stands from now on, or no longer."""
        key = (contact.workspace, clock.queue)
        self.open[key] = self.open.get(key, 0) + change

    def raised(self, clock: Clock, contact: Contact, at_ms: int) -> None:
        """A breach is announced; whatever becomes of it is counted from zero on."""
        clock.raised_ms = at_ms
        self.count(clock, contact, 1)
        for outcome in (State.BREACHED, State.MET, State.CANCELLED, CLEARED):
            self._totals.begin((RISKS, contact.workspace, clock.queue, outcome))

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
