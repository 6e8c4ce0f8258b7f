"""Who is at the HTTP door, and what they may post there."""

from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from services.ingest.domain.cloudevents import OpenedEvent
from services.ingest.domain.rejection import Rejected
from services.ingest.domain.types import EVENT_TYPES, Area, Right
from services.ingest.domain.way import Way
from services.ingest.problem import Problem
from shared.errors import Reason

__all__ = ["OTHER_WORKSPACE", "RIGHTS_OF", "Caller", "check_event", "right_of"]

OTHER_WORKSPACE = "the workspace in the body is not that of the key"
RIGHTS_OF = {
    Area.CONTACTS: frozenset({Right.CONTACTS}),
    Area.AGENT_ACTIVITY: frozenset({Right.AGENTS}),
    Area.CONTACT_UPDATES: frozenset({Right.UPDATES, Right.COMMANDS}),
}


class Caller(NamedTuple):
    """Who is at the door: the workspace that binds ("" where the body names it), and the way's defaults."""

    way: Way
    types: frozenset[str]
    may: Callable[[str], bool]


def right_of(kind: str, area: Area) -> Right:
    """The right that a type asks for in an area."""
    right = EVENT_TYPES[kind].right
    return Right.CONTACTS if area is Area.CONTACTS else right


def check_event(event: OpenedEvent, caller: Caller) -> None:
    """What the caller may post here, before the body is looked at. Problem 403, Rejected (422)."""
    if event.type not in caller.types:
        known = "posted elsewhere" if event.type in EVENT_TYPES else "unknown"
        raise Rejected(Reason.UNKNOWN_TYPE, "type", f"this type is {known}; here: {', '.join(sorted(caller.types))}")
    if not caller.may(event.type):
        raise Problem(HTTPStatus.FORBIDDEN, f"this key may not post {event.type}")
    named = event.data.get("workspace")
    if caller.way.workspace and isinstance(named, str) and named != caller.way.workspace:
        raise Problem(HTTPStatus.FORBIDDEN, OTHER_WORKSPACE)
