"""The spans of a lane: one for each contact that a step tells something of, from the step to its commit."""

from collections.abc import Sequence

from msgspec.structs import replace

from shared.contract.records import Event
from shared.process.traces import Span, Traces

__all__ = ["StepTraces"]


class StepTraces:
    """Spans of one service's steps. What a step tells goes on from its span, so that a trace shows who caused what."""

    def __init__(self, traces: Traces, service: str) -> None:
        self._traces = traces
        self._service = service

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

    @staticmethod
    def end(spans: Sequence[tuple[Span, str]]) -> None:
        """The step is committed."""
        for span, name in spans:
            span.end(name)
