"""By which way an event came in, and when: what fills the fields that a sender may leave out."""

from typing import NamedTuple

from shared.contract.records import Origin
from shared.contract.topics import Channel

__all__ = ["Arrival", "Way"]


class Way(NamedTuple):
    """What a topic, a webhook or a credential says about its events; "" or None where it says nothing.

    ``workspace`` is binding: an event of another workspace is refused. ``source`` is a default, ``channel`` and
    ``queue`` come from the sources file. ``default_type`` stands for a missing type. ``scope``: whose ids the handles
    are, where they are a provider's and not the workspace's own.
    """

    source: str = ""
    workspace: str = ""
    channel: Channel | None = None
    queue: str = ""
    default_type: str = ""
    scope: str = ""


class Arrival(NamedTuple):
    """When and where: ``received_ms`` the log or the server took it, ``arrived_ms`` (not before) ingest saw it."""

    received_ms: int
    arrived_ms: int
    origin: Origin
