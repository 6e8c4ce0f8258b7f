"""Derived ids: every id is a name-based UUID (version 5, RFC 9562) of what caused it, so a repeat gives the same id."""

from functools import lru_cache
from hashlib import sha1

WORKSPACE_PATTERN = r"[a-z0-9-]{1,64}"  # a workspace's name, whole: it is part of keys, and by contract no longer
_NAMESPACE = bytes.fromhex("5d0cf0e4b5a85a6b9a8e7c5f5f1e2d3c")
_HASHED_NAMESPACE = sha1(_NAMESPACE, usedforsecurity=False)
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
CONVERSATIONS_REMEMBERED = 4096  # keys kept: a batch asks three times for each of its conversations
_SEPARATOR = "\x1f"  # cannot stand in names that Usher or its operators give, nor in a source: refused at the door


def derive(*parts: str) -> str:
    """The UUIDv5 of the parts, as text. Same parts, same id; only one part, an id of others, may hold the separator."""
    return _uuid(_SEPARATOR.join(parts))


def _uuid(name: str) -> str:
    hashed = _HASHED_NAMESPACE.copy()  # every event has an id, and a copy costs half of a new hash
    hashed.update(name.encode())
    digest = hashed.hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANTS[digest[16]]}{digest[17:20]}-{digest[20:32]}"


def event_id(cause_id: str, ordinal: int) -> str:
    """Id of the ``ordinal``-th event (from 0) that one cause brought about."""
    return _uuid(f"{cause_id}{_SEPARATOR}{ordinal}")


def contact_id(conversation_key: str, episode: int) -> str:
    """Id of the ``episode``-th contact (from 1) of a conversation."""
    return _uuid(f"contact{_SEPARATOR}{conversation_key}{_SEPARATOR}{episode}")


@lru_cache(maxsize=CONVERSATIONS_REMEMBERED)
def conversation_key(workspace: str, source: str, conversation_id: str) -> str:
    """Key of a conversation: unique over workspaces and sources."""
    return derive("conversation", workspace, source, conversation_id)


def message_event_id(workspace: str, source: str, conversation_id: str, message_id: str) -> str:
    """Event id of a channel message: the deduplication key of the contracts. Some ids are unique in a chat only."""
    return derive("message", conversation_key(workspace, source, conversation_id), message_id)
