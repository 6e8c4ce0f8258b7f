"""What the engine and its store exchange: the rows of one snapshot, and the rows of one commit."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.sla.domain.totals import Total

__all__ = ["Breach", "PolicyKey", "SlaRows", "SlaWrites"]

PolicyKey = tuple[str, int]
"""(workspace, policy version)."""


class Breach(NamedTuple):
    """One breached clock, for ever: the primary key makes a second one impossible. ``due_ms``: when it breached."""

    clock_id: str
    workspace: str
    contact_id: str
    kind: str
    target: str
    queue: str
    channel: str
    due_ms: int


@dataclass(slots=True)
class SlaRows:
    """A partition as the last commit left it: live contacts and policies as JSON, and the latest event time."""

    contacts: list[str] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    policies: dict[PolicyKey, str] = field(default_factory=dict)
    event_ms: int = 0


@dataclass(slots=True)
class SlaWrites:
    """What one step changed. ``contacts``: (contact id, JSON) to insert or replace; ``gone``: ids to delete, of
    which those that came in the same step were never stored.

    ``policies``: the version that holds from now on, by workspace. ``event_ms``: the latest event time read.
    """

    contacts: list[tuple[str, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    policies: list[PolicyKey] = field(default_factory=list)
    event_ms: int = 0
