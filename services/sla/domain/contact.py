"""What the service remembers of a live contact, and only as long as a later event needs it."""

from collections.abc import Mapping

import msgspec

from services.sla.domain.clock import Clock, Kind

__all__ = ["Contact"]

RESTS_MAX = 32  # of a contact; what a promise that is made later shall not count. About 3 KB

Rest = tuple[str, int, int]
"""What a contact waited for, and since when until when."""

_NOTHING: Mapping[str, str] = {}
_NO_HOLDS: Mapping[str, int] = {}


class Contact(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A live contact. Times in milliseconds since the epoch; None: not known, or not yet.

    ``queue`` and ``entered_ms``: the queue it waits in and since when it waits. ``home``: the queue it was in last,
    ``tier``, ``priority_seconds``, ``attributes``: what its targets depend on. ``human_ms``: since when a person owes
    the first answer; ``answered``: a person gave it, ``replied_ms``: when a person wrote last. ``holds``: what it waits
    for, and since when; ``rests``: what it waited for before, the last RESTS_MAX. ``once``: kinds that a contact has
    one clock of, and has had; ``taken_back``: those of them that a policy ended, and another may promise again.
    ``kept``: remembered until its end. ``clocks``: running, paused, or breached and not yet ended.

    Most have neither attributes nor holds; None is 64 bytes less than an empty dictionary, in tens of thousands.
    """

    contact_id: str
    workspace: str
    channel: str
    queue: str | None = None
    entered_ms: int = 0
    received_ms: int | None = None
    home: str = ""
    tier: str = ""
    priority_seconds: float = 0.0
    attributes: dict[str, str] | None = None
    human_ms: int | None = None
    answered: bool = False
    replied_ms: int | None = None
    holds: dict[str, int] | None = None
    rests: tuple[Rest, ...] = ()
    once: tuple[Kind, ...] = ()
    taken_back: tuple[Kind, ...] = ()
    kept: bool = False
    clocks: list[Clock] = []

    def clock(self, kind: Kind) -> Clock | None:
        """The open clock of a kind; there is never more than one."""
        for clock in self.clocks:
            if clock.kind is kind:
                return clock
        return None

    @property
    def waits_for(self) -> Mapping[str, int]:
        """Since when it waits for what."""
        return self.holds or _NO_HOLDS

    def rested(self, hold: str, since_ms: int, until_ms: int) -> None:
        """It waited for this, and does not any more."""
        self.rests = (*self.rests, (hold, since_ms, until_ms))[-RESTS_MAX:]

    def rests_ms(self, clock: Clock) -> int | None:
        """Since when a clock should rest, from its start on; None where it should run."""
        since = [at_ms for hold, at_ms in self.waits_for.items() if hold in clock.pauses]
        return max(clock.started_ms, min(since)) if since else None

    @property
    def known(self) -> Mapping[str, str]:
        """Its attributes."""
        return self.attributes or _NOTHING

    @property
    def done(self) -> bool:
        """Whether nothing that may still come depends on this contact's past."""
        return not self.kept and self.queue is None and not self.clocks
