"""A collector of traces on loopback: it takes OTLP over HTTP as OpenTelemetry's does, and keeps the spans."""

import gzip
from collections.abc import Iterable
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Kept(NamedTuple):
    """One span as the collector got it; ids in hex, ``parent`` "" for a root."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    told: list[str]
    seconds: float


class Collector:
    """An ASGI application; ``spans`` are in order of arrival."""

    def __init__(self) -> None:
        self.spans: list[Kept] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if dict(scope["headers"]).get(b"content-encoding") == b"gzip":
            body = gzip.decompress(body)
        assert scope["path"] == "/v1/traces"
        self.spans += _spans(ExportTraceServiceRequest.FromString(body))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _spans(request: Any) -> Iterable[Kept]:
    for resource in request.resource_spans:
        service = next(each.value.string_value for each in resource.resource.attributes if each.key == "service.name")
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Kept(
                    service,
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    {each.key: each.value.string_value or each.value.int_value for each in span.attributes},
                    [event.name for event in span.events],
                    (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
                )
