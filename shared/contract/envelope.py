"""CloudEvents 1.0 binary mode as Usher publishes it: headers, key and value of a record."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from shared.contract.ids import event_id
from shared.contract.records import DeadLetter, Event, Origin, Record
from shared.errors import Reason
from shared.times import rfc3339

SPEC_VERSION = b"1.0"
CONTENT_TYPE = b"application/json"
DEAD_LETTER_TYPE = "usher.dead_letter.v1"
UNREADABLE_KEY = "-"  # key of a dead letter whose workspace could not be read

Headers = list[tuple[str, bytes]]

DIGITS_MAX = 18  # of a ce_sequence: no log is longer
TENANTS_REMEMBERED_MAX = 10_000  # workspaces whose headers are kept encoded
_SPEC = ("ce_specversion", SPEC_VERSION)
_TYPE = ("content-type", CONTENT_TYPE)


class Message(msgspec.Struct, frozen=True, gc=False):
    """One record to produce."""

    key: bytes
    value: bytes
    headers: Headers


def merged(body: bytes, more: bytes) -> bytes:
    """One JSON object of two encoded ones; b"" and ``{}`` add nothing."""
    return body[:-1] + b"," + more[1:] if len(more) > 2 else body


class DeadLetterBody(msgspec.Struct):
    """The public body of usher.dead_letter.v1. ``path`` names the field, "" where there is none; ``workspace`` is null
    where it could not be read. The payload itself is in the database; its hash and size tell it apart."""

    workspace: str | None
    reason: Reason
    path: str
    detail: str
    origin: Origin
    payload_sha256: str
    payload_bytes: int
    occurred_at: str


class EventWriter:
    """Turns the events of one service into records. What events share (type, workspace, and mostly time and subject of
    the one before) is encoded once: headers are a fifth of the cost of an event."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._types: dict[str, tuple[str, bytes]] = {}
        self._tenants: dict[str, tuple[bytes, tuple[str, bytes], tuple[str, bytes]]] = {}
        self._at_ms = -1
        self._time = ("ce_time", b"")
        self._named = ""
        self._subject = ("ce_subject", b"")

    def write(self, event: Event, seq: int) -> Message:
        """The log's record of an event."""
        kind = self._types.get(event.type) or self._types.setdefault(event.type, ("ce_type", event.type.encode()))
        key, source, partition_key = self._tenants.get(event.workspace) or self._tenant(event.workspace)
        if event.at_ms != self._at_ms:
            self._at_ms, self._time = event.at_ms, ("ce_time", rfc3339(event.at_ms).encode())
        if event.subject != self._named:
            self._named, self._subject = event.subject, ("ce_subject", event.subject.encode())
        identity = ("ce_id", event_id(event.cause_id, event.ordinal).encode())
        headers: Headers = [
            kind, identity, ("ce_sequence", b"%d" % seq), source, _SPEC, self._time, self._subject, partition_key, _TYPE
        ]  # fmt: skip
        if event.traceparent:
            headers.append(("traceparent", event.traceparent.encode()))
        return Message(key, event.body, headers)

    def _tenant(self, workspace: str) -> tuple[bytes, tuple[str, bytes], tuple[str, bytes]]:
        if len(self._tenants) >= TENANTS_REMEMBERED_MAX:
            self._tenants.clear()
        key = workspace.encode()
        source = ("ce_source", f"/usher/{self._service}/{workspace}".encode())
        return self._tenants.setdefault(workspace, (key, source, ("ce_partitionkey", key)))


def hand_off(record: Message, more: bytes) -> Message:
    """The hand-off copy of a log's record: ``more`` beside its body, and no place in the log's sequence."""
    return Message(record.key, merged(record.value, more), record.headers[:2] + record.headers[3:])


def dead_letter_message(service: str, dead: DeadLetter) -> Message:
    """The public event of one rejected input; the payload itself stays in the database."""
    workspace = dead.workspace or UNREADABLE_KEY
    body = msgspec.json.encode(
        DeadLetterBody(
            dead.workspace,
            dead.reason,
            dead.path,
            dead.detail,
            dead.origin,
            sha256(dead.payload).hexdigest(),
            len(dead.payload),
            rfc3339(dead.at_ms),
        )
    )
    headers: Headers = [
        ("ce_type", DEAD_LETTER_TYPE.encode()),
        ("ce_id", dead.id.encode()),
        ("ce_source", f"/usher/{service}/{workspace}".encode()),
        ("ce_specversion", SPEC_VERSION),
        ("ce_time", rfc3339(dead.at_ms).encode()),
        ("ce_partitionkey", workspace.encode()),
        ("content-type", CONTENT_TYPE),
    ]
    return Message(workspace.encode(), body, headers)


def to_record(offset: int, at_ms: int, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> Record:
    """A consumed record as the lane and the engine see it; unreadable headers count as absent."""
    # Usher's own producers put these headers first, and the trace last; a foreign order is found by a scan.
    if len(headers) > 2 and headers[0][0] == "ce_type" and headers[1][0] == "ce_id":
        sequence = headers[2][1] if headers[2][0] == "ce_sequence" else None
        kind, identity = headers[0][1], headers[1][1]
        trace = headers[-1][1] if headers[-1][0] == "traceparent" else None
    else:
        found = dict(headers)
        kind, identity, sequence = found.get("ce_type"), found.get("ce_id"), found.get("ce_sequence")
        trace = found.get("traceparent")
    traceparent = _text(trace) if trace is not None else ""
    try:
        seq = int(sequence) if sequence is not None and sequence.isdigit() else None
        return Record(offset, at_ms, (kind or b"").decode(), (identity or b"").decode(), value or b"", seq, traceparent)
    except ValueError:  # no text, or more digits than Python reads
        seq = int(sequence) if sequence is not None and sequence.isdigit() and len(sequence) <= DIGITS_MAX else None
        return Record(offset, at_ms, _text(kind), _text(identity), value or b"", seq, traceparent)


def _text(value: bytes | None) -> str:
    try:
        return value.decode() if value else ""
    except UnicodeDecodeError:
        return ""
