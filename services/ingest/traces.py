"""The spans of the door: one for each event, from its arrival until Kafka has it, and for what it refuses."""

from collections.abc import Sequence

import msgspec

from services.ingest.domain.cloudevents import header_texts, http_attributes
from services.ingest.domain.normalise import Admitted
from services.ingest.domain.rejection import Refusal
from shared.clock import now_ms
from shared.contract.inputs import INPUT_TYPES
from shared.process.traces import Span, Traces

__all__ = ["DoorTraces"]

_DECODERS = {name: msgspec.json.Decoder(kind).decode for name, kind in INPUT_TYPES.items()}
_encode = msgspec.json.Encoder().encode


class DoorTraces:
    """Spans of admitted events: under the trace that the sender gave, else of a new one."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces

    def begin(self, event: Admitted) -> tuple[Admitted, Span]:
        """The event, which goes on from its span."""
        canonical = _DECODERS[event.type](event.body)
        name, ids = f"ingest {event.type}", {"event_id": event.event_id}
        span = self._traces.begin(name, event.traceparent, canonical.arrived_ms, door=True, **ids)
        canonical.traceparent = span.traceparent
        return event._replace(traceparent=span.traceparent, body=_encode(canonical)), span

    def keep(self, refused: Sequence[Refusal]) -> list[Span]:
        """Of dead letters, until they are kept: under the trace of the record or request that they came with."""
        spans = []
        for letter, headers, _ in refused:
            parent = headers.get("traceparent") or headers.get("ce_traceparent", "")
            span = self._traces.begin("ingest dead_letter", parent, now_ms(), door=True, dead_letter=letter.id)
            span.refuse(letter.reason)
            spans.append(span)
        return spans

    def refuse(self, path: str, status: int, headers: Sequence[tuple[bytes, bytes]], seconds: float) -> None:
        """Of a request that was answered with an error after so long, and of which there is no other span."""
        parent, began_ms = http_attributes(header_texts(headers)).traceparent, now_ms() - round(seconds * 1000)
        span = self._traces.begin(f"ingest {path} refused", parent, began_ms, door=True, status=status)
        span.refuse(f"http_{status}")  # a name of a status may differ between versions of Python
        span.end()
