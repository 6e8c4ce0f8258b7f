"""Standard Webhooks 1.0: ``{type, timestamp, data}`` with Usher's own event in ``data``."""

from services.ingest.domain.adapters import event_of
from services.ingest.domain.channels.adapter import Adapter, Payload, Reading
from services.ingest.domain.cloudevents import OpenedEvent
from services.ingest.domain.reading import read_object
from services.ingest.domain.rejection import Rejected
from services.ingest.domain.types import MESSAGE
from shared.errors import Reason

__all__ = ["ADAPTER"]


def read(payload: Payload) -> Reading:
    """The event in ``data``; ``webhook-id`` names a message without an id, and a repeat of anything else.

    A payload without ``data`` is read as a bare canonical event: a topic may carry either.
    """
    document = read_object(payload.body)
    kind, data = document.get("type"), document.get("data")
    if data is None or "specversion" in document:
        return Reading(event_of(document, payload.attributes, payload.default_type))
    if not isinstance(kind, str) or not kind:
        raise Rejected(Reason.UNKNOWN_TYPE, "type", "the event has no type")
    if not isinstance(data, dict):
        raise Rejected(Reason.INVALID, "data", "must be a JSON object")
    webhook_id = payload.headers.get("webhook-id", "")
    if kind == MESSAGE and webhook_id and "message_id" not in data:
        data = {**data, "message_id": webhook_id}
    at = document.get("timestamp")
    attributes = payload.attributes
    return Reading(
        [
            OpenedEvent(
                kind,
                webhook_id or attributes.id,
                f"/channel/{payload.source.name}" if webhook_id else attributes.source,
                at if isinstance(at, str) else "",
                attributes.traceparent,
                data,
            )
        ]
    )


ADAPTER = Adapter(
    name="standard_webhooks",
    read=read,
    channel=None,
    schemes=("standard_webhooks",),
    secrets=frozenset({"signing_secret"}),
    own_ids=True,
)
