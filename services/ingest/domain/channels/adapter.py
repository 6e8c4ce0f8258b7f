"""What an adapter is: the pure reading of one provider's payloads, and what the door must know to call it.

This module, node.py, message.py and form.py are what an adapter outside this repository may import (see
docs/channels/write-your-own.md); their names and meanings are kept.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from services.ingest.domain.cloudevents import NO_ATTRIBUTES, Attributes, OpenedEvent
from services.ingest.domain.handles import normalised
from services.ingest.domain.reading import BODY_BYTES_MAX
from services.ingest.domain.rejection import Rejected
from shared.contract.topics import Channel
from shared.errors import Reason

__all__ = [
    "JSON",
    "Adapter",
    "Answer",
    "Handshake",
    "Ignored",
    "Item",
    "Payload",
    "Reading",
    "Secrets",
    "SourceFacts",
    "Why",
    "missing",
]

JSON = frozenset({"application/json"})
Secrets = Mapping[str, tuple[str, ...]]


class Why(StrEnum):
    """Why a part of a payload is no contact: counted by this name, and no dead letter. Public: labels of a metric."""

    AUTOMATIC_REPLY = "automatic_reply"
    BOUNCE = "bounce"
    BULK = "bulk"
    BOT = "bot"
    CALL_PROGRESS = "call_progress"
    DELETION = "deletion"
    DELIVERY_STATE = "delivery_state"
    ECHO = "echo"
    EDIT = "edit"
    HANDSHAKE = "handshake"
    INTERNAL_NOTE = "internal_note"
    NOT_A_MESSAGE = "not_a_message"
    OWN_MESSAGE = "own_message"
    REACTION = "reaction"
    REPEAT = "repeat"
    STANDBY = "standby"
    UNKNOWN_KIND = "unknown_kind"  # of a closed list of the provider's, and not on it: operators should look


class Ignored(NamedTuple):
    """A part of a payload that is understood and is no contact."""

    why: Why


Item = OpenedEvent | Ignored | Rejected
"""What one part of a payload comes to; a Rejected among them is that part's alone."""


class Answer(NamedTuple):
    """The body that the provider expects with 200."""

    content_type: str
    body: bytes


class Reading(NamedTuple):
    """What a payload comes to, in its order. Without an answer the door says ``{}``."""

    items: Sequence[Item]
    answer: Answer | None = None


@lru_cache(maxsize=1024)
def _plain(own: frozenset[str]) -> frozenset[str]:
    return frozenset(map(normalised, own))


class SourceFacts(NamedTuple):
    """What an adapter may know of its source.

    ``own``: addresses and ids that are ours, as the operator wrote them. ``pseudonym``: the deployment's keyed hash of
    some parts, 32 hexadecimal digits; for conversations whose thread is somebody's number, address or id.
    """

    name: str
    own: frozenset[str]
    queue: str
    pseudonym: Callable[..., str]

    def is_own(self, *ids: str) -> bool:
        """Whether any of these is ours, however either is spelled: a number with or without ``whatsapp:`` or spaces."""
        return bool(self.own) and any(one and (one in self.own or normalised(one) in _plain(self.own)) for one in ids)


class Payload(NamedTuple):
    """One webhook request or one record of a topic.

    ``headers`` have names in lower case; on a topic they are the record's. ``query`` is decoded, in order; ``url`` is
    "" on a topic. ``received_ms``: when the server or the log took it. ``bytes_max``: larger bodies are refused; a
    letter that came by SMTP was bounded there.
    """

    body: bytes
    source: SourceFacts
    headers: Mapping[str, str] = {}
    query: Sequence[tuple[str, str]] = ()
    url: str = ""
    received_ms: int = 0
    attributes: Attributes = NO_ATTRIBUTES
    default_type: str = ""
    bytes_max: int = BODY_BYTES_MAX

    def content_type(self) -> str:
        """The media type in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


Handshake = Callable[[Sequence[tuple[str, str]], Secrets], Answer | None]
"""(query of a GET request, secrets) -> the answer that proves the source ours; None: refused."""


class Adapter(NamedTuple):
    """How one kind of source is read, and what its webhook needs.

    ``read`` never raises anything but Rejected, which refuses the whole payload. ``scheme`` names a signature scheme
    (signatures.py); without the secrets of one, the source takes API keys. ``secrets`` are those that the sources file
    may give. ``media_types``: empty = any. ``own_ids``: the handles are the workspace's own ids, over all sources.
    """

    name: str
    read: Callable[[Payload], Reading]
    channel: Channel | None
    schemes: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()
    media_types: frozenset[str] = JSON
    handshake: Handshake | None = None
    own_ids: bool = False
    origins: bool = False


def missing(path: str) -> Rejected:
    """The rejection of a payload or part without a field that it must have."""
    return Rejected(Reason.INVALID, path, "Field required")
