"""Which contacts were answered in time: the share of breaches, as the sla service counts it."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.router.domain import events
from services.router.domain.states import TERMINAL
from shared.contract.records import Event
from shared.times import to_ms

__all__ = ["Account", "Promises"]

_ENDS = frozenset(f"usher.contact.{state}.v1" for state in TERMINAL)


class Account(NamedTuple):
    """Promises by how they ended. ``undecided``: neither answered nor due when the time was over. ``dropped``: the
    contact ended before it was due, unanswered."""

    met: int
    breached: int
    undecided: int
    dropped: int

    def as_json(self) -> dict[str, float | int | None]:
        """The counts, and the share of breaches among what was decided."""
        decided = self.met + self.breached
        return {"breach_share": self.breached / decided if decided else None, **self._asdict()}


class _Queued(msgspec.Struct):
    due_at: str
    wait_started_at: str


_queued = msgspec.json.Decoder(_Queued).decode


class Promises:
    """The first promise of each contact, of the first queue that it enters; as ``time_to_answer`` of the sla service.

    Times are milliseconds. ``spans``: how long a contact may take to be answered, by contact; where it has none, its
    queue's target says it.
    """

    def __init__(self, spans: Mapping[str, int] | None = None) -> None:
        self.spans: dict[str, int] = {}
        self._given = spans or {}
        self._due: dict[str, int] = {}
        self._decided: dict[str, str] = {}

    def owe(self, contact_id: str, since_ms: int, due_ms: int) -> None:
        """A contact waits, and this is its promise; a second one of the same contact does not count."""
        if contact_id not in self.spans:
            self.spans[contact_id] = due_ms - since_ms
            self._due[contact_id] = since_ms + self._given.get(contact_id, due_ms - since_ms)

    def see(self, event: Event) -> None:
        """One event of the log."""
        contact_id = event.subject
        if event.type == events.QUEUED:
            queued = _queued(event.body)
            self.owe(contact_id, _ms(queued.wait_started_at), _ms(queued.due_at))
        elif event.type == events.ASSIGNED and contact_id in self._due:
            due_ms = self._due.pop(contact_id)
            self._decided[contact_id] = "met" if event.at_ms <= due_ms else "breached"
        elif (event.type in _ENDS or event.type == events.SCHEDULED) and contact_id in self._due:
            due_ms = self._due.pop(contact_id)
            self._decided[contact_id] = "dropped" if event.at_ms <= due_ms else "breached"

    def account(self, until_ms: int) -> Account:
        """How things stand then."""
        ends = list(self._decided.values())
        late = sum(due_ms < until_ms for due_ms in self._due.values())
        return Account(
            met=ends.count("met"),
            breached=ends.count("breached") + late,
            undecided=len(self._due) - late,
            dropped=ends.count("dropped"),
        )


def _ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text))
