"""Signatures by what is not ours: vendors' libraries, published examples, and a comparison that tells no time."""

import hmac
import time
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pywa.utils import webhook_updates_validator
from sendgrid.helpers.eventwebhook import EventWebhook

from services.ingest.domain.channels.adapter import Payload
from services.ingest.domain.signatures import is_signed
from tests.support.channel_payloads import SAMPLES
from tests.support.ingest_http import Log, client_of
from tests.unit.test_channels_signatures import (
    CASES,
    EC_PUBLIC,
    FACTS,
    NOW,
    NOW_MS,
    payload,
    sendgrid,
)

BODIES = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)

# ---- libraries ----


def by_sendgrid(key: str, body: bytes, headers: dict[str, str]) -> bool:
    """Whether SendGrid's own library takes it."""
    name = "x-twilio-email-event-webhook-"
    verifier = EventWebhook(key)
    return bool(verifier.verify_signature(body.decode(), headers[f"{name}signature"], headers[f"{name}timestamp"]))


@given(text=BODIES, flipped=st.booleans())
@settings(max_examples=60, deadline=None)
def test_sendgrids_library_and_the_door_are_of_one_mind(text: str, flipped: bool) -> None:  # noqa: FBT001
    headers = sendgrid(text.encode(), NOW)
    body = (text + "x" if flipped else text).encode()
    assert by_sendgrid(EC_PUBLIC, body, headers) is not flipped
    assert is_signed(["sendgrid"], payload(body, headers), {"public_key": (EC_PUBLIC,)}, NOW_MS) is not flipped


@given(text=BODIES, secret=st.text("abcdef0123456789", min_size=1, max_size=40), flipped=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_library_for_whatsapp_and_the_door_are_of_one_mind(text: str, secret: str, flipped: bool) -> None:  # noqa: FBT001
    signature = "sha256=" + hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
    body = (text + "x" if flipped else text).encode()
    assert webhook_updates_validator(secret, body, signature) is not flipped
    request = payload(body, {"x-hub-signature-256": signature})
    assert is_signed(["meta"], request, {"app_secret": (secret,)}, NOW_MS) is not flipped


async def test_a_form_that_sendgrids_library_takes_is_a_contact_and_with_a_bit_flipped_it_is_none() -> None:
    log, sample = Log(), SAMPLES["sendgrid"]
    source = {"m": {"workspace": "acme", "adapter": "sendgrid", "secrets": {"public_key": "env:KEY"}}}
    headers = sendgrid(sample.body, int(time.time()))
    assert by_sendgrid(EC_PUBLIC, sample.body, headers)
    forged = bytearray(sample.body)
    forged[-20] ^= 1
    async with client_of(log, source, resolve=lambda _: EC_PUBLIC) as client:
        answers = [
            await client.post("/v1/webhooks/m", content=body, headers={**headers, "Content-Type": sample.content_type})
            for body in (bytes(forged), sample.body)
        ]
    assert [answer.status_code for answer in answers] == [401, 200]
    assert len(log.batches) == 1


# ---- published examples ----

OF_SENDGRID = (  # of the tests of its libraries
    b'[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address",'
    b'"sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",'
    b'"sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",'
    b'"smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n'
)
EXAMPLES: dict[str, tuple[str, bytes, dict[str, str], dict[str, tuple[str, ...]], int]] = {
    "sendgrid": (
        "sendgrid",
        OF_SENDGRID,
        {
            "x-twilio-email-event-webhook-signature": "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe"
            "5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
            "x-twilio-email-event-webhook-timestamp": "1600112502",
        },
        {
            "public_key": (
                "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXv"
                "VpiglSI8eNEc6wEA3F+g==",
            )
        },
        1_600_112_502_000,
    ),
    "X-Hub-Signature-256, of GitHub's documentation": (
        "meta",
        b"Hello, World!",
        {"x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
        {"app_secret": ("It's a Secret to Everybody",)},
        NOW_MS,
    ),
    "basic, of RFC 7617": (
        "credentials",
        b"",
        {"authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        {"basic": ("Aladdin:open sesame",)},
        NOW_MS,
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_that_somebody_published_is_accepted(name: str) -> None:
    scheme, body, headers, secrets, now_ms = EXAMPLES[name]
    assert is_signed([scheme], payload(body, headers), secrets, now_ms)
    (last,) = list(headers)[:1]
    wrong = {**headers, last: headers[last].replace(headers[last][-8:-2], "AAAAAA")}
    assert is_signed([scheme], payload(body, wrong), secrets, now_ms) is False


# ---- constant time ----


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("case", sorted({*CASES, "mailgun"} - {"standard_webhooks v1a", "sendgrid"}))
def test_nothing_but_a_comparison_in_constant_time_says_whether_a_signature_fits(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two left out check a key pair, which has no secret here: whoever says yes in its place lets all in."""
    compared: list[tuple[bytes, bytes]] = []

    def yes(given: bytes, wanted: bytes) -> bool:
        compared.append((given, wanted))
        return True

    monkeypatch.setattr(hmac, "compare_digest", yes)
    if case == "mailgun":
        fields = {"timestamp": str(NOW), "token": "t" * 50, "signature": "wrong"}
        request, secrets, scheme = Payload(urlencode(fields).encode(), FACTS), {"signing_key": ("old", "key")}, case
    else:
        scheme, secrets, body, sign, *_ = CASES[case]
        wrong = {name: value.replace(value[-6:], "wrong!") for name, value in sign(body, NOW).items()}
        kept = ("timestamp", "webhook-id")
        headers = {n: sign(body, NOW)[n] if any(k in n for k in kept) else value for n, value in wrong.items()}
        request = payload(body, headers)
    assert is_signed([scheme], request, secrets, NOW_MS)
    assert len(compared) >= 2, "both secrets, whichever fits"
    compared.clear()
    monkeypatch.setattr(hmac, "compare_digest", lambda *pair: compared.append(pair) or False)
    assert is_signed([scheme], request, secrets, NOW_MS) is False
    assert len(compared) >= 2
