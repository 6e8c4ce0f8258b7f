"""One trace from a request at the door to the breach of a promise, through Kafka, outbox and three services."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import httpx
import orjson
import pytest

from cli.policy.in_force import publish
from deploy.local.broker import KafkaBroker
from services.ingest.app import Ingest
from services.router.app import RouterService
from services.router.settings import RouterSettings
from services.sla.app import SlaService
from services.sla.settings import SlaSettings
from shared.clock import now_ms
from shared.contract.topics import AGENT_OFFERS, SLA_EVENTS, channel_topic
from shared.policy import parse_policy
from shared.process.logs import configure
from shared.times import rfc3339
from tests.support import ingest
from tests.support.collector import Collector, Kept
from tests.support.in_process import running, until
from tests.support.ingest import API_KEY, Topic, headers_of
from tests.support.serving import serving

TRACE, SENDER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
OTHERS = "11111111111111111111111111111111"
POLICY = parse_policy(
    {"workspace": "acme", "queues": {"general": {"targets": {"time_to_answer": {"within": "0.3s"}}}}}
    | {"default_queue": "general"}
)
CONTACT = {
    "channel": "web", "conversation_id": "visit-1", "message_id": "note-1", "from": {"handle": "ana@example.com"},
    "text": "secret words",
}  # fmt: skip


class System(NamedTuple):
    """The three services in this process, and where their spans go."""

    client: httpx.AsyncClient
    collector: Collector
    bootstrap: str
    prefix: str

    def topic(self, name: str) -> Topic:
        return Topic(self.bootstrap, self.prefix + name)

    async def post(self, path: str, body: dict[str, object], trace: str) -> None:
        """An event with the trace of its sender."""
        answer = await self.client.post(path, json=body, headers={"traceparent": f"00-{trace}-{SENDER}-01"})
        assert answer.status_code == 202, answer.text

    async def told(self, topic: str, kind: str) -> dict[str, str]:
        """The headers of the first event of that kind, once it is there."""

        async def found() -> list[dict[str, str]]:
            headers = [headers_of(record) for record in await self.topic(topic).records()]
            return [each for each in headers if each["ce_type"] == kind]

        return (await until(found))[0]


@pytest.fixture
async def system(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[System]:
    collector = Collector()
    async with serving(collector) as port:
        url = f"http://127.0.0.1:{port}/v1/traces"
        doors = await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path, traces_url=url)
        shared = doors.model_dump(
            include={"kafka_bootstrap_servers", "postgres_dsn", "topic_prefix", "partitions", "traces_url"}
        )
        router, sla = RouterSettings(**shared), SlaSettings(**shared, watermark_lateness_ms=0)
        await publish(router, [POLICY])
        async with (
            ingest.running(doors) as door,
            running(RouterService(router, configure("router", "ERROR"))),
            running(SlaService(sla, configure("sla", "ERROR"))),
            client_of(door) as client,
        ):
            yield System(client, collector, kafka.bootstrap, topic_prefix)


def client_of(door: Ingest) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=door.endpoints()["ingest_url"], headers={"Authorization": f"Bearer {API_KEY}"})


async def test_a_contact_is_one_trace_from_the_door_over_its_breach_to_its_offer(system: System) -> None:
    await system.post("/v1/contacts", CONTACT, TRACE)
    breached = await system.told(SLA_EVENTS, "usher.sla.clock_breached.v1")
    signed_on = {"type": "usher.agent.signed_on.v1", "agent_id": "bo", "skills": {}, "capacity": {"units": 1}}
    await system.post("/v1/agent-activity", {**signed_on, "occurred_at": rfc3339(now_ms())}, OTHERS)
    offered = await system.told(AGENT_OFFERS, "usher.contact.offered.v1")

    assert TRACE in breached["traceparent"], "a deadline goes on in the trace of what it is about"
    assert TRACE in offered["traceparent"], "and so does a match, though somebody else's event brought it about"

    async def arrived() -> bool:
        return {offered["traceparent"].split("-")[2], breached["traceparent"].split("-")[2]} <= {
            span.id for span in system.collector.spans
        }

    await until(arrived)
    spans = {span.id: span for span in system.collector.spans if span.trace == TRACE}
    way = [span.name for span in path_of(breached["traceparent"], spans)]
    assert way[:2] == ["ingest usher.channel.message.v1", "router usher.contact.queued.v1"]
    assert way[-1].startswith("sla usher.sla.clock_")
    assert path_of(offered["traceparent"], spans)[-1].told == ["usher.contact.offered.v1"]
    assert {span.parent for span in spans.values()} - set(spans) == {SENDER}, "every span hangs on another one"
    assert {span.service for span in spans.values()} == {"usher-ingest", "usher-router", "usher-sla"}
    assert all(0 <= span.seconds < 60 for span in spans.values())
    said = str([(span.name, span.attributes, span.told) for span in system.collector.spans])
    theirs = ("secret", "ana", "acme", "visit", "note")  # none of them can be a part of an id in hexadecimal digits
    assert not [word for word in theirs if word in said], "ids that Usher made, no more"


async def test_a_record_without_a_trace_begins_one(system: System) -> None:
    async with ingest.producer(system.bootstrap) as producer:
        body = {**CONTACT, "type": "usher.channel.message.v1", "workspace": "acme", "source": "web"}
        await producer.send_and_wait(system.prefix + channel_topic("web"), orjson.dumps(body))
    breached = await system.told(SLA_EVENTS, "usher.sla.clock_breached.v1")
    trace = breached["traceparent"].split("-")[1]

    async def rooted() -> bool:
        return any(span.trace == trace and span.parent == "" for span in system.collector.spans)

    await until(rooted)


async def test_what_is_refused_stands_in_the_trace_that_it_came_with(system: System) -> None:
    refused = await system.client.post(
        "/v1/contacts", json={**CONTACT, "channel": "pigeon"}, headers={"traceparent": f"00-{TRACE}-{SENDER}-01"}
    )
    assert refused.status_code == 422
    outcome = {"type": "usher.contact.outcome_reported.v1", "contact_id": "nobody", "by": "bot", "outcome": "resolved"}
    await system.post("/v1/contact-updates", {**outcome, "occurred_at": rfc3339(now_ms())}, TRACE)
    async with ingest.producer(system.bootstrap) as producer:
        headers = [("traceparent", f"00-{TRACE}-{SENDER}-01".encode())]
        await producer.send_and_wait(system.prefix + channel_topic("web"), b"secret", headers=headers)

    async def all_three() -> bool:
        names = {span.name for span in system.collector.spans if span.trace == TRACE}
        return {"ingest contacts refused", "ingest dead_letter", "router dead_letter"} <= names

    await until(all_three)
    said = str([(span.name, span.attributes) for span in system.collector.spans])
    assert not [word for word in ("secret", "ana", "pigeon", "nobody") if word in said]


def path_of(traceparent: str, spans: dict[str, Kept]) -> list[Kept]:
    """From the root of what is known to the span that a traceparent names."""
    found: list[Kept] = []
    at = traceparent.split("-")[2]
    while at in spans:
        found.append(spans[at])
        at = spans[at].parent
    return found[::-1]
