"""Webhooks over HTTP: what each provider hears, what is counted, what is kept, and who is turned away."""

import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import msgspec
import orjson
import pytest
from prometheus_client import CollectorRegistry

from services.ingest.domain.rejection import REFUSED_PARTS_MAX
from shared.contract.inputs import INPUT_TYPES, ConversationEnded
from shared.errors import Retryable
from tests.support.channel_payloads import FORM, MAILGUN, SAMPLES, VOICE, multipart, whatsapp, whatsapp_text
from tests.support.ingest_http import Log, api_of, client_of

KEY = "env:A_KEY_OF_A_VISITOR_THAT_IS_LONG_ENOUGH_FOR_HS256"


def entry(adapter: str, **more: Any) -> dict[str, Any]:
    return {"source": {"workspace": "acme", "adapter": adapter, **more}}


WHATSAPP = entry("whatsapp_cloud", secrets={"app_secret": "env:A", "verify_token": ["env:OLD", "env:V"]})


def events(log: Log) -> list[Any]:
    messages = [message for batch in log.batches for message in batch]
    return [msgspec.json.decode(one.value, type=INPUT_TYPES[dict(one.headers)["ce_type"].decode()]) for one in messages]


def meta(body: bytes) -> dict[str, str]:
    signature = hmac.new(b"env:A", body, "sha256").hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}


async def post(log: Log, entries: Any, body: bytes, headers: dict[str, str], times: int = 1) -> list[httpx.Response]:
    async with client_of(log, entries) as client:
        del client.headers["authorization"]
        return [await client.post("/v1/webhooks/source", content=body, headers=headers) for _ in range(times)]


def counted(registry: CollectorRegistry, reason: str) -> float:
    return sum(
        sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "usher_ingest_ignored_total" and sample.labels["reason"] == reason
    )


async def test_a_repeat_is_answered_with_200_counted_and_not_published_again() -> None:
    log, body = Log(), orjson.dumps(whatsapp(whatsapp_text()))
    registry = CollectorRegistry()
    api = api_of(log, WHATSAPP, registry)
    transport = httpx.ASGITransport(app=api.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
        answers = [await client.post("/v1/webhooks/source", content=body, headers=meta(body)) for _ in range(3)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"{}")] * 3
    assert len(events(log)) == 1
    assert log.dead == []
    assert counted(registry, "repeat") == 2


async def test_what_kafka_did_not_acknowledge_is_no_repeat_when_it_comes_again() -> None:
    log, body = Log(), orjson.dumps(whatsapp(whatsapp_text()))
    async with client_of(log, WHATSAPP) as client:
        log.failing = True
        first = await client.post("/v1/webhooks/source", content=body, headers=meta(body))
        log.failing = False
        log.batches.clear()
        second = await client.post("/v1/webhooks/source", content=body, headers=meta(body))

    assert (first.status_code, first.headers["retry-after"], second.status_code) == (503, "1", 200)
    assert len(events(log)) == 1


async def test_one_bad_message_of_a_batch_is_kept_as_a_dead_letter_and_the_answer_is_200() -> None:
    log = Log()
    body = orjson.dumps(whatsapp(whatsapp_text(1), whatsapp_text(2, id=7.5), whatsapp_text(3)))
    answers = await post(log, WHATSAPP, body, meta(body), times=2)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [event.message_id for event in events(log)] == ["wamid.1", "wamid.3"]
    assert {refused.letter.id for refused in log.dead} == {log.dead[0].letter.id}
    letter = log.dead[0].letter
    assert (letter.path, letter.origin.source, letter.origin.index) == (
        "entry[0].changes[0].value.messages[1].id", "source", 1,
    )  # fmt: skip
    assert (letter.workspace, letter.payload) == ("acme", body)


async def test_a_payload_that_cannot_be_read_is_a_problem_with_its_path_and_no_dead_letter() -> None:
    log = Log()
    for body, status, path in ((b"{", 400, ""), (b'{"object": "page"}', 422, "object"), (b"", 400, "")):
        (answer,) = await post(log, WHATSAPP, body, meta(body))
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (status, path)
    assert log.dead == []


@pytest.mark.parametrize(
    "headers", [{}, {"X-Hub-Signature-256": "sha256=" + "0" * 64}, {"Authorization": "Bearer secret"}]
)
async def test_a_request_that_is_not_signed_is_refused_without_details(headers: dict[str, str]) -> None:
    log = Log()
    body = SAMPLES["whatsapp_cloud"].body
    (answer,) = await post(log, WHATSAPP, body, {"Content-Type": "application/json", **headers})

    assert answer.status_code == 401
    assert "signature" not in answer.text and "secret" not in answer.text
    assert log.batches == []


async def test_a_source_without_secrets_takes_api_keys() -> None:
    log, body = Log(), SAMPLES["telegram"].body
    headers = {"Content-Type": "application/json"}
    (refused,) = await post(log, entry("telegram"), body, headers)
    (taken,) = await post(log, entry("telegram"), body, {**headers, "Authorization": "Bearer secret"})
    assert (refused.status_code, taken.status_code, len(events(log))) == (401, 200, 1)


async def test_of_a_request_with_many_wrong_parts_a_bounded_number_is_kept_and_the_good_one_arrives() -> None:
    log, bad = Log(), [{**whatsapp_text(number), "id": None} for number in range(100)]
    body = orjson.dumps(whatsapp(*bad, whatsapp_text(100)))
    (answer,) = await post(log, WHATSAPP, body, meta(body))
    assert (answer.status_code, len(events(log)), len(log.dead)) == (200, 1, REFUSED_PARTS_MAX)


@pytest.mark.parametrize("places", [[None], [0, 1]])
async def test_an_event_says_which_part_of_the_request_it_was_where_there_were_several(
    places: list[int | None],
) -> None:
    log, body = Log(), orjson.dumps(whatsapp(*map(whatsapp_text, range(len(places)))))
    await post(log, WHATSAPP, body, meta(body))
    assert [event.origin.index for event in events(log)] == places


MAILGUN_SOURCE = entry("mailgun", secrets={"signing_key": "env:A"})


def signed_by_mailgun() -> dict[str, str]:
    at = str(int(time.time()))
    signature = hmac.new(b"env:A", f"{at}{MAILGUN['token']}".encode(), "sha256").hexdigest()
    return {**MAILGUN, "timestamp": at, "signature": signature}


async def test_a_token_of_mailgun_is_good_once_and_again_only_with_the_same_content() -> None:
    log, fields = Log(), signed_by_mailgun()
    body, kind = multipart(fields, [("attachment-1", "a.pdf", "application/pdf", b"%PDF")])
    anew = body.replace(b"--XX", b"--YY"), kind.replace("XX", "YY")  # a form is written again for each delivery
    others = [body.replace(b"Where is my parcel?", b"Send money"), body.replace(b"%PDF", b"%PDG")]
    async with client_of(log, MAILGUN_SOURCE) as client:
        statuses = [
            (await client.post("/v1/webhooks/source", content=content, headers={"Content-Type": form})).status_code
            for content, form in ((body, kind), (body, kind), anew, *((other, kind) for other in others))
        ]
    assert statuses == [200, 200, 200, 401, 401]
    assert [event.text for event in events(log)] == ["Where is my parcel?"]


async def by_mailgun(log: Log, fields: dict[str, str]) -> int:
    """How a replica that knows nothing yet answers the form."""
    async with client_of(log, MAILGUN_SOURCE) as replica:
        body = urlencode(fields).encode()
        return (await replica.post("/v1/webhooks/source", content=body, headers={"Content-Type": FORM})).status_code


async def test_a_delivery_of_mailgun_that_comes_to_two_replicas_is_one_event_to_the_router() -> None:
    log, fields = Log(), signed_by_mailgun()
    assert [await by_mailgun(log, fields), await by_mailgun(log, fields)] == [200, 200]
    first, second = events(log)
    assert first.event_id == second.event_id


async def test_a_token_of_mailgun_that_one_replica_took_is_refused_by_the_others_with_another_content() -> None:
    log, fields = Log(), signed_by_mailgun()
    other = {**fields, "body-plain": "Send money", "Message-Id": "<m3@example.com>"}
    assert [await by_mailgun(log, fields), await by_mailgun(log, other), await by_mailgun(log, fields)] == [
        200,
        401,
        200,
    ]
    assert len({event.event_id for event in events(log)}) == 1


async def test_a_token_of_mailgun_is_refused_with_another_content_at_another_source_of_the_same_key() -> None:
    log, fields = Log(), signed_by_mailgun()
    second = MAILGUN_SOURCE["source"]
    async with client_of(log, {**MAILGUN_SOURCE, "second": second}) as client:
        statuses = [
            (
                await client.post(
                    f"/v1/webhooks/{name}",
                    content=urlencode({**fields, "body-plain": text}).encode(),
                    headers={"Content-Type": FORM},
                )
            ).status_code
            for name, text in (("source", "Hello"), ("second", "Send money"), ("second", "Hello"))
        ]
    assert statuses == [200, 401, 200]


async def test_a_delivery_that_mailgun_signs_again_at_a_later_time_is_the_same_content() -> None:
    log, fields = Log(), signed_by_mailgun()
    at = str(int(fields["timestamp"]) + 1)
    signature = hmac.new(b"env:A", f"{at}{fields['token']}".encode(), "sha256").hexdigest()
    again = {**fields, "timestamp": at, "signature": signature}
    assert [await by_mailgun(log, fields), await by_mailgun(log, again)] == [200, 200]


async def test_a_delivery_of_mailgun_that_kafka_did_not_acknowledge_is_taken_when_it_comes_again() -> None:
    log, fields = Log(), signed_by_mailgun()
    log.failing = True
    failed = await by_mailgun(log, fields)
    log.failing = False
    statuses = [await by_mailgun(log, one) for one in ({**fields, "body-plain": "Send money"}, fields)]
    assert (failed, statuses) == (503, [401, 200])


async def test_while_nobody_knows_who_took_a_token_nothing_is_published_and_mailgun_hears_503() -> None:
    class Away(Log):
        async def take(self, token: str, content: bytes, seconds_max: float) -> bool:
            raise Retryable("no database")

    log = Away()
    assert (await by_mailgun(log, signed_by_mailgun()), log.batches) == (503, [])


async def test_of_a_credential_that_is_sent_twice_the_first_counts() -> None:
    telegram = entry("telegram", secrets={"secret_token": "env:A"})
    statuses = []
    async with client_of(Log(), telegram) as client:
        for tokens in (("env:A", "no"), ("no", "env:A")):
            headers = [("X-Telegram-Bot-Api-Secret-Token", token) for token in tokens]
            answer = await client.post(
                "/v1/webhooks/source",
                content=SAMPLES["telegram"].body,
                headers=[*headers, ("Content-Type", "application/json")],
            )
            statuses.append(answer.status_code)
    assert statuses == [200, 401]


# ---- what providers expect to hear ----


@pytest.mark.parametrize("token", ["env:V", "env:OLD"])
async def test_meta_hears_its_challenge_for_the_right_token(token: str) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "<b>1158201444"}
    async with client_of(Log(), WHATSAPP) as client:
        good = await client.get("/v1/webhooks/source", params=query)
        wrong = await client.get("/v1/webhooks/source", params={**query, "hub.verify_token": "x"})
        none = await client.get("/v1/webhooks/source")
        chat = await client.get("/v1/webhooks/chat")

    assert (good.status_code, good.text) == (200, "<b>1158201444")
    assert good.headers["content-type"].startswith("text/plain")
    assert good.headers["x-content-type-options"] == "nosniff"
    assert [answer.status_code for answer in (wrong, none, chat)] == [403, 403, 405]
    assert chat.headers["allow"] == "POST"


async def test_slack_hears_its_challenge_only_when_it_signed() -> None:
    log, body = Log(), orjson.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "t"})
    at = str(int(time.time()))
    signature = "v0=" + hmac.new(b"env:A", f"v0:{at}:".encode() + body, "sha256").hexdigest()
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature, "Content-Type": "application/json"}
    entries = entry("slack", secrets={"signing_secret": "env:A"})
    (good,), (bad,) = [await post(log, entries, body + more, headers) for more in (b"", b" ")]
    assert (good.status_code, good.text, bad.status_code) == (200, "3eZbrw1a", 401)


async def test_x_hears_the_hmac_of_its_challenge() -> None:
    from base64 import b64encode

    async with client_of(Log(), entry("x", secrets={"app_secret": "env:A"})) as client:
        answer = await client.get("/v1/webhooks/source", params={"crc_token": "abc"})
        none = await client.get("/v1/webhooks/source")
    digest = b64encode(hmac.new(b"env:A", b"abc", hashlib.sha256).digest()).decode()
    assert (answer.json(), none.status_code) == ({"response_token": f"sha256={digest}"}, 403)


async def test_a_call_hears_twiml_that_puts_it_into_the_queue_and_a_state_hears_none() -> None:
    entries, log = entry("twilio_voice", queue="orders & more"), Log()
    async with client_of(log, entries) as client:
        call = await client.post("/v1/webhooks/source", data=VOICE)
        over = await client.post("/v1/webhooks/source", data={**VOICE, "CallStatus": "completed"})
        leg = {**VOICE, "CallSid": "CA2", "CallStatus": "in-progress", "DialCallStatus": "no-answer"}
        missed = await client.post("/v1/webhooks/source", data=leg)

    assert call.headers["content-type"].startswith("text/xml")
    assert "<Enqueue>orders &amp; more</Enqueue>" in call.text
    assert over.text.endswith("<Response/>")
    assert missed.text == call.text, "an empty answer would end the call of whoever still waits"
    came = ["MessageReceived", "ConversationEnded", "MessageReceived"]
    assert [type(event).__name__ for event in events(log)] == came


async def test_intercom_asks_with_head_whether_the_url_answers() -> None:
    async with client_of(Log(), entry("intercom", secrets={"client_secret": "env:A"})) as client:
        assert (await client.head("/v1/webhooks/source")).status_code == 200


# ---- the web chat's site ----

SITE = {"origins": ["https://shop.example"], "site_key": "site-1"}


async def test_a_browser_of_the_site_may_write_and_no_other() -> None:
    log, body = Log(), SAMPLES["web_chat"].body
    good = {"Origin": "https://shop.example", "X-Site-Key": "site-1", "Content-Type": "application/json"}
    answers = [
        (await post(log, entry("web_chat", **SITE), body, headers))[0]
        for headers in (good, {**good, "Origin": "https://evil.example"}, {**good, "X-Site-Key": "x"})
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert answers[0].headers["access-control-allow-origin"] == "https://shop.example"
    async with client_of(log, entry("web_chat", **SITE)) as client:
        asked = await client.options("/v1/webhooks/source", headers={"Origin": "https://shop.example"})
        other = await client.options("/v1/webhooks/source", headers={"Origin": "https://evil.example"})
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "POST")
    assert "access-control-allow-origin" not in other.headers


async def test_a_visitor_with_a_token_cannot_write_as_somebody_else() -> None:
    log, entries = Log(), entry("web_chat", secrets={"visitor_key": KEY})
    at = int(time.time())
    for sub in ("v1", "v2"):
        claims = {"sub": sub, "email": f"{sub}@example.com", "exp": at + 60}
        token = jwt.encode(claims, KEY, algorithm="HS256")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        (answer,) = await post(log, entries, SAMPLES["web_chat"].body, headers)
        assert answer.status_code == 200
    one, two = events(log)
    assert (one.party.handle, two.party.handle) == ("v1@example.com", "v2@example.com")
    assert one.conversation_id != two.conversation_id
    await post(log, entries, b'{"type": "left", "visit": "v1", "id": "9"}', headers)
    left = msgspec.json.decode(log.batches[-1][0].value, type=ConversationEnded)
    assert left.conversation_id == two.conversation_id, "who leaves ends the conversation that they have"
    (refused,) = await post(log, entries, SAMPLES["web_chat"].body, {"Authorization": "Bearer secret"})
    assert refused.status_code == 401
