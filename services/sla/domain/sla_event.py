"""What the service publishes: one fact about one clock, as usher.sla-events.v1 carries it."""

import msgspec

from services.sla.domain.clock import Clock, Fact, Kind
from services.sla.domain.contact import Contact
from shared.contract.records import Event
from shared.times import MILLISECONDS_PER_SECOND, rfc3339

__all__ = ["fact_event"]

_ENDED_LATE = Fact.ENDED_LATE
# The event id derives from (clock id, ordinal), so that a fact has one id however often it is made.
_TYPE_AND_ORDINAL = {fact: (fact.value, ordinal) for ordinal, fact in enumerate(Fact)}


class Body(msgspec.Struct, omit_defaults=True, gc=False):
    """The public body of every event about a clock. Times RFC 3339, UTC; absent fields are unknown."""

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


_encode = msgspec.json.Encoder().encode


def fact_event(fact: Fact, clock: Clock, contact: Contact, at_ms: int, agent_id: str | None = None) -> Event:
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
        agent_id,
    )
    kind, ordinal = _TYPE_AND_ORDINAL[fact]
    return Event(kind, workspace, contact_id, at_ms, identity, ordinal, _encode(body))
