"""The public door behind the nginx of deploy/nginx: what passes, what does not, and who answers. On a real nginx."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from twilio.request_validator import RequestValidator

from services.ingest.domain.reading import BODY_BYTES_MAX
from tests.support import nginx
from tests.support.door import CUT_SECONDS_MAX
from tests.support.in_process import until
from tests.support.ingest_http import HEADERS, Log, api_of
from tests.support.secured import Authority
from tests.support.serving import serving

pytestmark = pytest.mark.skipif(nginx.NGINX is None, reason="nginx is not installed (Debian: apt install nginx-light)")
PUBLIC = "https://hooks.example.com"
SMS = {"workspace": "acme", "adapter": "twilio", "secrets": {"auth_token": "env:token"}, "public_url": PUBLIC}
FIELDS = {"MessageSid": "SM1", "From": "+34600000001", "To": "+34910000000", "Body": "hello"}
CONTACT = {"channel": "web", "conversation_id": "c1", "message_id": "m1", "from": {"handle": "ana@example.com"}}


class Door:
    """ingest behind nginx: ``log`` is what it published, ``client`` speaks TLS to nginx."""

    def __init__(self, client: httpx.AsyncClient, log: Log, registry: CollectorRegistry, folder: Path) -> None:
        self.client = client
        self.log = log
        self.folder = folder
        self._registry = registry

    def asked(self) -> int:
        """Requests that reached ingest."""
        families = self._registry.collect()
        return int(
            sum(
                sample.value
                for family in families
                for sample in family.samples
                if sample.name == "usher_ingest_http_requests_total"
            )
        )


def client_of(authority: Authority, port: int) -> httpx.AsyncClient:
    trusting = ssl.create_default_context(cafile=str(authority.ca))
    return httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", verify=trusting, headers=HEADERS)


@pytest.fixture
async def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def door(tmp_path: Path, authority: Authority) -> AsyncIterator[Door]:
    """ingest, with a source of Twilio, behind nginx."""
    log, registry = Log(), CollectorRegistry()
    tls = authority.server("door")
    async with (
        serving(api_of(log, {"sms": SMS}, registry).app) as ingest,
        nginx.behind_tls(tmp_path, tls, [ingest], **{"client_body_timeout 10s;": "client_body_timeout 300ms;"}) as port,
        client_of(authority, port) as client,
    ):
        yield Door(client, log, registry, tmp_path)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["errors"] == [{"path": "", "message": document["detail"]}]
    return document


async def test_a_webhook_that_signs_its_public_address_is_taken_as_its_provider_called_it(door: Door) -> None:
    """Twilio signs the URL that it called, query included: nginx must pass it on untouched, escapes and all."""
    path = "/v1/webhooks/sms?shop=caf%C3%A9%2F1&&x=%7E"
    signature = RequestValidator("env:token").compute_signature(PUBLIC + path, FIELDS)

    forged = await door.client.post(path, data=FIELDS, headers={"X-Twilio-Signature": "x" + signature[1:]})
    taken = await door.client.post(path, data=FIELDS, headers={"X-Twilio-Signature": signature})

    assert (forged.status_code, taken.status_code) == (401, 200), taken.text
    assert [len(batch) for batch in door.log.batches] == [1]


async def test_an_event_with_a_key_is_taken_and_what_ingest_refuses_is_passed_on_as_it_said_it(door: Door) -> None:
    taken = await door.client.post("/v1/contacts", json=CONTACT)
    unknown = await door.client.post("/v1/contacts", json=CONTACT, headers={"Authorization": "Bearer wrong"})
    invalid = await door.client.post("/v1/contacts", json={**CONTACT, "channel": "smoke"})

    assert taken.status_code == 202
    assert unknown.headers["www-authenticate"] == 'Bearer realm="usher"'
    assert problem(unknown, 401)["detail"].startswith("send a valid key")
    assert (invalid.status_code, invalid.json()["errors"][0]["path"]) == (422, "channel")
    assert (await door.client.get("/openapi.json")).json()["openapi"].startswith("3.")


@pytest.mark.parametrize(
    "path",
    ["/", "/metrics", "/livez", "/readyz", "/v1", "/v2/contacts", "/v1/../metrics", "/v1/%2e%2e/metrics", "/docs"],
)
async def test_what_is_not_public_is_not_asked_of_ingest(door: Door, path: str) -> None:
    answer = await door.client.get(httpx.URL(f"{door.client.base_url}", raw_path=path.encode()))

    problem(answer, 404)
    assert door.asked() == 0
    assert "nginx/" not in answer.headers["server"]


async def test_a_body_of_the_limit_passes_and_one_byte_more_does_not_reach_ingest(door: Door) -> None:
    padded = {**CONTACT, "text": ""}
    most = b" " * (BODY_BYTES_MAX - len(httpx.Request("POST", "http://x", json=padded).content))
    body = httpx.Request("POST", "http://x", json=padded).content + most
    json = {"Content-Type": "application/json"}

    fits = await door.client.post("/v1/contacts", content=body, headers=json)
    beyond = await door.client.post("/v1/contacts", content=body + b" ", headers=json)

    assert fits.status_code == 202, fits.text
    assert str(BODY_BYTES_MAX) in problem(beyond, 413)["detail"]
    assert door.asked() == 1


async def test_a_body_that_trickles_is_cut_by_nginx_and_holds_nothing_of_ingest(door: Door) -> None:
    host, port = "127.0.0.1", door.client.base_url.port
    trusting = ssl.create_default_context(cafile=str(door.folder / "ca.pem"))
    reader, writer = await asyncio.open_connection(host, port, ssl=trusting)
    writer.write(b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")

    assert await asyncio.wait_for(reader.read(), CUT_SECONDS_MAX) == b""
    writer.close()
    assert door.asked() == 0


async def test_the_log_of_nginx_holds_no_query_which_may_be_a_token(door: Door) -> None:
    await door.client.get("/v1/webhooks/sms?hub.verify_token=secret-word")

    async def logged() -> bool:
        return "/v1/webhooks/sms 405" in (door.folder / "access.log").read_text()

    await until(logged)
    assert "secret-word" not in (door.folder / "access.log").read_text()


async def test_what_a_client_says_of_its_address_and_scheme_is_replaced(tmp_path: Path, authority: Authority) -> None:
    told = {
        "X-Forwarded-For": "10.6.6.6",
        "X-Forwarded-Proto": "http",
        "Forwarded": "for=10.6.6.6",
        "X-Forwarded-Host": "x",
    }
    replica = nginx.Replica("only")
    async with (
        serving(replica) as ingest,
        nginx.behind_tls(tmp_path, authority.server("door"), [ingest]) as port,
        client_of(authority, port) as client,
    ):
        await client.post("/v1/contacts", json=CONTACT, headers=told)

    (headers,) = replica.asked
    forwarded = {name: value for name, value in headers.items() if "forwarded" in name}
    assert forwarded == {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https"}
    assert headers["host"] == f"127.0.0.1:{port}"


async def test_a_replica_that_dies_loses_no_request_and_without_any_the_sender_is_told_to_try_again(
    tmp_path: Path, authority: Authority
) -> None:
    first, second = nginx.Replica("first"), nginx.Replica("second")
    async with AsyncExitStack() as stack:
        dying, last = [await stack.enter_async_context(AsyncExitStack()) for _ in range(2)]
        port_of_first = await dying.enter_async_context(serving(first))
        port_of_second = await last.enter_async_context(serving(second))
        tls = authority.server("door")
        port = await stack.enter_async_context(nginx.behind_tls(tmp_path, tls, [port_of_first, port_of_second]))
        client = await stack.enter_async_context(client_of(authority, port))

        both = Counter([(await client.post("/v1/contacts", json=CONTACT)).text for _ in range(4)])
        await dying.aclose()
        left = Counter([(await client.post("/v1/contacts", json=CONTACT)).text for _ in range(4)])

        assert both == {"first": 2, "second": 2}
        assert left == {"second": 4}
        await last.aclose()
        away = await client.post("/v1/contacts", json=CONTACT)
    problem(away, 503)
    assert away.headers["retry-after"] == "1"


async def test_compose_finds_a_replica_of_ingest_that_came_and_forgets_one_that_went(tmp_path: Path) -> None:
    first, second = nginx.Replica("first"), nginx.Replica("second")
    names = nginx.Names(["127.0.0.2"])
    async with AsyncExitStack() as stack:
        ingest = await stack.enter_async_context(serving(first, "127.0.0.2"))
        await stack.enter_async_context(serving(second, "127.0.0.3", ingest))
        name_server = await stack.enter_async_context(nginx.naming(names))
        port = await stack.enter_async_context(nginx.of_compose(tmp_path, f"ingest:{ingest}", name_server))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}"))

        async def answers() -> set[str]:
            return {(await client.post("/v1/contacts?a=%2F", json=CONTACT)).text for _ in range(4)}

        assert await answers() == {"first"}
        names.addresses = ["127.0.0.2", "127.0.0.3"]
        await until(lambda: _same(answers, {"first", "second"}))
        names.addresses = ["127.0.0.3"]
        await until(lambda: _same(answers, {"second"}))
        problem(await client.get("/metrics"), 404)
    assert set(first.paths) == {"/v1/contacts?a=%2F"}


async def _same(answers: Any, wanted: set[str]) -> bool:
    return bool(await answers() == wanted)
