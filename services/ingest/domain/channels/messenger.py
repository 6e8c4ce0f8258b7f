"""Messenger: direct messages to a page, and comments under its posts."""

from functools import partial

from services.ingest.domain.channels.adapter import Adapter
from services.ingest.domain.channels.meta import META_SECRETS, handshake, read_messaging

__all__ = ["ADAPTER"]

ADAPTER = Adapter(
    name="messenger",
    read=partial(read_messaging, kind="page"),
    channel="messaging",
    schemes=("meta",),
    secrets=META_SECRETS,
    handshake=handshake,
)
