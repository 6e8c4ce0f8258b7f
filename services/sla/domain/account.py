"""What operations add up from the log: where contacts spent their time, what agents did with theirs, what moved.

A function of the events alone, committed with them like every total. Nothing here decides anything.
"""

from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from functools import partial
from sys import intern
from typing import Any

import msgspec

from services.sla.domain.account_event import Available, Happened, Moved
from services.sla.domain.contact_event import GivenBack, Queued
from services.sla.domain.seats import Entry, Seat, Seats
from services.sla.domain.totals import Cell, Totals
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
_PHASES = {
    "usher.contact.sent_to_self_service.v1": "self_service",
    "usher.contact.sent_to_bot.v1": "bot",
    _QUEUED: "waiting",
    "usher.contact.scheduled.v1": "scheduled",
    "usher.contact.assigned.v1": "talk",
    "usher.contact.wrapping.v1": "wrap_up",
}
_ENDS = {f"usher.contact.{name}.v1": name for name in ("closed", "contained", "abandoned", "cancelled", "expired")}
_OUTCOMES = {**_ENDS, "usher.contact.assigned.v1": "answered", "usher.contact.scheduled.v1": "callback"}
_FLOW_OUT = "flow_out"  # what became of a wait that ends otherwise
_CONTACT = "c"

Place = tuple[str, str, str, str]
"""Workspace, phase, queue and channel."""

_decode_happened = msgspec.json.Decoder(Happened).decode
_decode_queued = msgspec.json.Decoder(Queued).decode
_decode_moved = msgspec.json.Decoder(Moved).decode
_decode_available = msgspec.json.Decoder(Available).decode

Follow = Callable[[Any, int], None]
"""Takes an event of the type that it was asked for, and its time in milliseconds."""


class Course(msgspec.Struct, gc=False):
    """Where a live contact is since ``since_ms``: its phase, and whose time that is. ``began_ms``: when its wait began,
    in whatever queue that was; 0 where it never waited."""

    workspace: str
    channel: str
    phase: str
    since_ms: int
    queue: str
    agent: str
    began_ms: int = 0


_encode = msgspec.json.Encoder().encode
_decode_course = msgspec.json.Decoder(Course).decode


class Account:
    """Follows the contacts and agents of a partition; ``totals`` and its hours hold what came of it."""

    def __init__(self, totals: Totals, entries: Iterable[Entry] = ()) -> None:
        self._totals = totals
        self._courses: dict[str, Course] = {}
        self._seats = Seats(totals)
        self._moved_on: dict[str, None] = {}  # contacts whose course changed
        for entry in entries:
            if entry[0][0] == _CONTACT:
                self._courses[entry[0][1:]] = _decode_course(entry[1])
            else:
                self._seats.restore(entry)
        self._phases: dict[Place, tuple[Cell, Cell]] = {}
        # An event's type is known once for all of its kind, so what follows from it is bound here, not looked up.
        self._handlers: dict[str, tuple[Callable[[bytes], Any], Follow]] = {
            **{
                kind: (_decode_happened, partial(self._happened, phase, _OUTCOMES.get(kind, _FLOW_OUT)))
                for kind, phase in (_PHASES | dict.fromkeys(_ENDS, "")).items()
            },
            _QUEUED: (_decode_queued, self._queued),
            **{kind: (_decode_moved, partial(self._moved, name)) for kind, name in MOVES.items()},
            "usher.agent.availability_changed.v1": (_decode_available, self._seats.available),
        }

    @property
    def seats(self) -> Collection[Seat]:
        """The agents who are signed on, and what they do since when."""
        return self._seats.all

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
        except msgspec.DecodeError:
            return
        follow(event, to_ms(event.occurred_at))

    def take(self) -> tuple[list[Entry], list[str]]:
        """Rows that changed since the last call, and the keys of those that are gone: contacts, then agents, each in
        the order of their first change."""
        moved_on, self._moved_on = self._moved_on, {}
        rows: list[Entry] = []
        gone: list[str] = []
        for contact_id in moved_on:
            course = self._courses.get(contact_id)
            if course is None:
                gone.append(_CONTACT + contact_id)
            else:
                rows.append((_CONTACT + contact_id, _encode(course).decode()))
        seats, left = self._seats.take()
        return rows + seats, gone + left

    # ---- contacts ----

    def _happened(self, phase: str, outcome: str, event: Happened, at_ms: int) -> None:
        """A contact leaves one phase of its course with this outcome, and enters another unless it ended ("")."""
        contact_id = event.contact_id
        course = self._courses.get(contact_id)
        if course is not None:
            self._spent(course, outcome, event.agent_id or "", at_ms)
            self._moved_on[contact_id] = None
            if not phase:
                del self._courses[contact_id]
                return
            course.phase, course.since_ms, course.queue = phase, at_ms, intern(event.queue or "")
            if event.agent_id or phase != "wrap_up":
                course.agent = event.agent_id or ""
        elif phase:
            workspace, channel, queue = intern(event.workspace), intern(event.channel), intern(event.queue or "")
            course = Course(workspace, channel, phase, at_ms, queue, event.agent_id or "")
            self._courses[contact_id] = course
            self._moved_on[contact_id] = None
        else:
            return
        self._cells((course.workspace, phase, course.queue, course.channel))

    def _queued(self, event: Queued, at_ms: int) -> None:
        """A contact waits in a queue. Its wait may have begun before, in another one, or goes on in the same one."""
        course = self._courses.get(event.contact_id)
        goes_on = course is not None and course.phase == "waiting" and course.queue == (event.queue or "")
        self._happened("waiting", "" if goes_on else _FLOW_OUT, event, at_ms)
        began = event.wait_started_at or event.entered_at
        self._courses[event.contact_id].began_ms = at_ms if began is None else to_ms(began)

    def _spent(self, course: Course, outcome: str, agent_id: str, at_ms: int) -> None:
        ms = at_ms - course.since_ms
        if ms < 0:
            ms = 0
        workspace, phase, queue, channel = place = (course.workspace, course.phase, course.queue, course.channel)
        seconds, count = self._cells(place)
        self._totals.grow(seconds, ms / MILLISECONDS_PER_SECOND)
        self._totals.grow(count)
        if phase != "waiting":
            self._totals.hours.add(at_ms, ("phase", workspace, phase, queue, channel, course.agent), ms)
        elif outcome:
            waited_ms = max(0, at_ms - (course.began_ms or course.since_ms))
            self._totals.hours.wait(at_ms, (workspace, queue, channel, agent_id, outcome), waited_ms)

    def _cells(self, place: Place) -> tuple[Cell, Cell]:
        """Seconds and number of a phase in a queue and channel; they exist from zero on."""
        cells = self._phases.get(place)
        if cells is None:
            cell = self._totals.cell
            cells = self._phases[place] = cell((PHASE_SECONDS, *place)), cell((PHASE_COUNT, *place))
        return cells

    def _moved(self, name: str, event: Moved | GivenBack, at_ms: int) -> None:
        """A contact was moved, or an agent did not take it."""
        name = CALLBACKS if event.to.get("callback") else name
        queue = event.queue or ""
        self._totals.add((name, event.workspace, queue))
        key = ("moved", event.workspace, queue, event.channel, event.agent_id or "", name)
        self._totals.hours.add(at_ms, key)
