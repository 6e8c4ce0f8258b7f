"""What the service remembers of a live contact, and only as long as a later event needs it."""

from collections.abc import Mapping
from operator import itemgetter

import msgspec

from services.sla.domain.clock import FIRST_RESPONSE, RESOLUTION, SELF_SERVICE_RESPONSE, TIME_TO_ANSWER, Clock, Kind

__all__ = ["Contact"]

RESTS_MAX = 32  # of a contact; what a promise that is made later shall not count. About 3 KB

Rest = tuple[str, int, int]
"""What a contact waited for, and since when until when."""

_ended = itemgetter(2)
_NOTHING: Mapping[str, str] = {}
_NO_HOLDS: Mapping[str, int] = {}


class Contact(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A live contact. Times in milliseconds since the epoch; None: not known, or not yet.

    ``queue`` and ``entered_ms``: the queue it waits in and since when it waits. ``home``: the one it was in last or
    would wait in; ``agent_id``: who has it; ``tier``, ``priority_seconds``, ``attributes``: what its targets depend
    on. ``human_ms``: since when a person owes the first answer; ``answered``: a person gave it, ``replied_ms``:
    when a person wrote last. ``holds``: what it waits for, and since when; ``rests``: what it waited for before,
    the last RESTS_MAX. ``once``: kinds that a contact has one clock of, and has had; ``taken_back``: kinds whose
    clock a policy ended, and that only a policy which applies to what is open promises again, until their time is
    over. ``sought_ms``: since when an article is due to whom a bot had to ask first; of others it is due from their
    arrival on.
    ``kept``: remembered until its end. ``clocks``: running, paused, or breached and not yet ended.

    ``owed``: since when somebody owes what, of the kinds that count from the moment that starts them, promised or not.
    ``policy``: the version under which it came, 0: not known; ``began``: that under which the time of a kind began,
    where it is another one.

    Most have neither attributes nor holds; None is 64 bytes less than an empty dictionary, in tens of thousands.
    """

    contact_id: str
    workspace: str
    channel: str
    queue: str | None = None
    entered_ms: int = 0
    received_ms: int | None = None
    home: str = ""
    agent_id: str | None = None
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
    sought_ms: int | None = None
    owed: dict[Kind, int] | None = None
    policy: int = 0
    began: dict[Kind, int] | None = None
    clocks: list[Clock] = []

    def clock(self, kind: Kind) -> Clock | None:
        """The open clock of a kind; there is never more than one."""
        for clock in self.clocks:
            if clock.kind is kind:
                return clock
        return None

    def since(self, kind: Kind) -> int | None:
        """From when a clock of this kind counts; None where nobody owes that now."""
        if kind is TIME_TO_ANSWER:
            return None if self.queue is None else self.entered_ms
        if kind is FIRST_RESPONSE:
            return None if self.answered else self.human_ms
        if kind is RESOLUTION:
            return self.received_ms if self.tier else None
        if kind is SELF_SERVICE_RESPONSE:
            if self.tier != "self_service" or "self_service" in self.waits_for:
                return None
            return self.received_ms if self.sought_ms is None else self.sought_ms
        return None if self.owed is None else self.owed.get(kind)

    def begin(self, kind: Kind, version: int) -> None:
        """The time of this kind begins now, under this policy."""
        if version != self.policy:
            self.began = {**(self.began or {}), kind: version}
        elif self.began is not None and kind in self.began:
            self.began = {each: began for each, began in self.began.items() if each is not kind} or None

    def over(self, kind: Kind) -> None:
        """Its time is over, or it is promised again: what a policy took back says nothing of what follows."""
        self.taken_back = tuple(each for each in self.taken_back if each is not kind)

    def version(self, kind: Kind) -> int:
        """The policy under which the time of this kind began; 0: not known."""
        return self.policy if self.began is None else self.began.get(kind, self.policy)

    @property
    def remembered(self) -> bool:
        """Whether it was met at its arrival or in a queue."""
        return self.received_ms is not None or self.human_ms is not None

    @property
    def versions(self) -> set[int]:
        """The policies on which it depends: its clocks', and those under which something of it began."""
        began = () if self.began is None else self.began.values()
        return {self.policy, *began, *(clock.policy for clock in self.clocks)} - {0}

    @property
    def waits_for(self) -> Mapping[str, int]:
        """Since when it waits for what."""
        return self.holds or _NO_HOLDS

    def why(self, clock: Clock) -> tuple[str, ...]:
        """What of it a clock pauses on."""
        return tuple(sorted(self.waits_for.keys() & clock.pauses))

    def rested(self, hold: str, since_ms: int, until_ms: int) -> None:
        """It waited for this, and does not any more."""
        self.rests = (*self.rests, (hold, since_ms, until_ms))[-RESTS_MAX:]

    def rests_ms(self, clock: Clock) -> int | None:
        """Since when a clock should rest, from its start on; None where it should run."""
        holds = self.holds
        if holds is None or holds.keys().isdisjoint(clock.pauses):
            return None
        return max(clock.started_ms, min(at_ms for hold, at_ms in holds.items() if hold in clock.pauses))

    def unbroken_ms(self, clock: Clock, since_ms: int) -> int:
        """Since when a clock that rests since then has rested without a millisecond in between."""
        for hold, began_ms, ended_ms in sorted(self.rests, key=_ended, reverse=True):
            if hold in clock.pauses and began_ms < since_ms <= ended_ms:
                since_ms = began_ms
        return since_ms

    def used_up(self, clock: Clock, since_ms: int) -> bool:
        """Whether the time of a clock that rests since then was used up before."""
        return clock.due_ms < self.unbroken_ms(clock, since_ms)

    @property
    def known(self) -> Mapping[str, str]:
        """Its attributes."""
        return self.attributes or _NOTHING

    @property
    def done(self) -> bool:
        """Whether nothing that may still come depends on this contact's past."""
        return not self.kept and self.queue is None and not self.clocks and "pending" not in self.waits_for
