"""A policy's closed loop: the observed arrivals through the real engine on a virtual clock, from the observed start.

Taken from the window: who came when, who was signed on when, how the window began, which customers left while they
waited and when, how long agents took to accept, to talk and to wrap up, how long bots took and what they reported.
"""

from collections.abc import Sequence
from copy import deepcopy
from heapq import heappop, heappush
from typing import Any

import msgspec

from lab.shadow.memory import Memory
from lab.shadow.observed import Course, Observed, left_unanswered, owe_waiting
from lab.shadow.promises import Promises
from lab.shadow.triage import Recorded
from services.router.domain import events
from services.router.domain.classification.classifying import Classify
from services.router.domain.engine import RouterEngine
from services.router.domain.states import ContactState
from shared.contract import inputs
from shared.contract.ids import conversation_key, derive
from shared.contract.records import Event, Record
from shared.policy import Policy

__all__ = ["ASSUMPTIONS", "Projection"]

ASSUMPTIONS = (
    "a contact's offers are declined, left unanswered and accepted as often and after as long as observed",
    "an assignment ends its contact: transfers, replies and supervisors' commands are not repeated",
    "a contact that was not answered, or not ended, within the window takes as long as another one, drawn by its id",
    "a contact that self-service or a bot was not seen to serve stays there until the policy's time-out",
    "customers leave when they were seen to leave, if they still wait; nobody else gives up",
)
"""What a projection takes for granted, for its reader."""

_ENDED = inputs.TYPE_OF[inputs.ConversationEnded]
_ended = msgspec.json.Decoder(inputs.ConversationEnded).decode
_NEVER = Course()


class _Asked(msgspec.Struct):
    offer_id: str
    agent_id: str
    assignment_id: str = ""


_asked = msgspec.json.Decoder(_Asked).decode


class Projection:
    """One run under one policy; ``candidate`` is None for the policy that was active when the window began.

    ``classify`` is asked about messages that opened no contact in the window, but do in this run.
    """

    def __init__(self, observed: Observed, classify: Classify, candidate: Policy | None, promises: Promises) -> None:
        side = 0 if candidate is None else 1
        verdicts = {key: both[side] for key, both in observed.verdicts.items()}
        self.promises = promises
        self._observed = observed
        self._engine = RouterEngine(0, Recorded(classify, verdicts))
        self._memory = Memory()
        self._memory.learn(observed.known)
        self._durations = _Durations(observed)
        self._coming: list[tuple[int, int, Record | inputs.Input]] = []
        self._number = 0
        self._came_back = 0  # a count of its own: the draw must not depend on whether a policy was activated
        self._offered: dict[str, int] = {}
        self._engine.restore(deepcopy(observed.rows))
        self._workspace = next(iter(self._engine.book.workspaces))
        if candidate is not None:
            self._activate(candidate)
        owe_waiting(promises, self._engine.book, observed.began_ms)
        for record in observed.inputs:
            self._push(record.at_ms, record)
        self._resume()

    def run(self) -> None:
        """Let everything happen, up to the end of the window."""
        observed, engine = self._observed, self._engine
        until_ms = observed.full_ms or observed.ended_ms
        while True:
            deadline = engine.deadline_ms()
            coming = self._coming[0][0] if self._coming else until_ms + 1
            if min(coming, deadline or coming) > until_ms:
                return
            if deadline is not None and deadline <= coming:
                self._step([], deadline)
                continue
            at_ms, _, what = heappop(self._coming)
            record = what if isinstance(what, Record) else self._record(what, at_ms)
            if not self._is_moot(record):
                self._step([record], at_ms)

    def _step(self, records: Sequence[Record], now_ms: int) -> None:
        needs = self._engine.needs(records)
        step = self._engine.step(records, self._memory.answer(needs) if needs else None, now_ms)
        self._memory.keep(step.writes)
        for event in step.events:
            self.promises.see(event)
            self._respond(event, now_ms)

    def _respond(self, event: Event, now_ms: int) -> None:
        """What agents and bots do about an event."""
        if event.type == events.OFFERED:
            asked = _asked(event.body)
            self._answer(event.subject, asked.offer_id, asked.agent_id, now_ms)
        elif event.type == events.ASSIGNED:
            asked = _asked(event.body)
            talk_ms = self._durations.talk(event.subject)
            if talk_ms is not None:
                self._end(event.subject, asked.assignment_id, asked.agent_id, now_ms + talk_ms)
        elif event.type == events.AVAILABILITY_CHANGED:
            self._come_back(event, now_ms)
        elif event.type in (events.SENT_TO_BOT, events.SENT_TO_SELF_SERVICE):
            course = self._observed.courses.get(event.subject, _NEVER)
            if course.sent_ms and course.reported_ms:
                self._report(course, now_ms + course.reported_ms - course.sent_ms)

    def _answer(self, contact_id: str, offer_id: str, agent_id: str, now_ms: int) -> None:
        """Decline, leave unanswered or accept, as the contact's offers were answered, one after the other."""
        number = self._offered[contact_id] = self._offered.get(contact_id, 0) + 1
        failed = self._durations.failed(contact_id)
        declined = number <= len(failed)
        after_ms = failed[number - 1] if declined else self._durations.accept(contact_id)
        if after_ms is None:
            return
        at_ms = now_ms + min(after_ms, self._offer_ms() - 1)
        answer = {"offer_id": offer_id, "agent_id": agent_id, "answer": "declined" if declined else "accepted"}
        self._push(at_ms, self._input(inputs.OfferAnswered, at_ms, **answer))

    def _come_back(self, event: Event, now_ms: int) -> None:
        """Whoever was set not ready for an unanswered offer is back after as long as others were away."""
        returns = self._observed.returns
        if returns and left_unanswered(event):
            at_ms = now_ms + returns[self._came_back % len(returns)]
            self._came_back += 1
            self._push(at_ms, self._input(inputs.PresenceChanged, at_ms, agent_id=event.subject, presence="available"))

    def _end(self, contact_id: str, assignment_id: str, agent_id: str, at_ms: int) -> None:
        wrap = self._durations.wrap(contact_id) / 1000
        ending = {"assignment_id": assignment_id, "agent_id": agent_id, "outcome": "closed", "wrap_up_seconds": wrap}
        self._push(at_ms, self._input(inputs.AssignmentEnded, at_ms, **ending))

    def _report(self, course: Course, at_ms: int) -> None:
        report = course.reported
        assert report is not None
        fields = {"contact_id": report.contact_id, "by": report.by, "outcome": report.outcome}
        more = {"reason": report.reason, "context": report.context}
        self._push(at_ms, self._input(inputs.OutcomeReported, at_ms, **fields, **more))

    def _resume(self) -> None:
        """What was under way when the window began goes on as it did."""
        book, began_ms = self._engine.book, self._observed.began_ms
        for contact_id in sorted(book.contacts):
            contact = book.contacts[contact_id]
            course = self._observed.courses.get(contact_id, _NEVER)
            if contact.state is ContactState.ASSIGNED and course.talked_ms:
                agent_id = book.assignments[contact.assignment_id].agent_id
                self._end(contact_id, contact.assignment_id, agent_id, course.talked_ms)
            elif contact.state in (ContactState.BOT, ContactState.SELF_SERVICE) and course.reported_ms:
                self._report(course, course.reported_ms)
            for offer_id in contact.offers:
                self._answer(contact_id, offer_id, book.offers[offer_id].agent_id, began_ms)

    def _is_moot(self, record: Record) -> bool:
        """Whether a customer leaves who, in this run, is being served: then the talk ends when it ends."""
        if record.type != _ENDED:
            return False
        ended = _ended(record.value)
        key = conversation_key(ended.workspace, ended.source, ended.conversation_id)
        contact = self._engine.book.by_conversation.get(key)
        return contact is not None and contact.state in (ContactState.ASSIGNED, ContactState.WRAPPING)

    def _activate(self, policy: Policy) -> None:
        at_ms = self._observed.began_ms
        activated = self._input(inputs.PolicyActivated, at_ms, hash=policy.hash, policy=policy.document())
        self._step([self._record(activated, at_ms)], at_ms)
        assert self._engine.book.workspaces[self._workspace].hash == policy.hash, "the engine refuses the candidate"

    def _offer_ms(self) -> int:
        return self._engine.book.workspaces[self._workspace].rules.offer_ms

    def _push(self, at_ms: int, what: Record | inputs.Input) -> None:
        self._number += 1
        heappush(self._coming, (at_ms, self._number, what))

    def _input(self, kind: type[inputs.Input], at_ms: int, **fields: Any) -> inputs.Input:
        self._number += 1
        key = derive("projection", str(self._number))
        return kind(event_id=key, workspace=self._workspace, occurred_ms=at_ms, arrived_ms=at_ms, **fields)

    def _record(self, event: inputs.Input, at_ms: int) -> Record:
        self._number += 1
        return Record(self._number, at_ms, inputs.TYPE_OF[type(event)], event.event_id, msgspec.json.encode(event))


class _Durations:
    """How long agents take with a contact: as observed, else as with another one, drawn by the contact's id."""

    def __init__(self, observed: Observed) -> None:
        courses = [observed.courses[contact_id] for contact_id in sorted(observed.courses)]
        self._courses = observed.courses
        self._answered = [each for each in courses if each.assigned_ms and each.offered_ms]
        self._talks = [each for each in courses if each.assigned_ms and each.talked_ms]

    def failed(self, contact_id: str) -> list[int | None]:
        """How its offers before the accepted one ended: milliseconds until declined, None for left unanswered."""
        course = self._courses.get(contact_id, _NEVER)
        if course.assigned_ms or not self._answered:
            return course.failed if course.assigned_ms else []
        return self._answered[_number_of(contact_id) % len(self._answered)].failed

    def accept(self, contact_id: str) -> int:
        """Milliseconds from offer to acceptance; 0 where nobody was seen to accept."""
        course = self._courses.get(contact_id, _NEVER)
        if course.assigned_ms and course.offered_ms:
            return _accepted(course)
        return _accepted(self._answered[_number_of(contact_id) % len(self._answered)]) if self._answered else 0

    def talk(self, contact_id: str) -> int | None:
        """Milliseconds from assignment to the end of the talk; None, never within the window, where none was seen."""
        course = self._like(contact_id)
        return course.talked_ms - course.assigned_ms if course is not None else None

    def wrap(self, contact_id: str) -> int:
        """Milliseconds of wrap-up."""
        course = self._like(contact_id)
        return max(0, course.closed_ms - course.talked_ms) if course is not None and course.closed_ms else 0

    def _like(self, contact_id: str) -> Course | None:
        course = self._courses.get(contact_id, _NEVER)
        if course.assigned_ms and course.talked_ms:
            return course
        return self._talks[_number_of(contact_id) % len(self._talks)] if self._talks else None


def _accepted(course: Course) -> int:
    return max(0, course.assigned_ms - course.offered_ms)


def _number_of(contact_id: str) -> int:
    return int(derive("duration", contact_id)[:8], 16)
