"""The candidate policy's view of the mirrored workspace: the same agents and contacts, at the places that it gives."""

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec

from services.router.domain.classification.record import Classification
from services.router.domain.insight.decisions import decide, sentence
from services.router.domain.matcher import Matcher
from services.router.domain.matcher.matching import Match
from services.router.domain.rules.rules import Rules
from services.router.domain.state.capacity import Room
from services.router.domain.state.records import Agent, Contact
from services.router.domain.state.workspace import Workspace

__all__ = ["Candidate"]


class _Verdicts(NamedTuple):
    """How both policies classified a contact, where that makes a difference to its place in a queue.

    ``queue`` is the active policy's; the candidate's holds as long as the contact waits there. ``boost_ms`` and
    ``skills`` are what it had then, so that what was added later is added under the candidate too.
    """

    queue: str
    boost_ms: int
    skills: dict[str, int]
    kept: dict[str, int]
    other_queue: str
    other_boost_ms: int
    other_skills: dict[str, int]
    other_kept: dict[str, int]


class Candidate:
    """A second ``Workspace`` that follows the first step by step, and is asked what it is asked.

    Who waits, who is free and which offers are open is always as the active policy made it: a difference never leads to
    another. What the candidate says itself: tier, queue, requirements, priority and promise of each contact, its
    relaxation by the time it has waited, and what agents have room for.
    """

    def __init__(self, active: Workspace, rules: Rules) -> None:
        self._active = active
        self.space = Workspace(active.name, rules, rules.policy.hash, Matcher())
        self.space.agents, self.space.staff, self.space.flows = active.agents, active.staff, active.flows
        self._verdicts: dict[str, _Verdicts] = {}
        self._waiting: dict[str, tuple[Contact, tuple[str, ...]]] = {}
        self._placed: dict[str, Contact] = {}
        self._steps: list[tuple[int, str]] = []
        self._relaxed: dict[str, tuple[int, int]] = {}

    # What happens in the active workspace

    def classified(self, contact: Contact, active: Classification, other: Classification) -> None:
        """Both policies have classified a new contact."""
        ours = _Verdicts(
            self._active.rules.queue(active.queue).name,
            round(active.priority_seconds * 1000),
            active.skills,
            active.kept_skills,
            self.space.rules.queue(other.queue).name,
            round(other.priority_seconds * 1000),
            other.skills,
            other.kept_skills,
        )
        if ours[:4] != ours[4:]:
            self._verdicts[contact.contact_id] = ours

    def seat(self, agent: Agent) -> None:
        """The agent's room may have changed."""
        self.space.seat(agent, self._room(agent))

    def know(self, agent: Agent) -> None:
        """The agent said a capacity."""
        self.space.capacities.state(agent)

    def forget(self, agent: Agent) -> None:
        """The agent is gone."""
        self.space.capacities.forget(agent.agent_id)

    def wait(self, contact: Contact, asked: Iterable[str]) -> None:
        """The contact waits, as it is now."""
        self._waiting[contact.contact_id] = (contact, tuple(asked))
        self._place(contact, tuple(asked))

    def leave(self, contact: Contact) -> None:
        """The contact waits no longer."""
        self.space.leave(contact)
        self._waiting.pop(contact.contact_id, None)
        self._placed.pop(contact.contact_id, None)

    def ended(self, contact_id: str) -> None:
        """Nothing more is asked about this contact."""
        self._verdicts.pop(contact_id, None)
        self._relaxed.pop(contact_id, None)

    # What it would decide

    def agent_for(self, contact: Contact, now_ms: int) -> Match | None:
        """The agent that the candidate would ask to take the waiting contact."""
        self._relax(now_ms)
        return self.space.agent_for(contact, now_ms)

    def contact_for(self, agent: Agent, now_ms: int) -> Match | None:
        """The waiting contact that it would offer the agent; None also where they have no room under it."""
        self._relax(now_ms)
        return self.space.contact_for(agent, now_ms) if agent.agent_id in self.space.open else None

    def waiting(self, match: Match) -> Contact:
        """The contact of a match, as the active policy sees it."""
        return self._waiting[match.contact_id][0]

    def why(self, match: Match, now_ms: int) -> str:
        """The sentence of a match that it has just made."""
        return sentence(decide(self.space, self._placed[match.contact_id], match, now_ms))

    def seen(self, contact: Contact) -> Contact:
        """The contact as it would be: itself, where the two policies see it alike."""
        verdicts = self._verdicts.get(contact.contact_id)
        if verdicts is not None:
            moved = contact.queue != verdicts.queue
            contact = msgspec.structs.replace(
                contact,
                queue=contact.queue if moved else verdicts.other_queue,
                boost_ms=contact.boost_ms - verdicts.boost_ms + verdicts.other_boost_ms,
                home_queue=verdicts.other_queue,
                skills=_skills(contact.skills, verdicts.skills, verdicts.other_skills),
                kept_skills=_skills(contact.skills_in(""), verdicts.kept, verdicts.other_kept),
            )
        ours, theirs = self.space.rules.queue(contact.queue), self._active.rules.queue(contact.queue)
        if ours == theirs and verdicts is None:
            return contact  # one relaxation for both: the active engine's own count
        return msgspec.structs.replace(contact, relaxed=self._steps_taken(contact))

    def _place(self, contact: Contact, asked: tuple[str, ...]) -> None:
        seen = self._placed[contact.contact_id] = self.seen(contact)
        self.space.wait(seen, asked)
        due_ms = self.space.next_step_ms(seen) if seen is not contact else None
        if due_ms is not None:
            heappush(self._steps, (due_ms, contact.contact_id))

    def _relax(self, now_ms: int) -> None:
        """Take the relaxation steps that are due under the candidate alone."""
        while self._steps and self._steps[0][0] <= now_ms:
            due_ms, contact_id = heappop(self._steps)
            found = self._waiting.get(contact_id)
            if found is None:
                continue
            queued_ms, taken = self._relaxed.get(contact_id, (0, 0))
            steps = self.space.rules.queue(self.seen(found[0]).queue).relax
            if taken < len(steps) and queued_ms + steps[taken].after_ms <= due_ms:
                self._relaxed[contact_id] = (queued_ms, taken + 1)
                self._place(*found)

    def _steps_taken(self, contact: Contact) -> int:
        """Relaxation steps taken since this entry; those that leave nobody signed on who could serve are skipped."""
        queued_ms, taken = self._relaxed.get(contact.contact_id, (contact.queued_ms, 0))
        if queued_ms != contact.queued_ms:
            taken = 0
        steps = self.space.rules.queue(contact.queue).relax
        while taken < len(steps) and not self.space.is_staffed(msgspec.structs.replace(contact, relaxed=taken)):
            taken += 1
        self._relaxed[contact.contact_id] = (contact.queued_ms, taken)
        return taken

    def _room(self, agent: Agent) -> Room:
        return self.space.capacities.room(agent)


def _skills(now: dict[str, int], then: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    """The candidate's requirements, and what was added to the contact's since it was classified."""
    added = {skill: level for skill, level in now.items() if then.get(skill) != level}
    return {skill: max(other.get(skill, 0), added.get(skill, 0)) for skill in sorted({*other, *added})}
