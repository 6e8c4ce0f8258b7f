"""The spans of the door: one for each event, from its arrival until Kafka has it."""

import msgspec

from services.ingest.domain.normalise import Admitted
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
