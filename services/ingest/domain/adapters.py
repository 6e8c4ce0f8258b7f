"""The adapters: how the payload of each kind of source becomes events. One function each, in one table."""

from collections.abc import Callable, Mapping

from services.ingest.domain.reading import read_object
from services.ingest.domain.rejection import Rejected, workspace_in
from shared.cloudevents import Attributes, Event, open_event
from shared.errors import Invalid

__all__ = ["ADAPTERS", "Adapter", "canonical"]

# (body, headers, type that stands for a missing one) -> events in the order of the payload. Rejected refuses the whole
# payload; a wrong field of one event is found later, so that one bad event of a batch is refused alone.
Adapter = Callable[[bytes | None, Attributes, str], list[Event]]


def canonical(value: bytes | None, attributes: Attributes, default_type: str) -> list[Event]:
    """Usher's own events: CloudEvents binary or structured, or bare JSON with a type."""
    document = read_object(value)
    try:
        return [open_event(document, attributes, default_type)]
    except Invalid as error:
        rejected = Rejected(error.reason, error.path, error.detail)
        rejected.workspace = workspace_in(document) or workspace_in(document.get("data"))
        raise rejected from None


ADAPTERS: Mapping[str, Adapter] = {"canonical": canonical}
