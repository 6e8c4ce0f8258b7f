"""The HTTP surface through a real server and real Kafka: what is answered 202 is on the log, all else is a problem."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from services.ingest.app import Ingest
from services.ingest.settings import IngestSettings
from tests.support import ingest, servers
from tests.support.ingest_builders import BODIES, OCCURRED_AT

KEY = {"Authorization": f"Bearer {ingest.API_KEY}"}
JSON = {"Content-Type": "application/json"}
BODY_BYTES_MAX = 256 * 1024


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    kafka: KafkaBroker, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Ingest, IngestSettings]]:
    """One service for all tests of this file; each test looks for its own events only."""
    await servers.heal_kafka(kafka)
    database = await servers.make_database(postgres)
    folder = tmp_path_factory.mktemp("sources")
    settings = await ingest.installed(kafka.bootstrap, database, servers.make_topic_prefix(), folder)
    async with ingest.running(settings) as running:
        yield running, settings


@pytest_asyncio.fixture(loop_scope="session")
async def client(service: tuple[Ingest, IngestSettings]) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service[0].endpoints()["ingest_url"], timeout=20) as client:
        yield client


@pytest.fixture
def router_input(service: tuple[Ingest, IngestSettings]) -> ingest.Topic:
    settings = service[1]
    return ingest.Topic(settings.kafka_bootstrap_servers, f"{settings.topic_prefix}usher.router-input.v1")


def message(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "channel": "web",
        "conversation_id": f"conversation-{number}",
        "message_id": f"message-{number}",
        "from": {"handle": f"customer-{number}@example.com"},
        **changes,
    }


def problem(response: httpx.Response, status: int) -> list[dict[str, str]]:
    """The errors of a problem document; checks its form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["title"] and document["detail"] and document["type"]
    assert all(set(error) == {"path", "message"} and error["message"] for error in document["errors"])
    assert document["errors"]
    return list(document["errors"])


async def test_a_contact_is_on_the_log_when_it_is_answered_and_the_same_again_has_the_same_id(
    client: httpx.AsyncClient, router_input: ingest.Topic
) -> None:
    first = await client.post("/v1/contacts", json=message(7001), headers=KEY)
    published = [record for record in await router_input.records() if b"message-7001" in record.value]
    again = await client.post("/v1/contacts", json=message(7001, workspace="acme"), headers=KEY)

    assert first.status_code == again.status_code == 202
    assert first.headers["content-type"] == "application/json"
    assert first.json() == again.json()
    (record,) = published
    body = orjson.loads(record.value)
    assert body["event_id"] == first.json()["event_id"] == ingest.headers_of(record)["ce_id"]
    assert (body["workspace"], body["source"], body["origin"]) == ("acme", "api", {"source": "api"})


@pytest.mark.parametrize("kind", sorted(BODIES))
async def test_every_type_is_taken_at_its_path(client: httpx.AsyncClient, kind: str) -> None:
    agents = ("usher.agent.", "usher.offer.", "usher.assignment.")
    path = "contacts" if "channel" in kind else "agent-activity" if kind.startswith(agents) else "contact-updates"

    response = await client.post(
        f"/v1/{path}", json={"type": kind, "occurred_at": OCCURRED_AT, **BODIES[kind]}, headers=KEY
    )

    assert response.status_code == 202, response.text
    named = {"event_id"} | ({"contact_id"} if "usher.contact." in kind else set())
    assert set(response.json()) == named | ({"contact_id", "episode"} if kind == "usher.channel.message.v1" else set())


async def test_cloudevents_are_taken_in_structured_and_in_binary_mode(client: httpx.AsyncClient) -> None:
    bare = await client.post("/v1/contacts", json=message(2), headers=KEY)
    structured = await client.post(
        "/v1/contacts",
        content=orjson.dumps(
            {
                "specversion": "1.0",
                "id": "1",
                "source": "/crm",
                "type": "usher.channel.message.v1",
                "data": message(2),
            }
        ),
        headers={**KEY, "Content-Type": "application/cloudevents+json; charset=UTF-8"},
    )
    binary = await client.post(
        "/v1/contacts",
        content=orjson.dumps(message(2)),
        headers={**KEY, **JSON, "ce-type": "usher.channel.message.v1", "ce-id": "1", "ce-source": "/crm"},
    )

    assert bare.json() == structured.json() == binary.json()


async def test_many_requests_at_once_are_all_answered_and_all_on_the_log(
    client: httpx.AsyncClient, router_input: ingest.Topic
) -> None:
    responses = await asyncio.gather(
        *(client.post("/v1/contacts", json=message(1000 + number), headers=KEY) for number in range(200))
    )
    published = {orjson.loads(record.value)["event_id"] for record in await router_input.records()}

    assert {response.status_code for response in responses} == {202}
    assert {response.json()["event_id"] for response in responses} <= published


# ---- who may ----


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", f"Basic {ingest.API_KEY}", "Bearer " + "x" * 5000]
)
async def test_without_a_valid_key_nothing_is_taken(client: httpx.AsyncClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    response = await client.post("/v1/contacts", json=message(3), headers=headers)

    problem(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_opens_only_its_workspace_and_only_what_it_may(client: httpx.AsyncClient) -> None:
    desktops = {"Authorization": f"Bearer {ingest.READ_ONLY_KEY}"}
    commanded = {"type": "usher.contact.commanded.v1", "occurred_at": OCCURRED_AT}
    commanded |= BODIES["usher.contact.commanded.v1"]

    problem(await client.post("/v1/contacts", json=message(4, workspace="globex"), headers=KEY), 403)
    problem(await client.post("/v1/contacts", json=message(4), headers=desktops), 403)
    problem(await client.post("/v1/contact-updates", json=commanded, headers=desktops), 403)
    assert (await client.post("/v1/contact-updates", json=commanded, headers=KEY)).status_code == 202


# ---- what is wrong ----


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"channel": "fax"}, "channel"),
        ({"from": {}}, "from.handle"),
        ({"workspace": 7}, "workspace"),
        ({"attachments": [{"content_type": "a/b"}] * 3 + [{"content_type": "a/b", "url": 1}]}, "attachments[3].url"),
        ({"type": "usher.agent.heartbeat.v1"}, "type"),
        ({"type": "usher.nothing.v1"}, "type"),
        ({"type": 1}, "type"),
        ({"occurred_at": "today"}, "occurred_at"),
    ],
)
async def test_a_wrong_field_is_named(client: httpx.AsyncClient, changes: dict[str, Any], path: str) -> None:
    response = await client.post("/v1/contacts", json=message(5, **changes), headers=KEY)

    assert path in [error["path"] for error in problem(response, 422)]


async def test_every_wrong_field_is_named_at_once(client: httpx.AsyncClient) -> None:
    errors = problem(await client.post("/v1/contacts", json={"channel": "fax", "text": 1}, headers=KEY), 422)

    assert {error["path"] for error in errors} == {"channel", "conversation_id", "message_id", "from", "text"}


async def test_activity_without_a_type_is_refused_at_type(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/agent-activity", json={"agent_id": "a"}, headers=KEY)

    assert problem(response, 422)[0]["path"] == "type"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"a":NaN}', 400),
        (b'{"a":"\xff"}', 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"text":"\\u0000"}', 422),
        (b'{"text":"\\ud800"}', 422),
        (b"[" * 100_000, 422),
    ],
)
async def test_bytes_that_are_no_event_are_refused(client: httpx.AsyncClient, content: bytes, status: int) -> None:
    problem(await client.post("/v1/contacts", content=content, headers={**KEY, **JSON}), status)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/cloudevents-batch+json"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_other_media_types_are_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    problem(await client.post("/v1/contacts", content=orjson.dumps(message(6)), headers={**KEY, **headers}), 415)


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/contacts/", "/v2/contacts", "/"])
async def test_an_unknown_path_is_a_problem_too(client: httpx.AsyncClient, path: str) -> None:
    problem(await client.post(path, json=message(7), headers=KEY), 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_told_what_is_possible(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/v1/contacts", headers=KEY)

    problem(response, 405)
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("size", [BODY_BYTES_MAX + 1, 2_000_000])
async def test_a_body_over_the_limit_is_refused_and_the_sender_hears_it(client: httpx.AsyncClient, size: int) -> None:
    whole = orjson.dumps(message(8, text="x"))
    padded = whole[:-1] + b" " * (size - len(whole)) + b"}"

    problem(await client.post("/v1/contacts", content=padded, headers={**KEY, **JSON}), 413)


async def test_a_body_of_exactly_the_limit_is_taken(client: httpx.AsyncClient) -> None:
    whole = orjson.dumps(message(9))
    padded = whole[:-1] + b" " * (BODY_BYTES_MAX - len(whole)) + b"}"

    assert (await client.post("/v1/contacts", content=padded, headers={**KEY, **JSON})).status_code == 202


async def test_a_body_in_pieces_without_a_length_is_counted_as_it_comes(client: httpx.AsyncClient) -> None:
    async def pieces(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b" " * 65_536

    problem(await client.post("/v1/contacts", content=pieces(10), headers={**KEY, **JSON}), 413)


async def test_a_sender_without_end_is_cut_off(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536

    with contextlib.suppress(httpx.TransportError):
        problem(await client.post("/v1/contacts", content=endless(), headers={**KEY, **JSON}), 413)
    assert sent < 64 * 1024 * 1024


# ---- webhooks ----


async def test_a_webhook_of_a_canonical_source_takes_its_secret_and_fills_in_what_the_source_says(
    client: httpx.AsyncClient, router_input: ingest.Topic
) -> None:
    headers = {"Authorization": f"Bearer {ingest.WEBHOOK_TOKEN}"}

    response = await client.post("/v1/webhooks/help", json=message(7010), headers=headers)
    (record,) = [record for record in await router_input.records() if b"message-7010" in record.value]
    body = orjson.loads(record.value)

    assert (response.status_code, response.json()) == (200, {})
    assert (body["workspace"], body["source"], body["channel"]) == ("acme", "help", "email")
    assert body["routing"]["queue"] == "orders"


async def test_a_webhook_without_a_secret_takes_keys_for_their_workspace(
    client: httpx.AsyncClient, router_input: ingest.Topic
) -> None:
    response = await client.post("/v1/webhooks/chat", json=message(7011), headers=KEY)
    (record,) = [record for record in await router_input.records() if b"message-7011" in record.value]
    body = orjson.loads(record.value)

    assert (response.status_code, response.json()) == (200, {})
    assert (body["workspace"], body["source"]) == ("acme", "chat")
    problem(await client.post("/v1/webhooks/chat", json={**message(11), "workspace": "globex"}, headers=KEY), 403)
    desktops = {"Authorization": f"Bearer {ingest.READ_ONLY_KEY}"}
    problem(await client.post("/v1/webhooks/chat", json=message(11), headers=desktops), 403)
    problem(await client.post("/v1/webhooks/chat", json=message(11)), 401)


async def test_a_webhook_is_closed_to_strangers(client: httpx.AsyncClient) -> None:
    right = {"Authorization": f"Bearer {ingest.WEBHOOK_TOKEN}"}

    problem(await client.post("/v1/webhooks/help", json=_typed(message(11))), 401)
    problem(await client.post("/v1/webhooks/help", json=_typed(message(11)), headers=KEY), 401)
    problem(await client.post("/v1/webhooks/chat", json=_typed(message(11)), headers=right), 401)
    problem(await client.post("/v1/webhooks/nobody", json=_typed(message(11)), headers=right), 404)
    problem(await client.get("/v1/webhooks/help", headers=right), 405)


async def test_http_errors_make_no_dead_letter_and_are_counted_by_route(
    client: httpx.AsyncClient, service: tuple[Ingest, IngestSettings]
) -> None:
    running, settings = service
    await client.post("/v1/contacts", content=b"{", headers={**KEY, **JSON})
    await client.post("/v1/no/such/path/" + "x" * 50, content=b"{")

    assert await ingest.dead_letters(settings.postgres_dsn.get_secret_value()) == []
    count = running.registry.get_sample_value
    assert (count("usher_ingest_http_requests_total", {"path": "contacts", "status": "400"}) or 0) > 0
    assert (count("usher_ingest_http_requests_total", {"path": "other", "status": "404"}) or 0) > 0


def _typed(body: dict[str, Any]) -> dict[str, Any]:
    return {"type": "usher.channel.message.v1", **body}
