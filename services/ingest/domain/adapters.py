"""The adapters: how the payload of each kind of source becomes events. One function each, in one table."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from services.ingest.domain.cloudevents import Attributes, Event, open_event
from services.ingest.domain.reading import read_object
from services.ingest.domain.rejection import Rejected, workspace_in
from shared.errors import Invalid, Reason

__all__ = ["ADAPTERS", "Adapter", "canonical"]

# (body, headers, type that stands for a missing one) -> events in the order of the payload. Rejected refuses the whole
# payload; a wrong field of one event is found later, so that one bad event of a batch is refused alone.
Adapter = Callable[[bytes | None, Attributes, str], list[Event]]


def canonical(value: bytes | None, attributes: Attributes, default_type: str) -> list[Event]:
    """Usher's own events: CloudEvents binary or structured, or bare JSON with a type."""
    document = read_object(value)
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


ADAPTERS: Mapping[str, Adapter] = {"canonical": canonical}
