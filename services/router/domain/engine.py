"""The router engine: inputs and deadlines in, transitions, offers and rows out; deterministic and without I/O."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from services.router.domain import deadlines, foresight
from services.router.domain.classification.classifying import Classify, Foreseen
from services.router.domain.customers import merging
from services.router.domain.insight.at_risk import AtRisk
from services.router.domain.insight.calibration import Calibration
from services.router.domain.lifecycle import (
    agents,
    answers,
    assignments,
    clarify,
    commands,
    dispatch,
    intake,
    offers,
    policies,
    reports,
    standstill,
)
from services.router.domain.matcher import Matcher
from services.router.domain.needs import ask
from services.router.domain.state.book import Book
from services.router.domain.state.rows import Known, Needs, RouterRows
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import Repeat
from services.router.domain.turn import Turn
from shared.contract import inputs
from shared.contract.ids import derive
from shared.contract.records import DeadLetter, Origin, Record, refusal_id
from shared.contract.topics import ROUTER_INPUT
from shared.errors import Invalid, Reason
from shared.lane.engine import PUNCTUAL, Deadline, Delay, Step, refused_deadline

_DECODERS = {name: msgspec.json.Decoder(kind).decode for name, kind in inputs.INPUT_TYPES.items()}
_NOTHING = Known()


class _Decoded(msgspec.Struct, frozen=True, gc=False):
    """One record as read: the input, or why it cannot be one. ``refusal_id`` if it is the door's, None for a replay of
    a dead letter: what was refused is judged once, however often the door reads its record, until somebody says so."""

    said: inputs.Input | None
    fault: Invalid | None
    refusal_id: str | None = None


class RouterEngine:
    """The engine of one partition; implements ``shared.lane.engine.Engine``.

    ``classify`` must be deterministic: the same message and policy give the same verdict.
    """

    def __init__(self, partition: int, classify: Classify, new_matcher: Callable[[], Matcher] = Matcher) -> None:
        self.partition = partition
        self.book = Book(new_matcher)
        self.calibration = Calibration()
        self.at_risk = AtRisk()
        self._classify = classify
        self.fired: list[Deadline] = []
        self._decoded: dict[int, _Decoded] = {}
        self._foreseen: dict[str, Foreseen] = {}

    def restore(self, rows: RouterRows) -> None:
        """Fill an empty engine from one snapshot."""
        self.book.restore(rows)

    def needs(self, records: Sequence[Record]) -> Needs | None:
        """Input ids, and the keys of everything that the records speak of and that is not live."""
        if not records:
            return None
        needs = Needs()
        self._decoded = {record.offset: _decode(record) for record in records if record.type != inputs.INGEST_ALIVE}
        for decoded in self._decoded.values():
            if decoded.said is not None:
                needs.event_ids.append(decoded.said.event_id)
                if decoded.refusal_id is not None:
                    needs.event_ids.append(decoded.refusal_id)
                ask(needs, self.book, decoded.said)
        self._foreseen = foresight.foresee(needs, self.book, self._classify, _inputs(self._decoded), records[-1].at_ms)
        return needs

    def step(self, records: Sequence[Record], known: Known | None, now_ms: int, delay: Delay = PUNCTUAL) -> Step:
        """Apply the records in order, each after the deadlines that lie before it; at last those up to ``now_ms``."""
        turn = Turn(self.book, known or _NOTHING, delay.seen_ms)
        self.fired = []
        if delay.since_ms is not None:
            offers.excuse(turn, delay.since_ms)
        for record in records:
            at_ms = max(self.book.clock_ms, record.at_ms)
            deadlines.fire(turn, at_ms, self.fired)
            self.book.clock_ms = at_ms
            if record.type == inputs.INGEST_ALIVE:
                turn.begin(derive("heard", str(self.partition), str(at_ms)), at_ms, at_ms, "")
                standstill.heard(turn)
                deadlines.fire(turn, at_ms, self.fired)
            else:
                self._apply(turn, record)
        deadlines.fire(turn, max(now_ms, self.book.clock_ms), self.fired)
        return self._finished(turn, bool(records))

    def _finished(self, turn: Turn, changed: bool) -> Step:
        step = turn.finish()
        step.changed = changed or bool(turn.events or turn.flows or turn.contacts or turn.ends_gone)
        if step.changed:
            self.calibration.follow(step, turn.told, self.book.contacts, self.book.clock_ms)
        return step

    def look(self, now_ms: int) -> Iterator[None]:
        """See who is at risk now, piece by piece; decisions do not depend on it."""
        return self.at_risk.look(self.book, now_ms)

    def deadline_ms(self) -> int | None:
        """The earliest pending deadline."""
        return self.book.timers.next_ms()

    def fire(self, deadline: Deadline) -> Step:
        """Fire one deadline alone, where it is pending."""
        turn = Turn(self.book, _NOTHING)
        deadlines.fire_alone(turn, deadline)
        return self._finished(turn, False)

    def bar(self, deadline: Deadline) -> None:
        """Never fire this one."""
        self.book.timers.bar(*deadlines.named(deadline))

    def reject(self, cause: Record | Deadline, reason: Reason, detail: str) -> DeadLetter:
        """The dead letter of a record or deadline that cannot be taken; its id derives from where the record came from,
        or from what falls due when."""
        if isinstance(cause, Deadline):
            whose = deadlines.workspace_of(self.book, cause)
            return refused_deadline("router", self.partition, whose, cause, (reason, detail))
        record = cause
        decoded = self._decoded.get(record.offset) or _decode(record)
        return self._dead(record, decoded, Invalid(reason, "", detail))

    def _apply(self, turn: Turn, record: Record) -> None:
        decoded = self._decoded.pop(record.offset, None) or _decode(record)
        said = decoded.said
        if said is None:
            assert decoded.fault is not None
            turn.dead.append(self._dead(record, decoded, decoded.fault))
        elif turn.has_taken(said.event_id) or (decoded.refusal_id and turn.has_taken(decoded.refusal_id)):
            turn.place = said.workspace
            turn.count("usher_duplicates_total")
        else:
            self._handle(turn, record, said, decoded)

    def _handle(self, turn: Turn, record: Record, said: inputs.Input, decoded: _Decoded) -> None:
        turn.begin(said.event_id, self.book.clock_ms, said.occurred_ms, said.traceparent, said.workspace)
        try:
            if isinstance(said, inputs.PolicyActivated):
                policies.activate(turn, said, self._classify)
            else:
                self._in_workspace(turn, said)
            dispatch.settle(turn)
        except Repeat:
            turn.count("usher_duplicates_total")
        except Invalid as fault:
            turn.dead.append(self._dead(record, decoded, fault))
            if decoded.refusal_id is not None:
                turn.inputs[decoded.refusal_id] = None
            return
        turn.inputs[said.event_id] = None

    def _in_workspace(self, turn: Turn, said: inputs.Input) -> None:
        workspace = turn.book.workspaces.get(said.workspace)
        if workspace is None:
            detail = f"workspace {said.workspace} has no policy; apply one with `usher policy apply`"
            raise Invalid(Reason.UNKNOWN_WORKSPACE, "workspace", detail)
        if isinstance(said, inputs.MessageReceived):
            intake.receive(turn, workspace, said, self._classify, self._foreseen.pop(said.event_id, None))
        elif isinstance(said, inputs.OutcomeReported):
            clarify.report_outcome(turn, workspace, said, self._classify)
        elif isinstance(said, inputs.AssignmentEnded):
            assignments.report_end(turn, workspace, said, self._classify)
        else:
            _HANDLERS[type(said)](turn, workspace, said)

    def _dead(self, record: Record, decoded: _Decoded, fault: Invalid) -> DeadLetter:
        said = decoded.said
        here = Origin(topic=ROUTER_INPUT, partition=self.partition, offset=record.offset)
        known = said is not None and (said.origin.topic or said.origin.source)
        return DeadLetter(
            id=decoded.refusal_id or derive("dead", ROUTER_INPUT, str(self.partition), str(record.offset)),
            workspace=said.workspace if said else None,
            reason=fault.reason,
            path=fault.path,
            detail=fault.detail,
            origin=said.origin if said is not None and known else here,
            payload=record.value,
            at_ms=record.at_ms,
        )


Handler = Callable[[Turn, Workspace, Any], None]

_HANDLERS: dict[type[inputs.Input], Handler] = {
    inputs.ConversationEnded: intake.conversation_ended,
    inputs.AgentSignedOn: agents.sign_on,
    inputs.PresenceChanged: agents.change_presence,
    inputs.AgentHeartbeat: agents.heartbeat,
    inputs.AgentSignedOff: agents.sign_off,
    inputs.OfferAnswered: answers.answer,
    inputs.AssignmentWrappedUp: assignments.report_wrapped_up,
    inputs.ReplySent: reports.reply_sent,
    inputs.PendingChanged: reports.pending_changed,
    inputs.ContactCommanded: commands.obey,
    inputs.CustomerCommanded: merging.obey,
}


def _inputs(decoded: Mapping[int, _Decoded]) -> list[inputs.Input]:
    return [each.said for each in decoded.values() if each.said is not None]


def _decode(record: Record) -> _Decoded:
    decode = _DECODERS.get(record.type)
    if decode is None:
        return _Decoded(None, Invalid(Reason.UNKNOWN_TYPE, "type", f"{record.type!r} is no input of the router"))
    try:
        said = decode(record.value)
        return _Decoded(said, None, refusal_id(said.event_id, said.origin) if record.id == said.event_id else None)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        return _Decoded(None, Invalid(Reason.INVALID, path.strip("`.").removesuffix("[...]"), message))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _Decoded(None, Invalid(Reason.NOT_JSON, "", str(error)))
