"""What each service may do at the broker and no more: the rules that a cluster with authorization needs."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from shared.contract.topics import (
    AGENT_ACTIVITY,
    AGENT_OFFERS,
    BOT,
    CONTACT_EVENTS,
    CONTACT_UPDATES,
    DEAD_LETTERS,
    ROUTER_INPUT,
    SELF_SERVICE,
    SLA_EVENTS,
)

__all__ = ["OPERATOR", "SERVICES", "Right", "Service", "operator_rights", "rights"]

Service = Literal["ingest", "router", "sla"]
SERVICES: tuple[Service, ...] = ("ingest", "router", "sla")
OPERATOR = "operator"  # who works with the `usher` command

_CHANNEL_TOPICS = "usher.channel."  # every source's topic begins with it


class Right(NamedTuple):
    """One rule: ``operations`` on a topic or group of this name, or on all whose names begin with it."""

    resource: Literal["topic", "group"]
    name: str
    prefixed: bool
    operations: tuple[str, ...]


_READ, _WRITE, _LOOK = ("READ", "DESCRIBE"), ("WRITE", "DESCRIBE"), ("DESCRIBE", "DESCRIBE_CONFIGS")
_COMMAND = ("CREATE", *_LOOK, "READ", "WRITE")  # topics are made, policies and dead letters sent, the logs read

# Service -> (topics that it reads, topics that it writes); the end of its own log is read when a partition is opened.
_TOPICS: dict[Service, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ingest": ((AGENT_ACTIVITY, CONTACT_UPDATES), (ROUTER_INPUT, DEAD_LETTERS)),
    "router": ((ROUTER_INPUT, CONTACT_EVENTS), (CONTACT_EVENTS, SELF_SERVICE, BOT, AGENT_OFFERS, DEAD_LETTERS)),
    "sla": ((CONTACT_EVENTS, SLA_EVENTS), (SLA_EVENTS, DEAD_LETTERS)),
}


def rights(service: Service, groups: Mapping[Service, str], prefix: str = "") -> Iterator[Right]:
    """The rules of one service; ``groups``: what the names of each service's groups begin with, ``prefix`` is
    USHER_TOPIC_PREFIX."""
    reads, writes = _TOPICS[service]
    yield Right("topic", f"{prefix}usher.", True, _LOOK)  # every service checks at start that its topics are right
    if service == "ingest":
        yield Right("topic", prefix + _CHANNEL_TOPICS, True, _READ)
    for name in reads:
        yield Right("topic", prefix + name, False, _READ)
    for name in writes:
        yield Right("topic", prefix + name, False, _WRITE)
    yield Right("group", groups[service], True, ("READ", "DESCRIBE"))
    if service == "sla":  # how far the door and the router are decides whether a promise may be called broken
        for other in ("ingest", "router"):
            yield Right("group", groups[other], True, ("DESCRIBE",))


def operator_rights(groups: Mapping[Service, str], prefix: str = "") -> Iterator[Right]:
    """The rules of whoever runs commands, the chart's hooks among them; nobody reads in a group that way."""
    yield Right("topic", f"{prefix}usher.", True, _COMMAND)
    for name in groups.values():
        yield Right("group", name, True, ("DESCRIBE",))
