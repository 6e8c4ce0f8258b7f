"""Traces: spans of OpenTelemetry under W3C Trace Context, where a deployment asks for them; else nothing is loaded."""

import asyncio
from importlib import import_module
from typing import Any

from shared.clock import now_ms
from shared.errors import Fatal
from shared.process.settings import CommonSettings

__all__ = ["Span", "Traces", "traces_of"]

QUEUE_SPANS_MAX = 8192  # that wait to be sent; more are dropped, and no contact waits for a collector
BATCH_SPANS_MAX = 512
DELAY_MS = 1000  # between batches: a trace is there while somebody still looks
SEND_SECONDS_MAX = 5
CLOSE_SECONDS_MAX = 3.0  # for the last batch of a process; a stop must fit the platform's grace period
NANOSECONDS_PER_MS = 1_000_000


class Span:
    """One span that has begun; ``traceparent`` is what those who go on from here are given.

    Attributes are ids and types alone: no text, no handle, and never the key of a record.
    """

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: Any, traceparent: str) -> None:
        self._span = span
        self.traceparent = traceparent

    def tell(self, name: str, at_ms: int) -> None:
        """Something that happened within it."""
        self._span.add_event(name, timestamp=at_ms * NANOSECONDS_PER_MS)

    def refuse(self, reason: str) -> None:
        """What it serves was refused; ``reason`` is a word of ours."""
        self._span.set_attribute("usher.reason", reason)
        self._span.set_status(import_module("opentelemetry.trace").StatusCode.ERROR)

    def end(self, name: str = "") -> None:
        """It is over, now; a span that does not end is never sent. ``name``: what it turned out to be."""
        if name:
            self._span.update_name(name)
        self._span.end(end_time=now_ms() * NANOSECONDS_PER_MS)


class Traces:
    """The spans of one process. ``provider`` is the SDK's, with its exporter."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("usher")
        self._kinds = import_module("opentelemetry.trace").SpanKind
        self._context = import_module("opentelemetry.trace.propagation.tracecontext").TraceContextTextMapPropagator()

    def begin(self, name: str, parent: str, started_ms: int, *, door: bool = False, **attributes: str | int) -> Span:
        """A span under ``parent``, a traceparent; "" or one that cannot be read: of a new trace. ``door``: it serves
        somebody outside."""
        span = self._tracer.start_span(
            name,
            context=self._context.extract({"traceparent": parent}),
            kind=self._kinds.SERVER if door else self._kinds.CONSUMER,
            attributes={f"usher.{key}": value for key, value in attributes.items()},
            start_time=started_ms * NANOSECONDS_PER_MS,
        )
        carrier: dict[str, str] = {}
        self._context.inject(carrier, import_module("opentelemetry.trace").set_span_in_context(span))
        return Span(span, carrier["traceparent"])

    async def close(self) -> None:
        """Send what waits; bounded."""
        closing = asyncio.ensure_future(asyncio.to_thread(self._provider.shutdown))
        await asyncio.wait({closing}, timeout=CLOSE_SECONDS_MAX)


def traces_of(settings: CommonSettings, service: str, version: str) -> Traces | None:
    """The traces that the settings ask for; None for none. Fatal where the packages for them are missing."""
    if not settings.traces_url:
        return None
    try:
        exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        sdk = import_module("opentelemetry.sdk.trace")
        export = import_module("opentelemetry.sdk.trace.export")
        sampling = import_module("opentelemetry.sdk.trace.sampling")
        resources = import_module("opentelemetry.sdk.resources")
    except ImportError as error:
        raise Fatal(
            f"USHER_TRACES_URL: {error.name} is missing: pip install 'usher[tracing]', or leave the variable empty"
        ) from None
    named = {"service.name": f"usher-{service}", "service.version": version}
    provider = sdk.TracerProvider(
        resource=resources.Resource.create(named),
        sampler=sampling.ParentBased(sampling.TraceIdRatioBased(settings.traces_ratio)),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(
        export.BatchSpanProcessor(
            exporter.OTLPSpanExporter(endpoint=settings.traces_url, timeout=SEND_SECONDS_MAX),
            max_queue_size=QUEUE_SPANS_MAX,
            max_export_batch_size=BATCH_SPANS_MAX,
            schedule_delay_millis=DELAY_MS,
        )
    )
    return Traces(provider)
