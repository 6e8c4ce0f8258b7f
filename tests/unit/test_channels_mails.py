"""Mailgun and Postmark beyond a letter: stored messages, events of what was sent, spam, what stands behind a plus."""

import hmac
import time
from typing import Any

import orjson
import pytest

from tests.support.channel_payloads import MAILGUN, POSTMARK, multipart
from tests.support.channels import Result, form, json_of, mail, put
from tests.support.ingest_http import Log, client_of

STORED = {
    **MAILGUN,
    "message-url": "https://storage.example/v3/messages/1",
    "attachments": orjson.dumps(
        [{"url": "https://storage.example/1", "content-type": "image/png", "name": "a.png", "size": 5}]
    ).decode(),
}


def test_a_letter_that_mailgun_stores_keeps_where_it_and_its_attachments_are() -> None:
    event = form("mailgun", STORED).event()
    (attachment,) = event.attachments
    assert (attachment.url, attachment.name, attachment.bytes) == ("https://storage.example/1", "a.png", 5)
    assert event.attributes["stored_at"] == "https://storage.example/v3/messages/1"


@pytest.mark.parametrize(
    ("damaged", "left"),
    [
        ("nonsense", []),
        ("[5]", [(None, None)]),
        (
            '[{"url": [], "name": "a.png"}, {"url": "https://a.example/1"}]',
            [(None, "a.png"), ("https://a.example/1", None)],
        ),
        ("{}", []),
        ('"', []),
    ],
)
def test_a_damaged_list_of_attachments_costs_the_letter_nothing_else(damaged: str, left: list[Any]) -> None:
    event = form("mailgun", {**STORED, "attachments": damaged}).event()
    assert event.text == "Where is my parcel?"
    assert [(file.url, file.name) for file in event.attachments] == left
    body, kind = multipart({**MAILGUN, "attachments": damaged}, [("attachment-1", "b.pdf", "application/pdf", b"%PDF")])
    assert put("mailgun", body, kind).event().attachments[0].name == "b.pdf"


def test_the_html_of_a_letter_that_has_a_text_may_be_a_list_as_mailgun_documents_it() -> None:
    whole = json_of("mailgun", {**MAILGUN, "body-html": ["<p>one</p>", "<p>two</p>"]}).event()
    assert (whole.text, whole.attributes["unread"]) == ("Where is my parcel?", "body-html")
    bare = {**MAILGUN, "body-plain": "", "stripped-text": "", "body-html": ["<p>one</p>"]}
    assert [one.letter.path for one in json_of("mailgun", bare).refused] == ["body-html"]


def events_of(kind: str, **signature: str) -> dict[str, Any]:
    return {"signature": signature, "event-data": {"event": kind, "recipient": "ana@example.com", "timestamp": 1.5}}


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("delivered", "delivery_state"),
        ("failed", "delivery_state"),
        ("stored", "not_a_message"),
        ("held", "unknown_kind"),
    ],
)
def test_mailguns_events_of_what_was_sent_are_no_letters(kind: str, why: str) -> None:
    result = json_of("mailgun", events_of(kind))
    assert (result.admitted, result.refused, result.ignored) == ([], [], [why])


async def test_mailguns_events_are_signed_inside_and_taken_once() -> None:
    log = Log()
    source = {"mail": {"workspace": "acme", "adapter": "mailgun", "secrets": {"signing_key": "env:KEY"}}}
    now, token = int(time.time()), "t" * 50

    def signed_at(at: str) -> dict[str, Any]:
        signature = hmac.digest(b"env:KEY", (at + token).encode(), "sha256").hex()
        return events_of("opened", timestamp=at, token=token, signature=signature)

    signed, again = signed_at(str(now)), signed_at(str(now + 1))
    again["event-data"] = dict(reversed(again["event-data"].items()))
    async with client_of(log, source) as client:
        statuses = [
            (await client.post("/v1/webhooks/mail", json=document)).status_code
            for document in (signed, again, {**signed, "event-data": {"event": "other"}}, events_of("opened"))
        ]
    assert (statuses, log.batches) == ([200, 200, 401, 401], [])


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("Bounce", "bounce"),
        ("Delivery", "delivery_state"),
        ("Open", "delivery_state"),
        ("Click", "delivery_state"),
        ("SpamComplaint", "not_a_message"),
        ("SubscriptionChange", "not_a_message"),
        ("a record of next year", "unknown_kind"),
    ],
)
def test_what_postmark_tells_of_our_own_letters_is_no_letter(record: str, why: str) -> None:
    told = {"RecordType": record, "From": "help@shop.example.net", "Email": "ana@example.com", "MessageID": "1"}
    assert json_of("postmark", {**told, "Subject": "Your order"}).ignored == [why]


def test_a_letter_is_one_whether_postmark_names_its_record_or_not() -> None:
    assert json_of("postmark", {**POSTMARK, "RecordType": "Inbound"}).event().text == "Where is my parcel?"


@pytest.mark.parametrize(
    "hashed", [{"MailboxHash": "4711"}, {"ToFull": [{"Email": "a@b.example"}, {"MailboxHash": "4711"}]}]
)
def test_what_stands_behind_the_plus_of_an_address_is_kept(hashed: dict[str, Any]) -> None:
    assert json_of("postmark", {**POSTMARK, **hashed}).event().attributes["mailbox_hash"] == "4711"


def headed(*heads: tuple[str, str]) -> Result:
    return json_of("postmark", {**POSTMARK, "Headers": [{"Name": n, "Value": v} for n, v in heads]})


@pytest.mark.parametrize(
    ("result", "spam"),
    [
        (headed(("X-Spam-Status", "Yes"), ("X-Spam-Score", "9.1")), "yes"),
        (headed(("X-Spam-Status", "No"), ("X-Spam-Score", "-0.1")), None),
        (mail("X-Spam-Flag: YES"), "yes"),
        (form("mailgun", {**MAILGUN, "message-headers": '[["X-Mailgun-Sflag", "Yes"]]'}), "yes"),
        (form("mailgun", {**MAILGUN, "message-headers": '[["X-Mailgun-Sflag", "No"]]'}), None),
    ],
)
def test_what_a_filter_takes_for_spam_says_so_and_is_still_a_contact(result: Result, spam: str | None) -> None:
    assert result.event().attributes.get("spam") == spam


def test_a_head_that_mailgun_lists_counts_before_the_field_of_that_name() -> None:
    listed = {"message-headers": orjson.dumps([["Subject", "As written"]]).decode()}
    fields = {**MAILGUN, "subject": "As rewritten", "Cc": "Bo <bo@example.com>"}
    event = form("mailgun", {**fields, **listed}).event()
    assert (event.subject, event.attributes["cc"]) == ("As written", "bo@example.com")
    assert form("mailgun", fields | {"message-headers": "[]"}).event().subject == "As rewritten"


def test_one_odd_head_among_those_of_mailgun_costs_no_thread() -> None:
    heads = [["Message-Id", "<m2@example.com>"], ["X-Odd", {"a": 1}], 5, [], ["References", "<m1@example.com>"]]
    whole, damaged = (
        form("mailgun", {**MAILGUN, "message-headers": orjson.dumps(listed).decode()}).event()
        for listed in ([heads[0], heads[4]], heads)
    )
    assert (damaged.conversation_id, damaged.message_id) == (whole.conversation_id, whole.message_id)
