"""Webhooks of providers through the HTTP surface: signed by the vendors' own libraries, refused when a bit flips."""

from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import orjson
import pytest
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from shared.contract.inputs import MessageReceived
from tests.support.channels import json_of
from tests.support.ingest_builders import body
from tests.support.ingest_http import Log, client_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SOURCES = {
    "sms": {
        "workspace": "acme",
        "adapter": "twilio",
        "secrets": {"auth_token": ["env:NEW", "env:OLD"]},
        "public_url": "https://hooks.example.com",
    },
    "shop": {"workspace": "acme", "adapter": "standard_webhooks", "secrets": {"signing_secret": "env:SHOP"}},
}
SMS = {"MessageSid": "SM1", "From": "+34600123456", "To": "+34911000000", "Body": "Hola & adiós", "NumMedia": "0"}


def published(log: Log) -> list[MessageReceived]:
    return [msgspec.json.decode(message.value, type=MessageReceived) for batch in log.batches for message in batch]


async def post_sms(client: httpx.AsyncClient, token: str, fields: dict[str, str] = SMS, **changes: Any) -> Any:
    signature = RequestValidator(token).compute_signature("https://hooks.example.com/v1/webhooks/sms", fields)
    return await client.post(
        "/v1/webhooks/sms", data={**fields, **changes}, headers={"X-Twilio-Signature": signature, "Authorization": ""}
    )


async def test_a_text_message_that_twilio_signed_is_a_contact_and_its_repeat_is_none() -> None:
    log = Log()
    async with client_of(log, SOURCES) as client:
        first, again = [await post_sms(client, token) for token in ("env:NEW", "env:OLD")]

    assert (first.status_code, first.headers["content-type"].partition(";")[0]) == (200, "text/xml")
    assert again.status_code == 200
    (message,) = published(log)
    assert (message.channel, message.text, message.party.handle) == ("sms", "Hola & adiós", "+34600123456")
    assert "600123456" not in message.conversation_id


@pytest.mark.parametrize("changes", [{"Body": "other"}, {"Extra": ""}, {"From": "+34600123457"}])
async def test_what_twilio_did_not_sign_is_refused_without_details(changes: dict[str, str]) -> None:
    log = Log()
    async with client_of(log, SOURCES) as client:
        answers = [await post_sms(client, "env:NEW", **changes), await post_sms(client, "another token")]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert log.batches == []


async def test_a_standard_webhook_is_a_contact_of_the_sources_workspace() -> None:
    log = Log()
    data = {"channel": "chat", "conversation_id": "c", "from": {"handle": "ana@example.com"}, "text": "Hi"}
    body = orjson.dumps({"type": "usher.channel.message.v1", "timestamp": "2026-01-31T09:30:00Z", "data": data})
    at = datetime.now(UTC)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "Authorization": ""}
    headers["content-type"] = "application/json"
    async with client_of(log, {"shop": {**SOURCES["shop"]}}) as client:
        # The tests' secrets are their references, so the signing key is the one behind "env:SHOP".
        signature = Webhook(b"env:SHOP").sign("msg_1", at, body.decode())
        good = await client.post("/v1/webhooks/shop", content=body, headers={**headers, "webhook-signature": signature})
        bad = await client.post(
            "/v1/webhooks/shop", content=body + b" ", headers={**headers, "webhook-signature": signature}
        )

    assert (good.status_code, bad.status_code) == (200, 401)
    (message,) = published(log)
    assert (message.workspace, message.message_id, message.text) == ("acme", "msg_1", "Hi")


@pytest.mark.parametrize("webhook", [True, False], ids=["in an envelope", "bare"])
def test_a_topic_of_standard_webhooks_carries_events_in_their_envelope_or_bare(webhook: bool) -> None:
    event = body(text="Hello")
    envelope = {"type": event.pop("type"), "timestamp": "2026-01-31T09:30:00Z", "data": event}
    message = json_of("standard_webhooks", envelope if webhook else {"type": envelope["type"], **event}).event()

    assert (message.conversation_id, message.text) == ("conversation-1", "Hello")
