"""What holds for every adapter, whoever the provider: conversations, our own voice, batches, repeats, and the door."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import orjson
import pytest
from prometheus_client import CollectorRegistry

from services.ingest.domain.channels.registry import NAMES, find
from services.ingest.domain.reading import BODY_BYTES_MAX
from shared.contract.inputs import MessageReceived
from tests.support.channel_payloads import ASTERISK, SAMPLES, X_DIRECT, ZENDESK, direct, page, whatsapp, whatsapp_text
from tests.support.channel_variants import intercom_reply
from tests.support.channels import Result, json_of, put
from tests.support.ingest_http import HEADERS, Log, api_of, client_of

Usher = Callable[..., tuple[int, str, str]]
WEBHOOK = "/v1/webhooks/source"
OURS = sorted(set(NAMES) - {"canonical", "standard_webhooks"})  # those speak for their sender, who knows what is ours

# What to put in place of what, in the sample of each adapter, for a further message of the same conversation, and for
# one of another conversation.
FURTHER: dict[str, tuple[str, str]] = {
    "canonical": ('"m"', '"m9"'),
    "standard_webhooks": ('"m"', '"m9"'),
    "twilio": ("=SM1", "=SM9"),
    "twilio_voice": ("CallStatus=ringing", "CallStatus=in-progress&Digits=2"),
    "twilio_conversations": ("=IM1", "=IM9"),
    "whatsapp_cloud": ("wamid.1", "wamid.9"),
    "messenger": ("m_1", "m_9"),
    "instagram": ("m_1", "m_9"),
    "mailgun": ("%3Cm2%40", "%3Cm9%40"),
    "sendgrid": ("<m2@", "<m9@"),
    "postmark": ("<m2@", "<m9@"),
    "email_mime": ("<answer-2@", "<answer-9@"),
    "slack": ("1769851800.000200", "1769851900.000200"),
    "telegram": ('"message_id":7', '"message_id":9'),
    "chatwoot": ('"id":55', '"id":59'),
    "asterisk": ('"support"', '"sales"'),
    "web_chat": ('"id":"1"', '"id":"9"'),
    "x": ("954491830116155396", "954491830116155399"),
}
ELSEWHERE: dict[str, tuple[str, str]] = {
    "canonical": ('"c"', '"c9"'),
    "standard_webhooks": ('"c"', '"c9"'),
    "twilio": ("34600123456", "34600123459"),
    "twilio_voice": ("=CA1", "=CA9"),
    "twilio_conversations": ("=CH1", "=CH9"),
    "whatsapp_cloud": ('"from":"34600123456"', '"from":"34600123459"'),
    "messenger": ("PSID-1", "PSID-9"),
    "instagram": ("PSID-1", "PSID-9"),
    "mailgun": ("%3Cm1%40", "%3Cm8%40"),
    "sendgrid": ("<m1@", "<m8@"),
    "postmark": ("<m1@", "<m8@"),
    "email_mime": ("<first@", "<other@"),
    "slack": ("1769851700.000100", "1769851700.000900"),
    "telegram": ('"chat":{"id":99', '"chat":{"id":98'),
    "zendesk": ("35436", "35439"),
    "intercom": ('"147"', '"149"'),
    "chatwoot": ('"id":12', '"id":19'),
    "asterisk": ("1769851800.41", "1769851800.49"),
    "web_chat": ('"v1"', '"v9"'),
    "x": ("3001969357", "3001969359"),
}
COMMENT = {"id": 7, "body": "Still here?", "author": {"id": "20978392"}}
LATER: dict[str, Any] = {  # of those whose second message is another kind of event
    "zendesk": {**ZENDESK, "type": "zen:event-type:ticket.comment_added", "event": {"comment": COMMENT}},
    "intercom": intercom_reply(),
}


def changed(adapter: str, old: str, new: str) -> Result:
    sample = SAMPLES[adapter]
    assert old.encode() in sample.body
    return put(adapter, sample.body.replace(old.encode(), new.encode()), sample.content_type)


def sent(adapter: str, own: frozenset[str] = frozenset()) -> Result:
    return put(adapter, SAMPLES[adapter].body, SAMPLES[adapter].content_type, own)


@pytest.mark.parametrize("adapter", NAMES)
def test_a_further_message_is_of_the_same_conversation_and_one_elsewhere_is_not(adapter: str) -> None:
    first, other = sent(adapter).event(), changed(adapter, *ELSEWHERE[adapter]).event()
    again = json_of(adapter, LATER[adapter]) if adapter in LATER else changed(adapter, *FURTHER[adapter])
    further = again.event()
    assert further.conversation_id == first.conversation_id != other.conversation_id
    assert len({first.event_id, further.event_id, other.event_id}) == 3
    assert further.party.customer_id == first.party.customer_id
    assert further.reply_to.address == first.reply_to.address


@pytest.mark.parametrize("adapter", OURS)
def test_who_is_ours_opens_no_contact_on_any_channel(adapter: str) -> None:
    result = sent(adapter, frozenset({sent(adapter).event().party.handle}))
    assert (result.admitted, result.refused, result.ignored) == ([], [], ["own_message"])


def test_a_form_that_our_own_people_fill_in_opens_no_contact() -> None:
    form = {"type": "form", "id": "1", "email": "Help@shop.example.net", "text": "A trial"}
    assert json_of("web_chat", form, frozenset({"help@shop.example.net"})).ignored == ["own_message"]
    assert json_of("web_chat", form, frozenset({"@other.example.net"})).event().text == "A trial"


# ---- batches: what a provider may put into one request ----


def x_direct(number: int, **changes: Any) -> dict[str, Any]:
    (event,) = X_DIRECT["direct_message_events"]
    return {**event, "id": str(number), **changes}


BATCHES: dict[str, Callable[[], Any]] = {
    "whatsapp_cloud": lambda: whatsapp(whatsapp_text(1), whatsapp_text(2, id=None), whatsapp_text(3)),
    "messenger": lambda: page("page", direct(mid="1"), {**direct(), "sender": {}}, direct(mid="3")),
    "instagram": lambda: page("instagram", direct(mid="1"), {**direct(), "sender": {}}, direct(mid="3")),
    "x": lambda: {**X_DIRECT, "direct_message_events": [x_direct(1), x_direct(2, message_create={}), x_direct(3)]},
    "asterisk": lambda: {"events": [ASTERISK, {**ASTERISK, "Linkedid": []}, {**ASTERISK, "Linkedid": "7.7"}]},
}


@pytest.mark.parametrize("adapter", BATCHES)
def test_of_a_batch_the_good_messages_arrive_and_the_bad_one_is_one_dead_letter(adapter: str) -> None:
    result = json_of(adapter, BATCHES[adapter]())
    assert (len(result.admitted), result.ignored) == (2, [])
    (refused,) = result.refused
    assert (refused.letter.reason, refused.letter.origin.index) == ("invalid", 1)
    assert refused.letter.path


# ---- through the door ----


def published(log: Log) -> list[MessageReceived]:
    return [msgspec.json.decode(one.value, type=MessageReceived) for batch in log.batches for one in batch]


def entry(adapter: str, **more: Any) -> dict[str, Any]:
    return {"source": {"workspace": "acme", "adapter": adapter, **more}}


@pytest.mark.parametrize("adapter", NAMES)
async def test_the_same_request_again_is_answered_alike_counted_and_published_once(adapter: str) -> None:
    log, registry, sample = Log(), CollectorRegistry(), SAMPLES[adapter]
    transport = httpx.ASGITransport(app=api_of(log, entry(adapter), registry).app)
    headers = {**HEADERS, "Content-Type": sample.content_type}
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest", headers=headers) as client:
        answers = [await client.post(WEBHOOK, content=sample.body) for _ in range(3)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert (len(published(log)), log.dead) == (1, [])
    labels = {"adapter": adapter, "reason": "repeat"}
    assert registry.get_sample_value("usher_ingest_ignored_total", labels) == 2


@pytest.mark.parametrize("adapter", NAMES)
async def test_the_channel_and_the_queue_of_the_source_hold(adapter: str) -> None:
    log, sample = Log(), SAMPLES[adapter]
    async with client_of(log, entry(adapter, channel="task", queue="orders")) as client:
        answer = await client.post(WEBHOOK, content=sample.body, headers={"Content-Type": sample.content_type})
    (event,) = published(log)
    assert (answer.status_code, event.channel, event.source) == (200, "task", "source")
    assert event.routing is not None and event.routing.queue == "orders"


@pytest.mark.parametrize("adapter", NAMES)
async def test_what_is_too_large_or_of_another_type_is_refused_before_it_is_read(adapter: str) -> None:
    found, log, sample = find(adapter), Log(), SAMPLES[adapter]
    assert found is not None
    large = sample.body + b" " * (BODY_BYTES_MAX + 1 - len(sample.body))
    async with client_of(log, entry(adapter)) as client:
        too_large = await client.post(WEBHOOK, content=large, headers={"Content-Type": sample.content_type})
        other = await client.post(WEBHOOK, content=sample.body, headers={"Content-Type": "image/png"})
        packed = {"Content-Type": sample.content_type, "Content-Encoding": "gzip"}
        zipped = await client.post(WEBHOOK, content=sample.body, headers=packed)
    assert (too_large.status_code, zipped.status_code) == (413, 415)
    assert (other.status_code == 415) == bool(found.media_types)
    assert len(published(log)) == (0 if found.media_types else 1)


@pytest.mark.parametrize("adapter", NAMES)
def test_a_sample_can_be_tried_offline_field_by_field(adapter: str, usher: Usher, tmp_path: Path) -> None:
    sample, file = SAMPLES[adapter], tmp_path / "payload"
    file.write_bytes(sample.body)
    arguments = ("sources", "try", adapter, file, "--header", f"content-type:{sample.content_type}", "--damaged", 50)
    status, out, err = usher(*arguments)
    assert (status, err, out.splitlines()[0]) == (0, "", "0: usher.channel.message.v1")
    event = sent(adapter).event()
    shown = dict(line.strip().split(" = ", 1) for line in out.splitlines()[1:] if " = " in line)
    assert (shown["channel"], shown.get("text")) == (event.channel, event.text)
    document = orjson.loads(usher(*arguments, "--json")[1])
    assert (document["understood"], document["raised"], len(document["items"])) == (True, [], 1)


@pytest.mark.parametrize("adapter", OURS)
async def test_our_own_message_is_answered_with_200_and_only_counted(adapter: str) -> None:
    log, registry, sample = Log(), CollectorRegistry(), SAMPLES[adapter]
    own = entry(adapter, own=[sent(adapter).event().party.handle])
    transport = httpx.ASGITransport(app=api_of(log, own, registry).app)
    headers = {**HEADERS, "Content-Type": sample.content_type}
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest", headers=headers) as client:
        answer = await client.post(WEBHOOK, content=sample.body)
    assert (answer.status_code, log.batches, log.dead) == (200, [], [])
    labels = {"adapter": adapter, "reason": "own_message"}
    assert registry.get_sample_value("usher_ingest_ignored_total", labels) == 1


MAIL = {"bearer", "basic"}
SECRETS: dict[str, set[str]] = {  # by contract
    "canonical": {"bearer"}, "standard_webhooks": {"signing_secret"}, "twilio": {"auth_token"},
    "twilio_voice": {"auth_token"}, "twilio_conversations": {"auth_token"},
    "whatsapp_cloud": {"app_secret", "verify_token"},
    "messenger": {"app_secret", "verify_token"}, "instagram": {"app_secret", "verify_token"},
    "mailgun": {"signing_key"}, "sendgrid": {"public_key", *MAIL}, "postmark": MAIL, "email_mime": MAIL,
    "slack": {"signing_secret"}, "telegram": {"secret_token"}, "zendesk": {"signing_secret"},
    "intercom": {"client_secret"}, "chatwoot": {"signing_secret"}, "asterisk": MAIL, "web_chat": {"visitor_key"},
    "x": {"app_secret"},
}  # fmt: skip


@pytest.mark.parametrize("adapter", NAMES)
async def test_with_its_secrets_a_source_takes_nothing_that_they_did_not_sign(adapter: str) -> None:
    found, log, sample = find(adapter), Log(), SAMPLES[adapter]
    assert found is not None and found.secrets >= SECRETS[adapter]
    secrets = {name: f"env:{name}" for name in SECRETS[adapter]}
    async with client_of(log, entry(adapter, secrets=secrets)) as client:
        key, guess = dict(client.headers), {"Authorization": "Bearer env:guess"}
        answers = [
            await client.post(WEBHOOK, content=sample.body, headers={"Content-Type": sample.content_type, **more})
            for more in (key, guess, {"Authorization": ""})
        ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({answer.content for answer in answers}) == 1, "no details"
    assert log.batches == []
