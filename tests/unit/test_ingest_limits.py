"""The HTTP surface when Kafka is slow or silent, or a caller is too quick: refused with when to come again."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from services.ingest.domain.limits import TokenBucket, TokenBuckets
from services.ingest.domain.reading import BODY_BYTES_MAX
from services.ingest.domain.signatures import TOLERANCE_MS
from services.ingest.settings import IngestSettings, http_limits
from tests.support.channel_payloads import SAMPLES
from tests.support.ingest_builders import BODIES
from tests.support.ingest_http import Log, api_of, client_of, sources
from tests.support.virtual_time import VirtualClock, run

WEBHOOK = "/v1/webhooks/source"
SECONDS_MAX = 60.0  # on a machine that is slow and busy
BODY = BODIES["usher.channel.message.v1"]


def message(number: int) -> dict[str, Any]:
    return {**BODY, "message_id": f"message-{number}"}


def assert_come_again(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    assert int(response.headers["retry-after"]) >= 1
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"]


@pytest.mark.parametrize("silent", [True, False])
async def test_without_an_acknowledgement_the_caller_hears_503_and_the_same_again_has_the_same_id(silent: bool) -> None:
    log = Log()
    log.failing = not silent
    if silent:
        log.open.clear()
    async with client_of(log, http_ack_seconds_max=0.05) as client:
        refused = await client.post("/v1/contacts", json=message(1))
    log.failing = False
    log.open.set()
    async with client_of(log) as client:
        accepted = await client.post("/v1/contacts", json=message(1))

    assert_come_again(refused, 503)
    assert accepted.status_code == 202
    first, second = (dict(batch[0].headers)["ce_id"] for batch in log.batches)
    assert first == second == accepted.json()["event_id"].encode()


async def test_a_caller_who_gave_up_is_not_published_later() -> None:
    log = Log()
    log.open.clear()
    async with client_of(log, http_ack_seconds_max=0.05) as client:
        under_way = asyncio.ensure_future(client.post("/v1/contacts", json=message(0)))
        await until(lambda: len(log.batches) == 1)
        await asyncio.gather(under_way, *(client.post("/v1/contacts", json=message(n)) for n in range(1, 5)))
        log.open.set()
        while (await client.post("/v1/contacts", json=message(9))).status_code != 202:
            pass  # a machine that stands still for so long hears 503, as everybody, and comes again

    sent = [record.value for batch in log.batches for record in batch]
    assert b"message-9" in sent[-1]
    assert not any(b"message-4" in value for value in sent)


@pytest.mark.parametrize("seconds", [3.0, 30.0, 200.0])
def test_the_door_of_a_test_gives_the_same_answer_on_a_machine_that_stands_still(seconds: float) -> None:
    """Only a test that says so is about the door's patience; every other would now and then be answered 503."""

    async def ask(_: VirtualClock) -> int:
        log = Log()
        log.open.clear()
        async with client_of(log) as client:
            asked = asyncio.ensure_future(client.post("/v1/contacts", json=message(1)))
            await asyncio.sleep(seconds)
            assert len(log.batches) == 1
            log.open.set()
            return (await asked).status_code

    assert run(ask) == 202


async def test_requests_that_wait_for_kafka_share_one_batch_and_keep_their_order() -> None:
    log = Log()
    log.open.clear()
    async with client_of(log) as client:
        first = asyncio.ensure_future(client.post("/v1/contacts", json=message(0)))
        await until(lambda: len(log.batches) == 1)
        others = [asyncio.ensure_future(client.post("/v1/contacts", json=message(n))) for n in range(1, 20)]
        await until(lambda: log.asked == 20)
        log.open.set()
        responses = await asyncio.gather(first, *others)

    assert {response.status_code for response in responses} == {202}
    assert [len(batch) for batch in log.batches] == [1, 19]


async def test_more_waiting_requests_than_the_cap_are_turned_away_at_once() -> None:
    log = Log()
    log.open.clear()
    async with client_of(log, http_inflight_max=3) as client:
        waiting = [asyncio.ensure_future(client.post("/v1/contacts", json=message(n))) for n in range(3)]
        await until(lambda: log.asked == 3)
        refused = await client.post("/v1/contacts", json=message(4))
        log.open.set()
        accepted = await asyncio.gather(*waiting)
        after = await client.post("/v1/contacts", json=message(4))

    assert_come_again(refused, 503)
    assert {response.status_code for response in (*accepted, after)} == {202}


async def test_a_key_that_comes_too_often_is_slowed_down_and_no_other() -> None:
    async with client_of(Log(), http_rate_per_second=0.001, http_burst=2) as client:
        responses = [await client.post("/v1/contacts", json=message(number)) for number in range(3)]
        other = await client.post("/v1/contacts", json=message(4), headers={"Authorization": "Bearer other"})

    assert [response.status_code for response in responses[:2]] == [202, 202]
    assert_come_again(responses[2], 429)
    assert other.status_code == 202


SIGNED = {"source": {"workspace": "acme", "adapter": "slack", "secrets": {"signing_secret": ["env:NEW", "env:OLD"]}}}
SLACK_BODY = SAMPLES["slack"].body


def by_slack(secret: str) -> dict[str, str]:
    at = str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=SLACK_BODY)
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": str(signature), "Content-Type": "application/json"}


async def slack_hears(client: httpx.AsyncClient, *secrets: str) -> list[int]:
    answers = [await client.post(WEBHOOK, content=SLACK_BODY, headers=by_slack(secret)) for secret in secrets]
    return [answer.status_code for answer in answers]


async def test_who_does_not_know_the_secret_uses_up_nothing_of_the_source() -> None:
    async with client_of(Log(), SIGNED, http_rate_per_second=0.001, http_burst=3) as client:
        assert await slack_hears(client, *["a guess"] * 5) == [401, 401, 401, 429, 429]
        assert await slack_hears(client, "env:NEW", "env:OLD", "env:NEW") == [200, 200, 200]
        refused = await client.post(WEBHOOK, content=SLACK_BODY, headers=by_slack("env:NEW"))

    assert_come_again(refused, 429)


async def test_each_source_has_an_allowance_of_its_own() -> None:
    two = {"source": SIGNED["source"], "other": SIGNED["source"]}
    async with client_of(Log(), two, http_rate_per_second=0.001, http_burst=1) as client:
        assert await slack_hears(client, "env:NEW", "env:NEW") == [200, 429]
        answer = await client.post("/v1/webhooks/other", content=SLACK_BODY, headers=by_slack("env:NEW"))
    assert answer.status_code == 200


@pytest.mark.parametrize("silent", [True, False])
async def test_a_provider_hears_503_in_time_and_its_repeat_is_taken(silent: bool) -> None:
    log = Log()
    log.failing = not silent
    if silent:
        log.open.clear()
    async with client_of(log, SIGNED, http_ack_seconds_max=0.05) as client:
        refused = await client.post(WEBHOOK, content=SLACK_BODY, headers=by_slack("env:NEW"))
        assert_come_again(refused, 503)
        log.failing = False
        log.open.set()
        while (again := await client.post(WEBHOOK, content=SLACK_BODY, headers=by_slack("env:NEW"))).status_code != 200:
            assert_come_again(again, 503)  # a machine that stands still for so long
    ids = {dict(record.headers)["ce_id"] for batch in log.batches for record in batch}
    assert len(ids) == 1


async def test_more_webhooks_under_way_than_the_cap_are_turned_away_at_once() -> None:
    log = Log()
    log.open.clear()
    async with client_of(log, SIGNED, http_inflight_max=1) as client:
        waiting = asyncio.ensure_future(client.post(WEBHOOK, content=SLACK_BODY, headers=by_slack("env:NEW")))
        await until(lambda: log.asked == 1)
        refused = await client.post(WEBHOOK, content=SLACK_BODY, headers=by_slack("env:NEW"))
        log.open.set()
        assert_come_again(refused, 503)
        assert (await waiting).status_code == 200


def test_the_bounds_that_nobody_set_are_those_of_the_contract() -> None:
    """Ten seconds for a header and a body, an answer within Slack's three, five minutes for a signed time, no SMTP."""
    settings = IngestSettings()
    limits = http_limits(settings)
    assert (limits.header_seconds_max, limits.body_seconds_max) == (10.0, 10.0)
    assert settings.http_ack_seconds_max < 3
    assert (BODY_BYTES_MAX, TOLERANCE_MS) == (256 * 1024, 5 * 60 * 1000)
    assert settings.smtp_port == 0
    assert 0 < settings.http_rate_per_second < 1e6 and 0 < settings.http_inflight_max <= 1000


async def test_who_does_not_know_the_token_of_a_handshake_uses_up_nothing_of_the_source() -> None:
    secrets = {"app_secret": "env:A", "verify_token": "env:V"}
    entries = {"source": {"workspace": "acme", "adapter": "whatsapp_cloud", "secrets": secrets}}
    async with client_of(Log(), entries, http_rate_per_second=0.001, http_burst=2) as client:

        async def greeted(token: str) -> int:
            query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1"}
            return (await client.get(WEBHOOK, params=query)).status_code

        assert [await greeted("a guess") for _ in range(4)] == [403, 403, 429, 429]
        assert [await greeted("env:V") for _ in range(3)] == [200, 200, 429]


async def test_who_has_no_key_uses_up_nothing_of_those_who_have_one() -> None:
    async with client_of(Log(), http_rate_per_second=0.001, http_burst=2) as client:
        guess = {"Authorization": "Bearer a-guess"}
        guesses = [await client.post("/v1/contacts", json=message(1), headers=guess) for _ in range(3)]
        channel = [await client.post("/v1/webhooks/web", json=message(1), headers=guess) for _ in range(3)]
        known = [await client.post("/v1/contacts", json=message(number)) for number in range(2)]

    assert [answer.status_code for answer in (*guesses, *channel)] == [401, 401, 429, 429, 429, 429]
    assert [answer.status_code for answer in known] == [202, 202]


async def test_a_source_without_allowance_says_so_before_the_body_is_read() -> None:
    async with client_of(Log(), SIGNED, http_rate_per_second=0.001, http_burst=1) as client:
        assert await slack_hears(client, "env:NEW") == [200]

        async def body() -> AsyncIterator[bytes]:
            raise AssertionError("the body is read")
            yield b""

        refused = await client.post(WEBHOOK, content=body(), headers=by_slack("env:NEW"))

    assert_come_again(refused, 429)


async def test_a_secret_that_is_replaced_while_a_body_is_under_way_holds_for_that_request_alone() -> None:
    log, reading, go_on = Log(), asyncio.Event(), asyncio.Event()
    api = api_of(log, SIGNED)

    async def body() -> AsyncIterator[bytes]:
        yield SLACK_BODY[:9]
        reading.set()
        await go_on.wait()
        yield SLACK_BODY[9:]

    transport = httpx.ASGITransport(app=api.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
        under_way = asyncio.ensure_future(client.post(WEBHOOK, content=body(), headers=by_slack("env:OLD")))
        await asyncio.wait_for(reading.wait(), SECONDS_MAX)
        api.use(sources({"source": {**SIGNED["source"], "secrets": {"signing_secret": ["env:NEXT", "env:NEW"]}}}))
        others = await slack_hears(client, "env:OLD", "env:NEW", "env:NEXT")
        api.use(sources({}))
        gone = await slack_hears(client, "env:NEW")
        go_on.set()
        answered = (await under_way).status_code

    assert (others, gone, answered) == ([401, 200, 200], [404], 200)


def test_a_bucket_gives_a_burst_and_then_says_how_long_to_wait() -> None:
    bucket = TokenBucket(per_second=2.0, burst=3)

    assert [bucket.take(100.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert bucket.take(100.5) == 0.0
    assert bucket.take(100.5) == pytest.approx(0.5)


def test_each_credential_has_a_bucket_of_its_own_until_it_is_gone() -> None:
    buckets = TokenBuckets(per_second=2.0, burst=1, most=9)

    assert [buckets.take(key, 100.0) for key in ("slack", b"key", "slack")] == [0.0, 0.0, 0.5]
    assert [buckets.wait(key, 100.0) for key in ("slack", "nobody", "nobody")] == [0.5, 0.0, 0.0]
    buckets.keep({b"key"})
    assert buckets.take(b"key", 100.0) == 0.5
    assert buckets.take("slack", 100.0) == 0.0, "a source of that name that comes back begins anew"


def test_of_more_than_it_may_remember_the_one_that_came_first_is_forgotten() -> None:
    buckets = TokenBuckets(per_second=2.0, burst=1, most=2)

    assert [buckets.take(address, 100.0) for address in ("a", "b", "c")] == [0.0, 0.0, 0.0]
    assert [buckets.wait(address, 100.0) for address in ("a", "b", "c")] == [0.0, 0.5, 0.5]


async def test_a_fault_of_our_own_is_a_problem_without_details() -> None:
    log = Log()
    del log.open  # publishing now fails in a way that nobody foresaw
    async with client_of(log, http_ack_seconds_max=0.05) as client:
        response = await client.post("/v1/contacts", json=message(1))

    assert response.status_code in {500, 503}
    assert response.headers["content-type"] == "application/problem+json"
    assert "open" not in response.text


async def until(condition: Any) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not condition():
            await asyncio.sleep(0.005)
