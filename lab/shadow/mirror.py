"""The mirror: the router's engine, replayed from its rows and its log, with the candidate policy beside the active."""

from copy import deepcopy

from lab.shadow.differences import Difference, Differences, Kind
from lab.shadow.memory import Memory
from lab.shadow.observed import Observed, owe_waiting
from lab.shadow.triage import TwinTriage, Verdicts
from lab.shadow.twin import Twin, TwinBook
from services.router.domain.classification.classifying import Classify
from services.router.domain.classification.record import Classification
from services.router.domain.engine import RouterEngine
from services.router.domain.state.rows import Known, Needs, RouterRows
from shared.contract.ids import conversation_key
from shared.contract.inputs import MessageReceived
from shared.contract.records import Event, Record
from shared.policy import Policy

__all__ = ["Mirror"]


class Mirror:
    """One workspace as the live router has it. Give it the records after ``rows``, in order, each batch once.

    ``differences`` and ``observed`` outlive it: a later mirror goes on with them.
    """

    def __init__(
        self,
        rows: RouterRows,
        candidate: Policy,
        both: tuple[Classify, Classify],
        differences: Differences,
        observed: Observed,
    ) -> None:
        """``both``: what classifies for the active policy, and for the candidate."""
        self._candidate = candidate
        self._differences = differences
        self._observed = observed
        self._memory = Memory()
        self._needs: Needs | None = None
        self.engine = RouterEngine(0, TwinTriage(both, candidate, self._classified))
        self.engine.book = TwinBook(candidate, differences)
        before, differences.muted = differences.muted, True  # filling the memory decides nothing
        self.engine.restore(deepcopy(rows))
        differences.muted = before

    def needs(self, records: list[Record]) -> Needs | None:
        """What must be looked up, as of the moment of the rows, before these records are fed."""
        self._needs = self.engine.needs(records)
        if self._needs is not None:
            self._memory.widen(self._needs)
        return self._needs

    def feed(self, records: list[Record], known: Known | None, now_ms: int) -> list[Event]:
        """Apply the records and every deadline up to ``now_ms``; what the router told, if it did the same."""
        if known is not None:
            self._memory.learn(known)
        step = self.engine.step(records, self._memory.answer(self._needs) if self._needs else None, now_ms)
        self._needs = None
        self._memory.keep(step.writes)
        if not self._differences.muted:
            self._observed.see(records, step, known, now_ms)
        return step.events

    def begin(self) -> None:
        """The window begins here: who waits already is owed an answer."""
        owe_waiting(self._observed.promises, self.engine.book, self._observed.began_ms)

    def _classified(self, message: MessageReceived, verdicts: Verdicts) -> None:
        active, other = (verdict.decided for verdict in verdicts)
        workspace = self.engine.book.workspaces[message.workspace]
        assert isinstance(workspace, Twin)
        key = conversation_key(message.workspace, message.source, message.conversation_id)
        contact = self.engine.book.by_conversation[key]
        workspace.candidate.classified(contact, active, other)
        if not self._differences.muted:
            self._observed.verdicts[message.event_id] = verdicts
        why = (_why(active), _why(other))
        self._compare(Kind.TIER, contact.contact_id, (_tier(active), _tier(other)), why)
        here = _place(active, workspace.rules.queue(active.queue).name)
        there = _place(other, workspace.candidate.space.rules.queue(other.queue).name)
        self._compare(Kind.ROUTE, contact.contact_id, (here, there), why)

    def _compare(self, kind: Kind, contact_id: str, chosen: tuple[str, str], why: tuple[str, str]) -> None:
        if chosen[0] == chosen[1]:
            self._differences.same(kind)
        else:
            at_ms = self.engine.book.clock_ms
            self._differences.add(Difference(kind, at_ms, contact_id, chosen[0], why[0], chosen[1], why[1]))


def _tier(verdict: Classification) -> str:
    return f"bot {verdict.bot}" if verdict.tier == "bot" else verdict.tier


def _place(verdict: Classification, queue: str) -> str:
    """Where and how the contact would wait, and what it is about, in words that can be compared."""
    skills = ", ".join(f"{skill} >= {level}" for skill, level in sorted(verdict.skills.items()))
    parts = [
        f"queue {queue}",
        f"skills {skills}" if skills else "",
        f"priority {verdict.priority_seconds:g} s" if verdict.priority_seconds else "",
        f"intent {verdict.intent}" if verdict.intent else "",
    ]
    return ", ".join(part for part in parts if part)


def _why(verdict: Classification) -> str:
    return "; ".join(verdict.reasons)
