"""Was the forecast right? What was told at an entry into a queue, against what became of the contact; each once.

Followed are contacts that had to wait, from their entry on, in memory alone: what is open when a partition changes
owner or is loaded anew is forgotten, told nowhere and counted nowhere.
"""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

from services.router.domain import events
from services.router.domain.forecast import Expectation
from services.router.domain.state.records import Contact
from services.router.domain.states import ContactState
from shared.contract.records import Event
from shared.lane.engine import Step

OPEN_MAX = 10_000  # expectations followed at once, some 3 MB; of more waiting contacts these are a sample
LATE_MS = 1000  # an answer given in time may come in so much later: only then is its absence a breach
SLACK = 1024  # entries of the heap tolerated beyond two for each open expectation, before it is rebuilt
TENTHS = 10
ERROR = "usher_wait_estimate_error_seconds"
PREDICTED = "usher_breach_risk_predicted_total"
OBSERVED = "usher_breach_risk_observed_total"

_LEAVING = frozenset({events.QUEUED, events.SCHEDULED, events.ABANDONED, events.CANCELLED, events.EXPIRED})


class Calibration:
    """The open expectations of a partition.

    A risk is decided by the answer (``met`` or ``breached``), by the due time (``breached``), or ``lost``: the contact
    gave up or was moved before it was due, so nobody knows. A wait is decided by an answer alone.
    """

    def __init__(self) -> None:
        self._waits: dict[str, Expectation] = {}
        self._risks: dict[str, Expectation] = {}
        self._dues: list[tuple[int, str, Expectation]] = []

    def __len__(self) -> int:
        """Contacts followed."""
        return len(self._waits)

    def follow(
        self, step: Step, told: Mapping[str, Expectation], contacts: Mapping[str, Contact], clock_ms: int
    ) -> None:
        """Count in ``step`` what its events decide, then follow the expectations that were told in it.

        A contact that did not have to wait is not followed: saying that it will be answered at once is no forecast.
        """
        if self._waits:
            self._close(step, step.events)
        while self._dues and self._dues[0][0] + LATE_MS < clock_ms:
            _, contact_id, expectation = heappop(self._dues)
            if self._risks.get(contact_id) is expectation:
                self._decide(step, contact_id, "breached")
        for contact_id, expectation in told.items():
            contact = contacts.get(contact_id)
            if contact is not None and contact.state is ContactState.QUEUED and len(self._waits) < OPEN_MAX:
                self._open(contact_id, expectation)

    def _open(self, contact_id: str, expectation: Expectation) -> None:
        self._waits[contact_id] = self._risks[contact_id] = expectation
        heappush(self._dues, (expectation.due_ms, contact_id, expectation))
        if len(self._dues) > 2 * len(self._risks) + SLACK:
            self._dues = [(each.due_ms, key, each) for key, each in self._risks.items()]
            heapify(self._dues)

    def _close(self, step: Step, told: Iterable[Event]) -> None:
        for event in told:
            if event.type == events.ASSIGNED:
                self._leave(step, event, "met")
            elif event.type in _LEAVING:
                self._leave(step, event, "lost")

    def _leave(self, step: Step, event: Event, outcome: str) -> None:
        expectation = self._waits.pop(event.subject, None)
        if expectation is None:
            return
        if outcome == "met":
            error = (event.at_ms - expectation.at_ms) / 1000 - expectation.wait_seconds
            step.observed.append(((ERROR, "later" if error > 0 else "sooner"), abs(error)))
        if event.subject in self._risks:
            self._decide(step, event.subject, "breached" if event.at_ms > expectation.due_ms else outcome)

    def _decide(self, step: Step, contact_id: str, outcome: str) -> None:
        risk = self._risks.pop(contact_id).risk
        tenth = f"0.{min(int(risk * TENTHS), TENTHS - 1)}"
        counts = step.counts
        counts[OBSERVED, tenth, outcome] = counts.get((OBSERVED, tenth, outcome), 0.0) + 1
        if outcome != "lost":
            counts[PREDICTED, tenth] = counts.get((PREDICTED, tenth), 0.0) + risk
