"""What a caller is told of an event that was taken: its id, and that of the contact as far as it can be derived."""

from typing import Any

from services.ingest.domain.normalise import Admitted
from services.ingest.domain.types import EVENT_TYPES, MESSAGE
from shared.contract.ids import ERA_DAYS, contact_id, conversation_key
from shared.times import DAY_MS

__all__ = ["acknowledgement"]

FIRST_EPISODE = 1


def acknowledgement(event: Admitted) -> dict[str, Any]:
    """The body of a 202. Ingest remembers nothing, so of a message it names the contact of the first episode.

    That is the message's own contact unless an earlier one of the conversation has ended; ``episode`` says so. Where
    ids are of another era than 1,000 days ago (shared/contract/ids.py), the conversation may have begun before that:
    ``earlier_contact_id`` is what its first contact is called then.
    """
    if event.type == MESSAGE:
        key = conversation_key(event.workspace, event.source, event.subject)
        first = contact_id(key, FIRST_EPISODE, event.arrived_ms)
        before = contact_id(key, FIRST_EPISODE, event.arrived_ms - ERA_DAYS * DAY_MS)
        earlier = {"earlier_contact_id": before} if before != first else {}
        return {"event_id": event.event_id, "contact_id": first, "episode": FIRST_EPISODE, **earlier}
    if EVENT_TYPES[event.type].subject == "contact_id":
        return {"event_id": event.event_id, "contact_id": event.subject}
    return {"event_id": event.event_id}
