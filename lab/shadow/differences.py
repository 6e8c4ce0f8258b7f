"""What a candidate policy would decide otherwise: counts by kind, and examples with both reasons."""

from enum import StrEnum
from typing import Any, NamedTuple

from shared.times import rfc3339

__all__ = ["EXAMPLES_MAX", "Difference", "Differences", "Kind"]

EXAMPLES_MAX = 50  # differences shown with their reasons, shared out among the kinds; the rest is counted


class Kind(StrEnum):
    """A decision that both policies make in the same state."""

    TIER = "tier"  # who serves a new contact: self-service, which bot, or an agent
    ROUTE = "route"  # where and how it would wait: queue, skills, priority; and its intent
    ENTRY = "entry"  # what becomes of a contact that enters a queue: waits, overflows, is refused
    AGENT = "agent"  # which agent a waiting contact gets, if any
    CONTACT = "contact"  # which waiting contact a free agent gets, if any


class Difference(NamedTuple):
    """One decision: what the active policy did and why, and what the candidate would do and why."""

    kind: Kind
    at_ms: int
    contact_id: str
    active: str
    active_why: str
    candidate: str
    candidate_why: str

    def as_json(self) -> dict[str, Any]:
        """As on the command line."""
        return {
            "kind": str(self.kind),
            "at": rfc3339(self.at_ms),
            "contact_id": self.contact_id,
            "active": {"decision": self.active, "why": self.active_why},
            "candidate": {"decision": self.candidate, "why": self.candidate_why},
        }


class Differences:
    """Counts every decision that both policies made; while ``muted`` nothing is counted.

    ``examples``: the first differences of each kind, in order.
    """

    def __init__(self) -> None:
        self.muted = False
        self.compared = dict.fromkeys(Kind, 0)
        self.differ = dict.fromkeys(Kind, 0)
        self.examples: list[Difference] = []

    def same(self, kind: Kind) -> None:
        """Both decided the same."""
        if not self.muted:
            self.compared[kind] += 1

    def add(self, found: Difference) -> None:
        """They differ."""
        if self.muted:
            return
        self.compared[found.kind] += 1
        self.differ[found.kind] += 1
        if self.differ[found.kind] <= EXAMPLES_MAX // len(Kind):
            self.examples.append(found)

    def as_json(self) -> dict[str, Any]:
        """Totals, and each kind on its own."""
        compared, differ = sum(self.compared.values()), sum(self.differ.values())
        return {
            "compared": compared,
            "differ": differ,
            "share": differ / compared if compared else None,
            "kinds": {str(kind): {"compared": self.compared[kind], "differ": self.differ[kind]} for kind in Kind},
        }
