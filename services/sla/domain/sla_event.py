"""What the service publishes: one fact about one clock, as usher.sla-events.v1 carries it."""

from functools import lru_cache

import msgspec
from msgspec.structs import asdict

from services.sla.domain.clock import Clock, Fact, Kind
from services.sla.domain.contact import Contact
from services.sla.domain.timeline import Moment, timeline
from shared.contract.records import Event
from shared.times import MILLISECONDS_PER_SECOND, rfc3339

__all__ = [
    "NOTHING",
    "Body",
    "BreachBody",
    "Held",
    "Note",
    "Words",
    "as_json",
    "fact_event",
    "held_to",
    "started_event",
    "words_of",
]

AGENTS_REMEMBERED = 4096  # fields that name one kept, 0.2 KB each: an agent has many contacts

_BREACHED, _ENDED_LATE, _STARTED = Fact.BREACHED, Fact.ENDED_LATE, Fact.STARTED.value
# The event id derives from (clock id, ordinal), so that a fact has one id however often it is made. What may happen to
# a clock several times has an ordinal for each turn.
_TYPE_AND_ORDINAL = {fact: (fact.value, ordinal) for ordinal, fact in enumerate(Fact)}
_ORDINALS = 16  # more than there are facts
_REPEATED = (Fact.PAUSED, Fact.RESUMED, Fact.RETARGETED, Fact.RISK_RAISED, Fact.RISK_CLEARED)


class Held(msgspec.Struct, omit_defaults=True, gc=False):
    """What a clock was held to before its target changed."""

    target: str
    target_seconds: float
    due_at: str
    policy_version: int = 0


class Note(msgspec.Struct, frozen=True, gc=False):
    """What some facts tell beside the clock: who did the work (else who has the contact is told), how much calendar
    time it took, why the clock rests, what was promised before, the trace of what brought it about, and how probable a
    breach is."""

    agent_id: str | None = None
    elapsed_seconds: float | None = None
    waits_for: tuple[str, ...] = ()
    previous: Held | None = None
    traceparent: str = ""
    breach_risk: float | None = None


NOTHING = Note()


class Body(msgspec.Struct, omit_defaults=True, gc=False):
    """The public body of every event about a clock. Times RFC 3339, UTC; absent fields are unknown or none.

    ``elapsed_seconds``: calendar time that counted from the start to ``at``. ``policy_version``: the policy whose
    target the clock is held to, by its ``rule`` where that is not the queue's own target.
    """

    workspace: str
    contact_id: str
    clock_id: str
    kind: Kind
    target: str
    target_seconds: float
    started_at: str
    due_at: str
    at: str
    channel: str
    queue: str
    lateness_seconds: float | None = None
    agent_id: str | None = None
    elapsed_seconds: float | None = None
    policy_version: int = 0
    rule: str = ""
    calendar: str = ""
    waits_for: tuple[str, ...] = ()
    previous: Held | None = None
    breach_risk: float | None = None


class BreachBody(Body, omit_defaults=True, gc=False):
    """The public body of a breach: that of every event about a clock, and the contact's past. Times RFC 3339, UTC;
    absent fields are unknown or none.

    ``timeline``: what the contact went through up to ``at``, as far as it is remembered, in order of time; its arrival
    and the latest, at most 24. ``what`` is ``received``, ``sent_to_bot``, ``sent_to_self_service``, ``scheduled``,
    ``pending`` (and the end of each: ``bot_ended``, ``self_service_ended``, ``scheduled_ended``, ``pending_ended``),
    ``handed_off`` to people, ``queued`` (the present or latest wait began; ``queue`` is where it led), ``assigned``,
    ``customer_wrote`` (the oldest message without an answer) or ``agent_replied`` (the latest reply). More may come.
    """

    timeline: tuple[Moment, ...] = ()


_encode = msgspec.json.Encoder().encode


def fact_event(fact: Fact, clock: Clock, contact: Contact, at_ms: int, note: Note, trace: str) -> Event:
    """The event of a fact that became true at ``at_ms``. Only ``clock_ended_late`` carries a lateness (never < 0)."""
    late = max(0, at_ms - clock.due_ms) / MILLISECONDS_PER_SECOND if fact is _ENDED_LATE else None
    workspace, contact_id, identity = contact.workspace, contact.contact_id, clock.clock_id
    started_at = rfc3339(clock.started_ms)
    body = Body(
        workspace,
        contact_id,
        identity,
        clock.kind,
        clock.target,
        clock.target_seconds,
        started_at,
        rfc3339(clock.due_ms),
        started_at if at_ms == clock.started_ms else rfc3339(at_ms),
        contact.channel,
        clock.queue,
        late,
        note.agent_id or contact.agent_id,
        note.elapsed_seconds,
        clock.policy,
        clock.rule,
        clock.calendar,
        note.waits_for,
        note.previous,
        note.breach_risk,
    )
    if fact is _BREACHED:
        body = BreachBody(**asdict(body), timeline=timeline(contact, at_ms))
    kind, ordinal = _TYPE_AND_ORDINAL[fact]
    if clock.turns and fact in _REPEATED:
        ordinal += _ORDINALS * clock.turns
    return Event(kind, workspace, contact_id, at_ms, identity, ordinal, _encode(body), (), trace)


class Words(msgspec.Struct, frozen=True, gc=False):
    """What the starts of all clocks of one target tell alike on one channel, as JSON: to encode each of them whole took
    as long as all else of a start. Of a Body's fields ``whose`` is what leads to the contact's id, ``promise`` what
    follows the clock's, ``place`` what follows ``at``, and ``terms`` the rest."""

    whose: str
    promise: str
    place: str
    terms: str


def words_of(clock: Clock, contact: Contact) -> Words:
    """The words of a clock's target on the channel of its contact."""
    terms = {"policy_version": clock.policy, "rule": clock.rule, "calendar": clock.calendar}
    return Words(
        f'{{"workspace":{as_json(contact.workspace)},"contact_id":',
        f'","kind":"{clock.kind}","target":{as_json(clock.target)},"target_seconds":{as_json(clock.target_seconds)}'
        ',"started_at":"',
        f'","channel":{as_json(contact.channel)},"queue":{as_json(clock.queue)}',
        "".join(f',"{name}":{as_json(value)}' for name, value in terms.items() if value) + "}",
    )


def started_event(clock: Clock, contact: Contact, trace: str, name: str, words: Words) -> Event:
    """The fact_event of a start, put together from the words of its target. ``name``: the contact's id as JSON."""
    started_ms, clock_id = clock.started_ms, clock.clock_id
    started_at = rfc3339(started_ms)
    agent = "" if contact.agent_id is None else _agent(contact.agent_id)
    body = (
        f'{words.whose}{name},"clock_id":"{clock_id}{words.promise}{started_at}","due_at":"{rfc3339(clock.due_ms)}'
        f'","at":"{started_at}{words.place}{agent}{words.terms}'
    )
    return Event(_STARTED, contact.workspace, contact.contact_id, started_ms, clock_id, 0, body.encode(), (), trace)


@lru_cache(maxsize=AGENTS_REMEMBERED)
def _agent(agent_id: str) -> str:
    return f',"agent_id":{as_json(agent_id)}'


def as_json(value: object) -> str:
    """A value as it stands in a body."""
    return _encode(value).decode()


def held_to(clock: Clock) -> Held:
    """What the clock is held to now."""
    return Held(clock.target, clock.target_seconds, rfc3339(clock.due_ms), clock.policy)
