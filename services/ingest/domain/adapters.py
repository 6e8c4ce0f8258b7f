"""Usher's own events as bytes: what the adapter ``canonical`` reads, and the API."""

from base64 import b64decode
from typing import Any

from services.ingest.domain.cloudevents import Attributes, OpenedEvent, open_event
from services.ingest.domain.reading import read_object
from services.ingest.domain.rejection import Rejected, workspace_in
from shared.errors import Invalid, Reason

__all__ = ["canonical", "event_of"]


def canonical(value: bytes | None, attributes: Attributes, default_type: str) -> list[OpenedEvent]:
    """The event of a body: CloudEvents binary or structured, or bare JSON with a type. Rejected: see read_object."""
    return event_of(read_object(value), attributes, default_type)


def event_of(document: dict[str, Any], attributes: Attributes, default_type: str) -> list[OpenedEvent]:
    """The same of a body that was read already."""
    if "data_base64" in document:
        document = _unpacked(document)
    try:
        return [open_event(document, attributes, default_type)]
    except Invalid as error:
        rejected = Rejected(error.reason, error.path, error.detail)
        rejected.workspace = workspace_in(document) or workspace_in(document.get("data"))
        raise rejected from None


def _unpacked(document: dict[str, Any]) -> dict[str, Any]:
    """A structured event whose data are Base64 of the body's bytes, as SDKs write them that were given bytes."""
    packed = document["data_base64"]
    if "specversion" not in document or "data" in document:
        return document
    try:
        data = b64decode(packed, validate=True)
    except (ValueError, TypeError):
        raise Rejected(Reason.INVALID, "data_base64", "must be Base64 of the JSON body") from None
    return {**document, "data": read_object(data)}
