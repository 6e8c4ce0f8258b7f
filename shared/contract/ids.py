"""Derived ids: every id is a name-based UUID (version 5, RFC 9562) of what caused it, so a repeat gives the same id."""

from functools import lru_cache

from uuid_utils import UUID, uuid5

from shared.times import DAY_MS

WORKSPACE_PATTERN = r"[a-z0-9-]{1,64}"  # a workspace's name, whole: it is part of keys, and by contract no longer
WORKSPACE_WORDS = "1 to 64 of a-z, 0-9 and -"  # the same for people
_NAMESPACE = UUID("5d0cf0e4-b5a8-5a6b-9a8e-7c5f5f1e2d3c")
CONVERSATIONS_REMEMBERED = 4096  # keys kept: a batch asks three times for each of its conversations
ERA_DAYS = 1000  # of ids of contacts; an episode is remembered for longer (MEMORY_DAYS), or its id could come again
MEMORY_DAYS = ERA_DAYS + 100  # clocks of senders and records that waited on the log may differ by so much
_FIRST_ERA_ENDS_MS = 20_788 * DAY_MS  # 2026-12-01, and up to an era later: each conversation has its own day
SEPARATOR = "\x1f"  # cannot stand in names that Usher or its operators give, nor in a source: refused at the door


def derive(*parts: str) -> str:
    """The UUIDv5 of the parts, as text. Same parts, same id; only one part, an id of others, may hold the separator.

    UnicodeEncodeError where a part holds half of a surrogate pair.
    """
    return named(SEPARATOR.join(parts))


def named(name: str) -> str:
    """The same of parts that are joined already, by SEPARATOR."""
    try:
        return str(uuid5(_NAMESPACE, name))
    except TypeError:  # the library's word for text that UTF-8 cannot write
        name.encode()
        raise


def event_id(cause_id: str, ordinal: int) -> str:
    """Id of the ``ordinal``-th event (from 0) that one cause brought about."""
    return named(f"{cause_id}{SEPARATOR}{ordinal}")


def contact_id(conversation_key: str, episode: int, arrived_ms: int) -> str:
    """Id of the ``episode``-th contact (from 1) of a conversation, whose first message arrived then.

    Nobody remembers for ever how many episodes there were. So the id also says in which era it was made: whoever comes
    back after MEMORY_DAYS begins with episode 1 again, and in another era. In the first era the id does not say so.
    """
    name = f"contact{SEPARATOR}{conversation_key}{SEPARATOR}{episode}"
    era = _era(conversation_key, arrived_ms)
    return named(f"{name}{SEPARATOR}{era}" if era else name)


def _era(conversation_key: str, at_ms: int) -> int:
    """Eras are ERA_DAYS long, and end for each conversation on a day of its own: there is no day on which all ids
    change, and few conversations are under way when theirs does."""
    days = (at_ms - _FIRST_ERA_ENDS_MS) // DAY_MS - int(conversation_key[:8], 16) % ERA_DAYS
    return max(0, days // ERA_DAYS + 1)


@lru_cache(maxsize=CONVERSATIONS_REMEMBERED)
def conversation_key(workspace: str, source: str, conversation_id: str) -> str:
    """Key of a conversation: unique over workspaces and sources."""
    return derive("conversation", workspace, source, conversation_id)


def message_event_id(workspace: str, source: str, conversation_id: str, message_id: str) -> str:
    """Event id of a channel message: the deduplication key of the contracts. Some ids are unique in a chat only."""
    return derive("message", conversation_key(workspace, source, conversation_id), message_id)


def traceparent_of(contact_id: str) -> str:
    """The traceparent (W3C) of a contact whose sender gave none: the trace is named after the contact, and as its flags
    say, nobody has recorded its beginning."""
    digits = contact_id.replace("-", "")
    return f"00-{digits}-{digits[:16]}-00"
