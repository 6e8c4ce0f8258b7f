"""The mirrored workspace with the candidate beside it: whatever one is told or asked, so is the other."""

from collections.abc import Iterable

import msgspec

from lab.shadow.candidate import Candidate
from lab.shadow.differences import Difference, Differences, Kind
from services.router.domain.forecast import Outlook
from services.router.domain.insight.decisions import decide, sentence
from services.router.domain.lifecycle import overflow
from services.router.domain.matcher import Matcher
from services.router.domain.matcher.matching import Match
from services.router.domain.rules.queue_rules import QueueRules
from services.router.domain.rules.rules import Rules
from services.router.domain.state.asking import Standing
from services.router.domain.state.book import Book
from services.router.domain.state.capacity import Room
from services.router.domain.state.records import Agent, Contact
from services.router.domain.state.workspace import Workspace
from shared.policy import Policy

__all__ = ["Twin", "TwinBook"]

NOBODY = "nobody"
NOTHING = "nothing"
NOBODY_MAY = "nobody who is free may take it"


class Twin(Workspace):
    """Decides as the active policy does, and notes where the candidate would decide otherwise."""

    __slots__ = ("_differences", "_entries", "_estimating", "candidate")

    def __init__(self, name: str, rules: Rules, policy_hash: str, candidate: Policy, differences: Differences) -> None:
        super().__init__(name, rules, policy_hash, Matcher())
        self.candidate = Candidate(self, Rules(candidate, 0))
        self.weigh()
        self._differences = differences
        self._entries: dict[str, tuple[int, str | None]] = {}
        self._estimating = False

    def know(self, agent: Agent) -> None:
        """An agent came, or said new skills or a new capacity."""
        super().know(agent)
        self.candidate.know(agent)

    def forget(self, agent: Agent) -> None:
        """The agent is gone."""
        super().forget(agent)
        self.candidate.forget(agent)

    def seat(self, agent: Agent, left: Room) -> bool:
        """What the agent can take now, under either policy."""
        more = super().seat(agent, left)
        self.candidate.seat(agent)
        return more

    def wait(self, contact: Contact, asked: Iterable[str] = ()) -> Standing:
        """A contact waits, under either policy; what becomes of it on entering is compared."""
        asked = tuple(asked)
        standing = super().wait(contact, asked)
        self.candidate.wait(contact, asked)
        entry = (contact.queued_ms, contact.queue)
        before = self._entries.get(contact.contact_id)
        if before != entry:
            self._entries[contact.contact_id] = entry
            self._compare_entry(contact, first=before is None)
        return standing

    def leave(self, contact: Contact) -> None:
        """Out of the waiting set."""
        super().leave(contact)
        self.candidate.leave(contact)

    def ended(self, contact_id: str) -> None:
        """The contact has ended."""
        self._entries.pop(contact_id, None)
        self.candidate.ended(contact_id)

    def adopt(self, rules: Rules, policy_hash: str) -> None:
        """Another policy is in force; what is held back is said anew."""
        super().adopt(rules, policy_hash)
        self.candidate.space.matcher.unprotect()

    def hold_back(self, queue: QueueRules, channel: str, owed: float) -> None:
        """Keep agents for a protected queue; under the candidate too, where it protects the queue."""
        super().hold_back(queue, channel, owed)
        other = self.candidate.space.rules.queues.get(queue.name)
        if other is not None and other.allowance is not None:
            self.candidate.space.hold_back(other, channel, owed)

    def weigh(self) -> None:
        """What abilities weigh follows from who comes, whatever the policy."""
        super().weigh()
        candidate = getattr(self, "candidate", None)  # not yet, while the active workspace is made
        if candidate is not None:
            candidate.space.matcher.weigh(self.demand.weights())

    def outlook(self, contact: Contact, now_ms: int) -> Outlook:
        """What a contact may expect; looking for an agent for it is no decision."""
        self._estimating = True
        try:
            return super().outlook(contact, now_ms)
        finally:
            self._estimating = False

    def agent_for(self, contact: Contact, now_ms: int) -> Match | None:
        """The active policy's agent for a waiting contact."""
        match = super().agent_for(contact, now_ms)
        if not self._estimating:
            other = self.candidate.agent_for(contact, now_ms)
            chosen = tuple(found.agent_id if found else NOBODY for found in (match, other))
            why = self._why(match, other, now_ms, NOBODY_MAY) if chosen[0] != chosen[1] else ()
            self._note(Kind.AGENT, now_ms, contact.contact_id, chosen, why)
        return match

    def contact_for(self, agent: Agent, now_ms: int) -> Match | None:
        """The active policy's contact for an open agent."""
        match = super().contact_for(agent, now_ms)
        other = self.candidate.contact_for(agent, now_ms)
        found = match or other
        if found is not None:
            chosen = tuple(each.contact_id if each else NOTHING for each in (match, other))
            nothing = f"nothing that waits is for {agent.agent_id}"
            why = self._why(match, other, now_ms, nothing) if chosen[0] != chosen[1] else ()
            self._note(Kind.CONTACT, now_ms, found.contact_id, chosen, why)
        return match

    def _why(self, match: Match | None, other: Match | None, now_ms: int, nobody: str) -> tuple[str, str]:
        ours = sentence(decide(self, self.candidate.waiting(match), match, now_ms)) if match else nobody
        return ours, self.candidate.why(other, now_ms) if other else nobody

    def _compare_entry(self, contact: Contact, *, first: bool) -> None:
        now_ms = contact.queued_ms
        seen = self.candidate.seen(contact)
        ours = overflow.on_arrival(self, _entering(self, contact), now_ms, may_refuse=first)
        theirs = overflow.on_arrival(
            self.candidate.space, _entering(self.candidate.space, seen), now_ms, may_refuse=first
        )
        self._note(Kind.ENTRY, now_ms, contact.contact_id, (ours.words, theirs.words), (ours.why, theirs.why))

    def _note(self, kind: Kind, now_ms: int, contact_id: str, chosen: tuple[str, ...], why: tuple[str, ...]) -> None:
        if chosen[0] != chosen[1]:
            self._differences.add(Difference(kind, now_ms, contact_id, chosen[0], why[0], chosen[1], why[1]))
        elif chosen[0] != NOBODY:
            self._differences.same(kind)


def _entering(workspace: Workspace, contact: Contact) -> Contact:
    """The contact as overflow finds it: steps that nobody signed on could serve are skipped before."""
    steps, taken = len(workspace.rules.queue(contact.queue).relax), contact.relaxed
    while taken < steps and not workspace.is_staffed(msgspec.structs.replace(contact, relaxed=taken)):
        taken += 1
    return contact if taken == contact.relaxed else msgspec.structs.replace(contact, relaxed=taken)


class TwinBook(Book):
    """The memory of a mirror: one workspace, with the candidate beside it."""

    __slots__ = ("_candidate", "_differences")

    def __init__(self, candidate: Policy, differences: Differences) -> None:
        super().__init__()
        self._candidate = candidate
        self._differences = differences

    def open_workspace(self, name: str, rules: Rules, policy_hash: str) -> None:
        """The mirrored workspace has its policy."""
        self.workspaces[name] = Twin(name, rules, policy_hash, self._candidate, self._differences)

    def remove(self, contact: Contact) -> None:
        """The contact has ended: nothing of it stays."""
        super().remove(contact)
        workspace = self.workspaces[contact.workspace]
        assert isinstance(workspace, Twin)
        workspace.ended(contact.contact_id)
