"""Every adapter by name: those of this room, and those that installed packages bring (entry point usher.adapters)."""

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points

from services.ingest.domain.channels.adapter import Adapter

__all__ = ["GROUP", "NAMES", "find", "names"]

GROUP = "usher.adapters"
NAMES = (
    "canonical",
    "standard_webhooks",
    "twilio",
    "twilio_voice",
    "twilio_conversations",
    "whatsapp_cloud",
    "messenger",
    "instagram",
    "mailgun",
    "sendgrid",
    "postmark",
    "email_mime",
    "slack",
    "telegram",
    "zendesk",
    "intercom",
    "chatwoot",
    "asterisk",
    "web_chat",
    "x",
)
"""The adapters of this room: each is ADAPTER in the module of its name."""


@lru_cache
def find(name: str) -> Adapter | None:
    """The adapter of a name, loaded when it is first asked for; None where nobody has it.

    TypeError: a package's entry point of that name is no Adapter. Whatever its import raises comes through.
    """
    if name in NAMES:
        found: Adapter = import_module(f"services.ingest.domain.channels.{name}").ADAPTER
        return found
    for point in entry_points(group=GROUP, name=name):
        adapter = point.load()
        if not isinstance(adapter, Adapter):
            raise TypeError(f"the entry point {name} ({point.value}) must be an Adapter")
        return adapter._replace(name=name)
    return None


def names() -> Sequence[str]:
    """All names, ours first; no package is loaded for it."""
    foreign = {point.name for point in entry_points(group=GROUP)} - set(NAMES)
    return (*NAMES, *sorted(foreign))
