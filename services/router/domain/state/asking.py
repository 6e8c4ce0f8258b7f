"""What contacts ask of a workspace under its policy, and when their queue does something for who still waits."""

import msgspec

from services.router.domain.rules.queue_rules import Answer, QueueRules, Stage
from services.router.domain.rules.rules import Need
from services.router.domain.state.observed import Observed
from services.router.domain.state.records import Agent, Contact

__all__ = ["Asking", "Standing"]

LOOK_MS = 30_000  # between looks at conditions that no event announces, such as empty desks


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What a contact's place in its queue follows from."""

    queue: QueueRules
    need: Need
    answer: Answer
    due_ms: int
    boost_ms: int


class Asking(Observed):
    """The contacts' part of a workspace: what each asks now, until when, and what it waits for."""

    __slots__ = ()

    def standing(self, contact: Contact) -> Standing:
        """What the contact asks, until when, and with which priority, after the relaxation so far."""
        rules = self.rules
        queue = rules.queue(contact.queue)
        relaxed = min(contact.relaxed, len(queue.relax))
        answer = rules.answer(queue, contact)
        return Standing(
            queue,
            rules.need(queue, contact.skills_in(queue.name), contact.channel, relaxed),
            answer,
            rules.due_ms(answer, contact.waits_since_ms),
            contact.boost_ms + queue.boost_ms + queue.raised_ms[relaxed] + queue.urged_ms[contact.urged],
        )

    def need(self, contact: Contact) -> Need:
        """What the contact asks in its own queue, after the relaxation so far."""
        queue = self.rules.queue(contact.queue)
        relaxed = min(contact.relaxed, len(queue.relax))
        return self.rules.need(queue, contact.skills_in(queue.name), contact.channel, relaxed)

    def further_needs(self, contact: Contact) -> list[tuple[str, Need]]:
        """The queues that relaxation and the promise added, and what the contact asks there."""
        rules = self.rules
        home = rules.queue(contact.queue)
        relaxed = min(contact.relaxed, len(home.relax))
        return [
            (name, rules.need(rules.queue(name), contact.skills_in(name), contact.channel, relaxed, home))
            for name in dict.fromkeys(home.added[relaxed] + home.urged[contact.urged])
        ]

    def is_staffed(self, contact: Contact) -> bool:
        """Whether anybody signed on, busy or not, could take the contact as it waits now."""
        return any(map(self.staff.anybody, self._needs(contact)))

    def is_fit(self, agent: Agent, contact: Contact) -> bool:
        """Whether the agent has what the contact asks now, in its queue or in one that relaxation added."""
        return any(need.served_by(agent.skills) for need in self._needs(contact))

    def _needs(self, contact: Contact) -> list[Need]:
        return [self.need(contact), *(need for _, need in self.further_needs(contact))]

    def next_step_ms(self, contact: Contact) -> int | None:
        """When the waiting contact's next relaxation step is due."""
        steps = self.rules.queue(contact.queue).relax
        return contact.queued_ms + steps[contact.relaxed].after_ms if contact.relaxed < len(steps) else None

    def next_stage(self, contact: Contact) -> tuple[int, Stage, int] | None:
        """The next moment of the promise at which the waiting contact's queue does something: its number, what, when.

        What leads away waits for the agent for whom the contact is kept. Never before the entry is over, so that each
        entry has deadlines of its own.
        """
        queue = self.rules.queue(contact.queue)
        for number, stage in enumerate(queue.stages[contact.urged :], contact.urged):
            if stage is not None:
                at_ms = self.rules.stage_ms(queue, contact, stage.share)
                kept_ms = contact.only_until_ms if contact.only_agent and stage.leads_away else 0
                return None if at_ms is None else (number, stage, max(at_ms, contact.queued_ms + 1, kept_ms))
        return None

    def next_look_ms(self, contact: Contact, now_ms: int) -> int | None:
        """The first look at overflow after now; the same whenever it is asked between two looks."""
        queue = self.rules.queue(contact.queue)
        rules = () if contact.callback else queue.overflow
        looks = [contact.queued_ms + rule.waited_ms for rule in rules if rule.waited_ms is not None]
        if any(rule.is_watched for rule in rules):
            looks.append(contact.queued_ms + ((now_ms - contact.queued_ms) // LOOK_MS + 1) * LOOK_MS)
        if any(rule.closed for rule in rules):
            looks.append(self.rules.next_closing_ms(queue, now_ms) or 0)
        return min((at_ms for at_ms in looks if at_ms > now_ms), default=None)
