"""From an event out of its envelope to the canonical event on usher.router-input.v1, or a rejection."""

import re
from difflib import get_close_matches
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from pydantic import ValidationError

from services.ingest.domain.cloudevents import OpenedEvent
from services.ingest.domain.fields import Inbound, rfc3339_ms
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.message import ChannelMessage, received
from services.ingest.domain.rejection import OtherWorkspace, Rejected, from_validation
from services.ingest.domain.types import EVENT_TYPES, EventType
from services.ingest.domain.way import Arrival, Way
from shared.contract.ids import derive
from shared.contract.inputs import Input
from shared.errors import Reason

__all__ = ["CANONICAL_BYTES_MAX", "Admitted", "Normaliser"]

# A body may grow on its way: the reply address repeats the handle, and 1e15 is written as 1000000000000000.0. Half the
# largest record that any broker takes by default (1 MiB) leaves room for what later services add.
CANONICAL_BYTES_MAX = 512 * 1024

UNKNOWN_KEPT_MAX = 256  # types for which the nearest known one is remembered: looking takes longer than a record
_TYPE_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_encode = msgspec.json.Encoder().encode


class Admitted(NamedTuple):
    """One canonical event, ready to publish. ``body`` is a struct of shared/contract/inputs.py as JSON; ``channel`` is
    "" unless it is a message, ``source`` unless it is of a conversation."""

    type: str
    event_id: str
    workspace: str
    subject: str
    channel: str
    source: str
    occurred_ms: int
    arrived_ms: int
    traceparent: str
    body: bytes


class Normaliser:
    """Validates and normalises events. Pure: the same event, way and arrival give the same bytes."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self.pseudonyms = pseudonyms

    def normalise(self, event: OpenedEvent, way: Way, arrival: Arrival, raw: bytes) -> Admitted:
        """The canonical event; ``raw`` is the record or body it came from, which names an event without an id.

        Rejected: unknown_type, too_large, or invalid with every wrong field.
        """
        entry = EVENT_TYPES.get(event.type)
        if entry is None:
            raise Rejected(Reason.UNKNOWN_TYPE, "type", _unknown(event.type))
        if event.message is not None and way.workspace and event.message.is_whole():
            canonical: Input = received(event.message, way.workspace, way, arrival, self.pseudonyms)
        else:
            canonical = self._validated(event, entry, way, arrival, raw)
        canonical.traceparent = event.traceparent
        encoded = _encode(canonical)
        if len(encoded) > CANONICAL_BYTES_MAX:
            raise Rejected(Reason.TOO_LARGE, "", f"{len(encoded)} bytes once normalised; at most {CANONICAL_BYTES_MAX}")
        return Admitted(
            event.type,
            canonical.event_id,
            canonical.workspace,
            getattr(canonical, entry.subject),
            getattr(canonical, "channel", ""),
            getattr(canonical, "source", ""),
            canonical.occurred_ms,
            canonical.arrived_ms,
            event.traceparent,
            encoded,
        )

    def _validated(self, event: OpenedEvent, entry: EventType, way: Way, arrival: Arrival, raw: bytes) -> Input:
        """The canonical form of a body that anybody may have written. Rejected."""
        try:
            body = entry.body.model_validate(_completed(event, way))
        except ValidationError as error:
            raise from_validation(error) from None
        workspace: str = body.workspace  # type: ignore[attr-defined]
        if way.workspace and workspace != way.workspace:
            raise OtherWorkspace
        if not isinstance(body, ChannelMessage):
            return _converted(body, entry, event, arrival, raw)
        if not (body.source or way.source):
            raise Rejected(Reason.INVALID, "source", "Field required")
        return received(body, workspace, way, arrival, self.pseudonyms)


@lru_cache(maxsize=UNKNOWN_KEPT_MAX)
def _unknown(kind: str) -> str:
    if _TYPE_NAME.fullmatch(kind) is None:
        return "unknown event type"
    near = get_close_matches(kind, EVENT_TYPES, n=1, cutoff=0.8)
    return f"unknown event type {kind}" + (f"; did you mean {near[0]}?" if near else "")


def _completed(event: OpenedEvent, way: Way) -> dict[str, Any]:
    """The body with what its envelope and its way say about fields it left out."""
    data = event.data if event.message is None else event.message.document()
    added: dict[str, Any] = {}
    if way.workspace and "workspace" not in data:
        added["workspace"] = way.workspace
    if way.source and "source" not in data:
        added["source"] = way.source
    if event.time and "occurred_at" not in data and _is_time(event.time):
        added["occurred_at"] = event.time
    return {**data, **added} if added else data


def _is_time(text: str) -> bool:
    try:
        return rfc3339_ms(text) >= 0
    except ValueError:
        return False


def _converted(body: Inbound, entry: EventType, event: OpenedEvent, arrival: Arrival, raw: bytes) -> Input:
    """Every event but a message: the canonical form has the same fields, and one moment instead of a text."""
    values = body.model_dump(exclude_none=True)
    workspace = values["workspace"]
    values["event_id"] = (
        derive("ce", workspace, event.source, event.id)
        if event.id and event.source
        else derive("body", workspace, event.type, sha256(raw).hexdigest())
    )
    values["occurred_ms"] = min(values["occurred_at"], arrival.arrived_ms)
    values["arrived_ms"] = arrival.arrived_ms
    canonical = msgspec.convert(values, entry.canonical)
    canonical.origin = arrival.origin
    return canonical
