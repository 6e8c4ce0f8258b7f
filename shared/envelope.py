"""CloudEvents 1.0 binary mode as Usher publishes it: headers, key and value of a record."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec

from shared.clock import rfc3339
from shared.engine import DeadLetter, Event, Record
from shared.ids import event_id

SPEC_VERSION = b"1.0"
CONTENT_TYPE = b"application/json"
DEAD_LETTER_TYPE = "usher.dead_letter.v1"
UNREADABLE_KEY = "-"  # key of a dead letter whose workspace could not be read

Headers = list[tuple[str, bytes]]


class Message(NamedTuple):
    """One record to produce."""

    key: bytes
    value: bytes
    headers: Headers


def event_messages(service: str) -> Callable[[Event, int], list[tuple[str | None, Message]]]:
    """An encoder for one service: (event, seq) -> [(None, log record), (hand-off topic, copy) ...]."""
    sources: dict[str, bytes] = {}
    types: dict[str, bytes] = {}

    def encode(event: Event, seq: int) -> list[tuple[str | None, Message]]:
        workspace = event.workspace
        source = sources.get(workspace)
        if source is None:
            source = sources[workspace] = f"/usher/{service}/{workspace}".encode()
        kind = types.get(event.type)
        if kind is None:
            kind = types[event.type] = event.type.encode()
        key = workspace.encode()
        headers: Headers = [
            ("ce_type", kind),
            ("ce_id", event_id(event.cause_id, event.ordinal).encode()),
            ("ce_sequence", str(seq).encode()),
            ("ce_source", source),
            ("ce_specversion", SPEC_VERSION),
            ("ce_time", rfc3339(event.at_ms).encode()),
            ("ce_subject", event.subject.encode()),
            ("ce_partitionkey", key),
            ("content-type", CONTENT_TYPE),
        ]
        if event.traceparent:
            headers.append(("traceparent", event.traceparent.encode()))
        messages: list[tuple[str | None, Message]] = [(None, Message(key, event.body, headers))]
        if event.copies:
            plain = headers[:2] + headers[3:]
            messages.extend((topic, Message(key, body, plain)) for topic, body in event.copies)
        return messages

    return encode


def dead_letter_message(service: str, dead: DeadLetter) -> Message:
    """The public event of one rejected input; the payload itself stays in the database."""
    workspace = dead.workspace or UNREADABLE_KEY
    body = msgspec.json.encode(
        {
            "workspace": dead.workspace,
            "reason": dead.reason,
            "path": dead.path,
            "detail": dead.detail,
            "origin": dead.origin,
            "payload_sha256": sha256(dead.payload).hexdigest(),
            "payload_bytes": len(dead.payload),
            "occurred_at": rfc3339(dead.at_ms),
        }
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
    # Usher's own producers put the three headers first; a foreign order is found by a scan.
    if len(headers) > 2 and headers[0][0] == "ce_type" and headers[1][0] == "ce_id":
        sequence = headers[2][1] if headers[2][0] == "ce_sequence" else None
        kind, identity = headers[0][1], headers[1][1]
    else:
        found = dict(headers)
        kind, identity, sequence = found.get("ce_type"), found.get("ce_id"), found.get("ce_sequence")
    seq = int(sequence) if sequence is not None and sequence.isdigit() else None
    return Record(offset, at_ms, _text(kind), _text(identity), value or b"", seq)


def _text(value: bytes | None) -> str:
    try:
        return value.decode() if value else ""
    except UnicodeDecodeError:
        return ""
