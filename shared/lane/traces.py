"""The spans of a lane: one for each contact that a step tells something of, and for what it refuses."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from shared.contract.records import DeadLetter, Event
from shared.lane.engine import Step
from shared.process.traces import Span, Traces

__all__ = ["StepTraces"]


class _Traced(msgspec.Struct):
    traceparent: str = ""


_traced = msgspec.json.Decoder(_Traced).decode


class StepTraces:
    """Spans of one service's steps. What a step tells goes on from its span, so that a trace shows who caused what."""

    def __init__(self, traces: Traces, service: str) -> None:
        self._traces = traces
        self._service = service

    def begin_step(self, step: Step, partition: int, started_ms: int) -> list[tuple[Span, str]]:
        """The spans of all that a step tells and refuses."""
        return self.begin(step.events, partition, started_ms) + self.refuse(step.dead, partition, started_ms)

    def begin(self, events: list[Event], partition: int, started_ms: int) -> list[tuple[Span, str]]:
        """The spans of a step, each with its name: the last of what it tells. ``events`` get theirs as traceparent;
        those without a trace are left as they are."""
        spans: dict[tuple[str, str], Span] = {}
        names: dict[tuple[str, str], str] = {}
        for index, event in enumerate(events):
            if not event.traceparent:
                continue
            place = event.traceparent, event.subject
            span = spans.get(place)
            if span is None:
                span = spans[place] = self._traces.begin(
                    self._service, event.traceparent, started_ms, subject=event.subject, partition=partition
                )
            span.tell(event.type, event.at_ms)
            names[place] = f"{self._service} {event.type}"
            events[index] = replace(event, traceparent=span.traceparent)
        return [(span, names[place]) for place, span in spans.items()]

    def refuse(self, dead: Sequence[DeadLetter], partition: int, started_ms: int) -> list[tuple[Span, str]]:
        """The spans of a step's dead letters, each under the trace of the input that was refused."""
        spans = []
        for letter in dead:
            name, parent = f"{self._service} dead_letter", _trace_of(letter.payload)
            span = self._traces.begin(name, parent, started_ms, dead_letter=letter.id, partition=partition)
            span.refuse(letter.reason)
            spans.append((span, name))
        return spans

    @staticmethod
    def end(spans: Sequence[tuple[Span, str]]) -> None:
        """The step is committed."""
        for span, name in spans:
            span.end(name)


def _trace_of(payload: bytes) -> str:
    """The trace that an input says it belongs to; "" where nobody can read it."""
    try:
        return _traced(payload).traceparent
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
