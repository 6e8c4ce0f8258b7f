"""Traces: what a span says and whose child it is, what is sampled, and that nothing is loaded without them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased
from opentelemetry.trace import StatusCode

from services.ingest.domain.normalise import Admitted
from services.ingest.domain.rejection import Refusal
from services.ingest.traces import DoorTraces
from shared.contract.ids import traceparent_of
from shared.contract.inputs import AgentHeartbeat, OutcomeReported
from shared.contract.records import DeadLetter, Event, Origin
from shared.errors import Fatal, Reason
from shared.lane.traces import StepTraces
from shared.process.settings import CommonSettings
from shared.process.traces import Traces, traces_of
from tests.support.commands import COMMAND_SECONDS_MAX
from tests.support.ingest_http import Log, client_of
from tests.support.router_builders import Router
from tests.support.sla_story import Story

ROOT = Path(__file__).resolve().parents[2]
A, B = "00-" + "a" * 32 + "-" + "1" * 16 + "-01", "00-" + "b" * 32 + "-" + "2" * 16 + "-01"


@pytest.fixture
def sent() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def traces(sent: InMemorySpanExporter, **options: Any) -> Traces:
    provider = TracerProvider(shutdown_on_exit=False, **options)
    provider.add_span_processor(SimpleSpanProcessor(sent))
    return Traces(provider)


def event(kind: str, subject: str, traceparent: str) -> Event:
    return Event(kind, "acme", subject, 1000, "cause", 0, b"{}", (), traceparent)


def test_a_step_has_a_span_for_each_contact_with_a_trace_and_its_events_go_on_from_there(
    sent: InMemorySpanExporter,
) -> None:
    steps = StepTraces(traces(sent), "router")
    told = [event("queued", "c1", A), event("offered", "c1", A), event("queued", "c2", B), event("changed", "bo", "")]

    spans = steps.begin(told, 3, 900)
    assert sent.get_finished_spans() == (), "nothing happened before it is committed"
    steps.end(spans)

    first, second = sent.get_finished_spans()
    assert (first.name, second.name) == ("router offered", "router queued")
    assert [each.name for each in first.events] == ["queued", "offered"]
    assert first.attributes == {"usher.subject": "c1", "usher.partition": 3}
    assert (first.start_time, first.events[0].timestamp) == (900_000_000, 1_000_000_000)
    assert [each.traceparent for each in told] == [
        f"00-{'a' * 32}-{first.context.span_id:016x}-01", f"00-{'a' * 32}-{first.context.span_id:016x}-01",
        f"00-{'b' * 32}-{second.context.span_id:016x}-01", "",
    ]  # fmt: skip
    assert f"{first.parent.span_id:016x}" == "1" * 16


def test_what_the_door_passes_on_names_its_span_in_header_and_body_and_is_the_same_otherwise(
    sent: InMemorySpanExporter,
) -> None:
    said = AgentHeartbeat(event_id="e1", workspace="acme", occurred_ms=5, arrived_ms=7, agent_id="bo", traceparent=A)
    kind = "usher.agent.heartbeat.v1"
    came = Admitted(kind, "e1", "acme", "bo", "", "", 5, 7, A, msgspec.json.encode(said))

    passed, span = DoorTraces(traces(sent)).begin(came)
    span.end()

    (door,) = sent.get_finished_spans()
    said.traceparent = passed.traceparent
    assert passed == came._replace(traceparent=span.traceparent, body=msgspec.json.encode(said))
    assert f"{door.context.span_id:016x}" in passed.traceparent
    assert (door.start_time, door.kind.name, dict(door.attributes)) == (7_000_000, "SERVER", {"usher.event_id": "e1"})


async def test_a_refused_request_has_a_span_with_its_status_in_the_senders_trace_and_a_taken_one_has_not(
    sent: InMemorySpanExporter,
) -> None:
    message = {"channel": "web", "conversation_id": "c1", "message_id": "m1", "from": {"handle": "ana@example.com"}}
    async with client_of(Log(), traces=DoorTraces(traces(sent))) as client:
        for body, status in ((message, 202), ({**message, "channel": "ana@example.com"}, 422)):
            answer = await client.post("/v1/contacts", json=body, headers={"traceparent": A})
            assert answer.status_code == status
        answer = await client.post("/v1/webhooks/nobody", json={}, headers={"traceparent": "rubbish"})
        assert answer.status_code == 404

    invalid, unknown = sent.get_finished_spans()
    assert (invalid.name, unknown.name) == ("ingest contacts refused", "ingest webhooks refused")
    assert dict(invalid.attributes) == {"usher.status": 422, "usher.reason": "http_422"}
    assert dict(unknown.attributes) == {"usher.status": 404, "usher.reason": "http_404"}
    assert {each.status.status_code for each in (invalid, unknown)} == {StatusCode.ERROR}
    assert (f"{invalid.context.trace_id:032x}", unknown.parent) == ("a" * 32, None)
    assert "ana" not in invalid.to_json(), "no word of the sender's"


@pytest.mark.parametrize("header", ["traceparent", "ce_traceparent"])
def test_a_dead_letter_of_the_door_has_a_span_in_the_trace_of_its_record(
    sent: InMemorySpanExporter, header: str
) -> None:
    letter = DeadLetter("letter-1", None, Reason.NOT_JSON, "", "ana", Origin(topic="t"), b"ana", 5)
    spans = DoorTraces(traces(sent)).keep([Refusal(letter, {header: B}), Refusal(letter, {})])
    assert sent.get_finished_spans() == (), "it is not kept yet"
    for span in spans:
        span.end()

    first, alone = sent.get_finished_spans()
    assert (first.name, first.status.status_code) == ("ingest dead_letter", StatusCode.ERROR)
    assert dict(first.attributes) == {"usher.dead_letter": "letter-1", "usher.reason": "not_json"}
    assert (f"{first.parent.span_id:016x}", alone.parent) == ("2" * 16, None)


def test_a_dead_letter_of_a_lane_has_a_span_in_the_trace_of_what_was_refused(sent: InMemorySpanExporter) -> None:
    router = Router()
    common = {**router.common("e1"), "traceparent": A}
    router.say(OutcomeReported(**common, contact_id="nobody", by="bot", outcome="resolved"))
    (refused,) = router.dead
    deep = b'{"attributes":' + b"[" * 100_000
    unreadable = [DeadLetter("letter-2", None, Reason.NOT_JSON, "", "", Origin(), each, 5) for each in (b"\xff{", deep)]
    steps = StepTraces(traces(sent), "router")

    steps.end(steps.refuse([refused, *unreadable], 3, 900))

    first, second, third = sent.get_finished_spans()
    assert (first.name, first.status.status_code) == ("router dead_letter", StatusCode.ERROR)
    said = {"usher.dead_letter": refused.id, "usher.partition": 3, "usher.reason": "unknown_reference"}
    assert dict(first.attributes) == said
    assert (f"{first.context.trace_id:032x}", second.parent, third.parent) == ("a" * 32, None, None)


@pytest.mark.parametrize(("parent", "sampled", "spans"), [("", 0, 0), (A, 1, 1), (A[:-1] + "0", 0, 0)])
def test_who_is_not_sampled_is_passed_on_as_not_sampled(
    sent: InMemorySpanExporter, parent: str, sampled: int, spans: int
) -> None:
    span = traces(sent, sampler=ParentBased(ALWAYS_OFF)).begin("x", parent, 0)
    span.end()

    assert int(span.traceparent[-2:], 16) & 1 == sampled
    assert len(sent.get_finished_spans()) == spans


@pytest.mark.parametrize("parent", ["", "rubbish", "00-" + "0" * 32 + "-" + "1" * 16 + "-01", A.upper()])
def test_a_parent_that_cannot_be_read_makes_a_trace_of_its_own(sent: InMemorySpanExporter, parent: str) -> None:
    traces(sent).begin("x", parent, 0).end()
    (root,) = sent.get_finished_spans()
    assert root.parent is None


def test_a_contact_keeps_its_trace_whoever_brings_its_next_event_about() -> None:
    router = Router()
    router.say(router.message("c1", traceparent=A))
    on = router.sign_on("a1")
    expired = router.wait(15)

    assert [(each.type, each.traceparent) for each in on if "contact." in each.type] == [
        ("usher.contact.offered.v1", A)
    ]
    assert [each.traceparent for each in expired if each.type == "usher.contact.offer_expired.v1"] == [A]
    router.restart()
    router.wait(120)
    assert {each.traceparent for each in router.sign_on("a2") if "contact." in each.type} == {A}


def test_a_contact_whose_sender_gave_no_trace_is_one_that_is_named_after_it() -> None:
    router = Router()
    told = [each for each in router.say(router.message("c1")) if "contact." in each.type]
    (contact,) = {each.subject for each in told}
    digits = contact.replace("-", "")
    router.restart()
    told += [each for each in router.sign_on("a1") + router.wait(15) if "contact." in each.type]
    assert {each.traceparent for each in told} == {f"00-{digits}-{digits[:16]}-00"}
    assert len(told) >= 5


@pytest.mark.parametrize("given", ["", A])
def test_a_clock_that_a_policy_starts_goes_on_in_the_trace_of_its_contact(given: str) -> None:
    promised = {"workspace": "acme", "queues": {"orders": {"targets": {"resolution": {"within": "1h"}}}},
                "default_queue": "orders", "apply_to_open": True}  # fmt: skip
    rule = {"name": "mail", "when": {"channel": "email"}, "then": {"first_response": {"within": "2h"}}}
    more = {**promised, "targets": [rule]}
    story = Story(promised, more).arrives("2026-06-11T09:00")
    story.log.records = [msgspec.structs.replace(each, traceparent=given) for each in story.log.records]
    story.activate("2026-06-11T09:30", 2).play(until="2026-06-12T00:00")
    assert [name for name, _ in story.told("first_response")] == ["started", "breached"]
    assert {each.traceparent for each in story.runner.events} == {given or traceparent_of("c1")}


def test_nothing_of_opentelemetry_is_loaded_by_a_service_that_sends_no_traces() -> None:
    text = (
        "import sys, services.ingest.app, services.router.app, services.sla.app\n"
        "from shared.process.settings import CommonSettings\nfrom shared.process.traces import traces_of\n"
        "assert traces_of(CommonSettings(), 'router', '1') is None\n"
        "loaded = {'.'.join(name.split('.')[:2]) for name in sys.modules if name.startswith('opentelemetry.')}\n"
        "assert loaded <= {'opentelemetry.semconv'}, loaded"  # for which FastStream looks
    )
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX
    )
    assert done.returncode == 0, done.stderr


def test_traces_without_their_packages_are_refused_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(Fatal, match=r"USHER_TRACES_URL: .* is missing: pip install 'usher\[tracing\]'"):
        traces_of(CommonSettings(traces_url="http://127.0.0.1:4318/v1/traces"), "router", "1")
