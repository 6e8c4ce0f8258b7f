"""What a lane reads and publishes: a record, an event, a dead letter and where it came from."""

import msgspec

from shared.contract.ids import derive
from shared.errors import Reason


class Record(msgspec.Struct, frozen=True, gc=False):
    """One input record. ``at_ms`` is the time the log gave it; ``type`` and ``id`` are the ce_type and ce_id headers
    ("" if absent); ``seq`` is ce_sequence, None on logs without one; ``traceparent`` that of W3C Trace Context."""

    offset: int
    at_ms: int
    type: str
    id: str
    value: bytes
    seq: int | None = None
    traceparent: str = ""


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a rejected input came from: a topic's record, or an HTTP source; ``index`` within a batch.

    Or what fell due in ``partition`` and was refused: the ``deadline`` of that name, due at ``at_ms``.
    """

    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    source: str | None = None
    index: int | None = None
    deadline: str | None = None
    at_ms: int | None = None


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One fact to publish on the service's log, in order; ``copies`` go to hand-off topics under the same event id.

    ``body`` is a JSON object. A copy is (topic, more): a JSON object with what that topic's readers see beside the
    body; the whole is put together when it is sent, so that the outbox holds every byte once. The event id derives from
    (cause_id, ordinal); ``at_ms`` becomes ce_time.
    """

    type: str
    workspace: str
    subject: str
    at_ms: int
    cause_id: str
    ordinal: int
    body: bytes
    copies: tuple[tuple[str, bytes], ...] = ()
    traceparent: str = ""


class DeadLetter(msgspec.Struct, frozen=True):
    """One input that was refused. ``id`` derives from the origin, so a crash does not make a second one."""

    id: str
    workspace: str | None
    reason: Reason
    path: str
    detail: str
    origin: Origin
    payload: bytes
    at_ms: int


def refusal_id(event_id: str, origin: Origin) -> str | None:
    """The id under which it is remembered that this record of a topic was refused, and that of its dead letter.

    None for what is no topic's record: who posts the same once more means it.
    """
    if origin.topic is None or origin.offset is None:
        return None
    return derive("dead", event_id, origin.topic, str(origin.partition), str(origin.offset), str(origin.index))
