"""What operations add up from the log: where contacts spent their time, what agents did with theirs, what moved.

A function of the events alone, committed with them like every total. Nothing here decides anything.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

import msgspec

from services.sla.domain.account_event import Available, Happened, Moved, instant_ms
from services.sla.domain.contact import Contact
from services.sla.domain.contact_event import GivenBack, Queued
from services.sla.domain.rows import Rows, rows_of
from services.sla.domain.stretches import Entry, Stretch, Stretches
from services.sla.domain.totals import Totals
from shared.contract.records import Record
from shared.times import MILLISECONDS_PER_SECOND, to_ms

__all__ = [
    "CALLBACKS",
    "MOVES",
    "PHASE_COUNT",
    "PHASE_SECONDS",
    "Account",
    "Course",
]

PHASE_SECONDS = "phase_seconds"  # labels workspace, phase, queue, channel
PHASE_COUNT = "phase_count"  # the same
CALLBACKS = "callbacks"  # labels workspace, queue; so are MOVES
MOVES = {
    "usher.contact.transferred.v1": "transfers",
    "usher.contact.requeued.v1": "requeues",
    "usher.contact.overflowed.v1": "overflows",
    "usher.contact.offer_expired.v1": "non_responses",
    "usher.contact.offer_declined.v1": "declines",
}
"""What moves a contact, by the name of its total; an overflow to a promised call is one of CALLBACKS instead."""

_QUEUED = "usher.contact.queued.v1"
_WAITING, _WRAP_UP = "waiting", "wrap_up"
_PHASES = {
    "usher.contact.sent_to_self_service.v1": "self_service",
    "usher.contact.sent_to_bot.v1": "bot",
    _QUEUED: _WAITING,
    "usher.contact.scheduled.v1": "scheduled",
    "usher.contact.assigned.v1": "talk",
    "usher.contact.wrapping.v1": _WRAP_UP,
}
_ENDS = {f"usher.contact.{name}.v1": name for name in ("closed", "contained", "abandoned", "cancelled", "expired")}
_OUTCOMES = {**_ENDS, "usher.contact.assigned.v1": "answered", "usher.contact.scheduled.v1": "callback"}
_FLOW_OUT = "flow_out"  # what became of a wait that ends otherwise
_CONTACT = "c"
_NOBODY: Mapping[str, Contact] = {}

_decode_happened = msgspec.json.Decoder(Happened).decode
_decode_queued = msgspec.json.Decoder(Queued).decode
_decode_moved = msgspec.json.Decoder(Moved).decode
_decode_available = msgspec.json.Decoder(Available).decode

Follow = Callable[[Any, int], None]
"""Takes an event of the type that it was asked for, and its time in milliseconds."""


class Course(msgspec.Struct, gc=False):
    """A contact's row: where it is since ``since_ms``, and whose time that is. ``began_ms``: when its wait began, in
    whatever queue that was; 0 where it never waited."""

    workspace: str
    channel: str
    phase: str
    since_ms: int
    queue: str
    agent: str
    began_ms: int = 0


class Place:
    """A phase in a queue and channel, and what its contacts' time is added to. There is one object for each, so that
    who stays there shares its names and finds its totals without looking them up."""

    __slots__ = ("count", "names", "seconds", "waits")

    def __init__(self, names: tuple[str, str, str, str], totals: Totals) -> None:
        """``names``: workspace, phase, queue and channel."""
        self.names = names
        self.waits = names[1] == _WAITING
        self.seconds = totals.cell((PHASE_SECONDS, *names))
        self.count = totals.cell((PHASE_COUNT, *names))


class Stay(msgspec.Struct, gc=False):
    """The same as a Course, in memory."""

    place: Place
    since_ms: int
    agent: str
    began_ms: int = 0

    def row(self) -> Course:
        """What is stored of it."""
        workspace, phase, queue, channel = self.place.names
        return Course(workspace, channel, phase, self.since_ms, queue, self.agent, self.began_ms)


_decode_course = msgspec.json.Decoder(Course).decode


class Account:
    """Follows the contacts and agents of a partition; ``totals`` and its hours hold what came of it."""

    def __init__(self, totals: Totals, entries: Iterable[Entry] = (), known: Mapping[str, Contact] = _NOBODY) -> None:
        """``entries``: the rows to begin with; ``known``: contacts by their ids, of which one text is enough."""
        self._totals = totals
        self._places: dict[tuple[str, str, str, str], Place] = {}
        self._stays: dict[str, Stay] = {}
        self._stretches = Stretches(totals)
        self._moved_on: dict[str, None] = {}  # contacts whose course changed
        for entry in entries:
            if entry[0][0] == _CONTACT:
                contact_id = entry[0][1:]
                contact = known.get(contact_id)
                name = contact_id if contact is None else contact.contact_id
                self._stays[name] = self._stay_of(_decode_course(entry[1]))
            else:
                self._stretches.restore(entry)
        # An event's type is known once for all of its kind, so what follows from it is bound here, not looked up.
        self._handlers: dict[str, tuple[Callable[[bytes], Any], Follow]] = {
            **{
                kind: (_decode_happened, partial(self._happened, phase, _OUTCOMES.get(kind, _FLOW_OUT)))
                for kind, phase in (_PHASES | dict.fromkeys(_ENDS, "")).items()
            },
            _QUEUED: (_decode_queued, self._queued),
            **{kind: (_decode_moved, partial(self._moved, name)) for kind, name in MOVES.items()},
            "usher.agent.availability_changed.v1": (_decode_available, self._stretches.available),
        }

    @property
    def stretches(self) -> Collection[Stretch]:
        """The agents who are signed on, and what they do since when."""
        return self._stretches.all

    @property
    def types(self) -> AbstractSet[str]:
        """The types of events that are followed."""
        return self._handlers.keys()

    def follow_of(self, kind: str) -> Follow | None:
        """How to follow events of this type that somebody else has decoded; None where they are not followed."""
        handler = self._handlers.get(kind)
        return None if handler is None else handler[1]

    def read(self, record: Record) -> None:
        """Follow what a record of these types tells; passed over where it cannot be read."""
        decode, follow = self._handlers[record.type]
        try:
            event = decode(record.value)
            at_ms = instant_ms(event.occurred_at)
        except msgspec.DecodeError:
            return
        follow(event, at_ms)

    def take(self) -> tuple[Rows, list[str]]:
        """Rows that changed since the last call, and the keys of those that are gone: contacts, then agents, each in
        the order of their first change."""
        moved_on, self._moved_on = self._moved_on, {}
        rows: dict[str, Course | Stretch] = {}
        gone: list[str] = []
        for contact_id in moved_on:
            stay = self._stays.get(contact_id)
            if stay is None:
                gone.append(_CONTACT + contact_id)
            else:
                rows[_CONTACT + contact_id] = stay.row()
        stretches, left = self._stretches.take()
        rows.update(stretches)
        return rows_of(list(rows), list(rows.values())), gone + left

    # ---- contacts ----

    def _happened(self, phase: str, outcome: str, event: Happened, at_ms: int) -> None:
        """A contact leaves one phase of its course with this outcome, and enters another unless it ended ("")."""
        contact_id, agent_id = event.contact_id, event.agent_id or ""
        stay = self._stays.get(contact_id)
        if stay is not None:
            self._spent(stay, outcome, agent_id, at_ms)
        elif not phase:
            return
        self._moved_on[contact_id] = None
        if not phase:
            del self._stays[contact_id]
            return
        names = (event.workspace, phase, event.queue or "", event.channel)
        place = self._places.get(names) or self._place(names)
        if stay is None:
            self._stays[contact_id] = Stay(place, at_ms, agent_id)
            return
        stay.place, stay.since_ms = place, at_ms
        if agent_id or phase != _WRAP_UP:
            stay.agent = agent_id

    def _queued(self, event: Queued, at_ms: int) -> None:
        """A contact waits in a queue. Its wait may have begun before, in another one, or goes on in the same one."""
        stay = self._stays.get(event.contact_id)
        goes_on = stay is not None and stay.place.waits and stay.place.names[2] == (event.queue or "")
        self._happened(_WAITING, "" if goes_on else _FLOW_OUT, event, at_ms)
        began = event.wait_started_at or event.entered_at
        self._stays[event.contact_id].began_ms = at_ms if began is None else to_ms(began)

    def _spent(self, stay: Stay, outcome: str, agent_id: str, at_ms: int) -> None:
        ms, place, totals = at_ms - stay.since_ms, stay.place, self._totals
        if ms < 0:
            ms = 0
        totals.grow(place.seconds, ms / MILLISECONDS_PER_SECOND)
        totals.grow(place.count)
        if not place.waits:
            totals.hours.add(at_ms, ("phase", *place.names, stay.agent), ms)
        elif outcome:
            workspace, _, queue, channel = place.names
            waited_ms = max(0, at_ms - (stay.began_ms or stay.since_ms))
            totals.hours.wait(at_ms, (workspace, queue, channel, agent_id, outcome), waited_ms)

    def _place(self, names: tuple[str, str, str, str]) -> Place:
        """A place that nobody was in before; its totals exist from zero on."""
        place = self._places[names] = Place(names, self._totals)
        return place

    def _stay_of(self, course: Course) -> Stay:
        names = (course.workspace, course.phase, course.queue, course.channel)
        place = self._places.get(names) or self._place(names)
        return Stay(place, course.since_ms, course.agent, course.began_ms)

    def _moved(self, name: str, event: Moved | GivenBack, at_ms: int) -> None:
        """A contact was moved, or an agent did not take it."""
        name = CALLBACKS if event.to.get("callback") else name
        queue = event.queue or ""
        self._totals.add((name, event.workspace, queue))
        key = ("moved", event.workspace, queue, event.channel, event.agent_id or "", name)
        self._totals.hours.add(at_ms, key)
