"""What is asked of the local stack."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.process.settings import CommonSettings

__all__ = ["PARTITIONS_DEFAULT", "REPLICAS_MAX", "SERVICES", "SOURCES_POLL_SECONDS", "StackOptions"]

SERVICES = ("ingest", "router", "sla")
REPLICAS_MAX = 16  # of one service on one machine; each is a process of some 100 MB
PARTITIONS_DEFAULT = 4
SOURCES_POLL_SECONDS = 1.0  # of ingest here, unless said: who edits a file on this machine waits for it


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """What to start. ``workspaces``: whose policies are activated, the first is the one that stack.json names.

    ``kafka`` and ``postgres`` name servers that run already; ``port`` is the door's, ``part`` whose data (state.py).
    ``activate`` publishes the policies once the log is there; ``settled`` returns when the router has taken them, with
    the text models that they name: only then is the first contact served as quickly as the next. ``sources_fault`` says
    why the file ``sources`` cannot be used, "" when it can: the stack follows its edits.
    """

    workspaces: Sequence[str]
    activate: Callable[[CommonSettings], Awaitable[None]]
    settled: Callable[[CommonSettings], Awaitable[None]] | None = None
    sources: Path | None = None
    sources_fault: Callable[[Path], str] = lambda _: ""
    partitions: int | None = None
    replicas: Mapping[str, int] = field(default_factory=dict)
    services: Sequence[str] = SERVICES
    kafka: str | None = None
    postgres: str | None = None
    port: int | None = None
    part: str = ""
    observability: bool = False
