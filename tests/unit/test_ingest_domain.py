"""The door without any I/O: every record becomes canonical events or a dead letter that names the field."""

from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.handles import Pseudonyms, is_withheld, normalised
from services.ingest.domain.limits import TokenBucket
from services.ingest.domain.types import EVENT_TYPES
from shared import ids
from shared.errors import Reason
from shared.inputs import INPUT_TYPES, AgentSignedOn, AssignmentEnded, MessageReceived, OutcomeReported
from shared.topics import AGENT_ACTIVITY, CONTACT_UPDATES, channel_topic
from tests.support import hostile
from tests.support.ingest_builders import (
    HELP,
    KEY,
    NOW_MS,
    OCCURRED_MS,
    Record,
    body,
    put,
    put_body,
)

MESSAGE = "usher.channel.message.v1"


def canonical(document: dict[str, Any], **changes: Any) -> Any:
    """The one canonical event of a body, decoded as the router decodes it."""
    (event,) = put_body(document, **changes).admitted
    return msgspec.json.decode(event.body, type=INPUT_TYPES[event.type])


def refused(document: Any, **changes: Any) -> tuple[Reason, str]:
    """Reason and path of the one dead letter of a body."""
    passed = put_body(document, **changes)
    assert passed.admitted == []
    (refusal,) = passed.refused
    return refusal.letter.reason, refusal.letter.path


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_inbound_type_is_read_by_the_router_as_it_was_sent(kind: str) -> None:
    sent = body(kind)

    event = canonical(sent)

    assert event.workspace == "acme"
    assert event.occurred_ms == OCCURRED_MS
    assert event.arrived_ms == NOW_MS
    same = {name: value for name, value in sent.items() if hasattr(event, name) and name not in {"workspace"}}
    assert len(same) >= 1
    assert all(msgspec.to_builtins(getattr(event, name)) == value for name, value in same.items())


def test_the_internal_type_of_policies_is_the_only_one_that_nobody_may_send() -> None:
    assert set(INPUT_TYPES) - set(EVENT_TYPES) == {"usher.policy.activated.v1"}


@pytest.mark.parametrize("kind", EVENT_TYPES)
@pytest.mark.parametrize("topic", [channel_topic("chat"), AGENT_ACTIVITY, CONTACT_UPDATES])
def test_every_known_type_is_taken_on_every_inbound_topic(kind: str, topic: str) -> None:
    assert len(put_body(body(kind), topic=topic).admitted) == 1


@pytest.mark.parametrize("kind", sorted(set(EVENT_TYPES) - {MESSAGE}))
def test_every_event_but_a_message_needs_its_time(kind: str) -> None:
    document = body(kind)
    del document["occurred_at"]

    assert refused(document) == (Reason.INVALID, "occurred_at")


def test_a_message_without_a_time_happened_when_the_log_took_it() -> None:
    document = body()
    del document["occurred_at"]

    assert canonical(document, timestamp=NOW_MS - 300).occurred_ms == NOW_MS - 300


def test_a_clock_that_runs_ahead_does_not_move_an_event_behind_its_arrival() -> None:
    assert canonical(body(occurred_at="2099-01-01T00:00:00Z")).occurred_ms == NOW_MS


@pytest.mark.parametrize("timestamp", [-1, 0, NOW_MS + 1])
def test_a_record_without_a_believable_time_counts_from_its_arrival(timestamp: int) -> None:
    document = body()
    del document["occurred_at"]

    assert canonical(document, timestamp=timestamp).occurred_ms == NOW_MS


def test_the_source_of_a_channel_topic_is_its_name_unless_the_message_says_otherwise() -> None:
    document = body()
    del document["source"]

    assert canonical(document).source == "chat"
    assert canonical(body(source="widget")).source == "widget"
    assert refused(document, topic=AGENT_ACTIVITY) == (Reason.INVALID, "source")


def test_a_source_of_one_workspace_fills_it_in_and_refuses_any_other() -> None:
    document = body()
    del document["workspace"], document["source"]

    event = canonical(document, topic=HELP)

    assert (event.workspace, event.channel, event.source) == ("acme", "email", "help")
    assert event.routing.queue == "orders"
    assert refused(body(workspace="globex"), topic=HELP) == (Reason.INVALID, "workspace")


def test_the_reply_goes_to_the_sender_in_the_same_conversation_unless_said_otherwise() -> None:
    default = canonical(body()).reply_to
    given_one = canonical(body(reply_to={"address": "desk@example.com"})).reply_to

    assert (default.address, default.thread) == ("ana@example.com", "conversation-1")
    assert (given_one.address, given_one.thread) == ("desk@example.com", None)


def test_a_customer_is_named_by_a_keyed_hash_of_the_handle_or_as_given() -> None:
    hashed = canonical(body()).party.customer_id
    named = canonical(body(**{"from": {"handle": "ana@example.com", "customer_id": "crm-17"}})).party.customer_id

    assert hashed == Pseudonyms(KEY).customer("acme", "ana@example.com")
    assert len(hashed) == 32
    assert named == "crm-17"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+34 600 12-34-56", "tel:+34600123456"),
        ("Ana@Example.com", " ana@example.com "),
        ("whatsapp:+34600123456", "+34 (600) 123456"),
        ("whatsapp:34600123456", "+34600123456"),
        ("Ana Ruiz <Ana@Example.com>", "mailto:ana@example.com?subject=Hi"),
        ("sip:+34600123456@pbx.example.com;user=phone", "+34600123456"),
        ("+44 (0)7123 456789", "+447123456789"),
        ("\u202a+34 600\u00a0123\u2011456\u202c", "+34600123456"),
        ("\uff0b\uff13\uff14 600123456", "+34600123456"),
        ("+\u0663\u0664 \u0666\u0660\u0660123456", "+34600123456"),
        ("tel:600123456;phone-context=+34", "+34600123456"),
        ("+1 800 555 0199 ext. 5", "tel:+1-800-555-0199;ext=5"),
        ("ANA.RUIZ", "ana.ruiz"),
    ],
)
def test_spellings_of_one_address_are_one_customer(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("handle", "channel", "region", "expected"),
    [
        ("600 12 34 56", "voice", "ES", "+34600123456"),
        ("600123456", "sms", "ES", "+34600123456"),
        ("0034 600123456", "voice", "ES", "+34600123456"),
        ("sip:600123456@10.0.0.1", "voice", "ES", "+34600123456"),
        ("tel:600123456", "chat", "ES", "+34600123456"),
        ("(415) 555-2671", "voice", "US", "+14155552671"),
        ("06 1234 5678", "voice", "IT", "+390612345678"),
        ("600 12 34 56", "voice", "", "600123456"),
        ("600123456", "chat", "ES", "600123456"),
        ("sip:1001@pbx.example.com", "voice", "ES", "1001@pbx.example.com"),
        ("22000", "sms", "ES", "22000"),
        ("555-1234", "voice", "US", "5551234"),
        ("Bank24x7", "sms", "ES", "bank24x7"),
        ("+34 600", "voice", "ES", "+34600"),
        ("1" + " " * 4000 + "2", "voice", "ES", "1" + " " * 4000 + "2"),
        ("U024BE7LH", "chat", "ES", "u024be7lh"),
    ],
)
def test_a_number_is_read_as_dialled_in_the_country_where_it_can_be_one(
    handle: str, channel: str, region: str, expected: str
) -> None:
    assert normalised(handle, channel, region) == expected


@given(st.text(max_size=80) | st.from_regex(r"\A(\+|tel:|sip:)?[0-9 ().\-]{3,20}(@x|;ext=1)?\Z"))
def test_a_number_in_full_is_the_same_on_every_channel(handle: str) -> None:
    for channel, region in (("voice", "ES"), ("chat", ""), ("sms", "")):
        once = normalised(handle, channel, region)
        if once.startswith("+"):
            assert normalised(once) == once == normalised(once, "sms", "US")


def test_a_customer_of_a_workspace_is_the_same_by_national_and_international_number() -> None:
    pseudonyms = Pseudonyms(KEY, {"acme": "ES"})
    for workspace, same in (("acme", True), ("other", False)):
        national = pseudonyms.customer(workspace, "600 123 456", "voice")
        assert (national == pseudonyms.customer(workspace, "+34600123456", "messaging")) is same


def test_an_id_of_a_provider_counts_for_its_source_and_a_number_or_address_everywhere() -> None:
    customer = Pseudonyms(KEY).customer
    assert customer("acme", "123456789", "messaging", "telegram-1") != customer("acme", "123456789", "chat", "help")
    assert customer("acme", "+34600123456", "messaging", "wa-main") == customer("acme", "+34600123456", "voice")
    assert customer("acme", "Ana@example.com", "email", "mail") == customer("acme", "ana@example.com", "chat")
    assert customer("acme", "user-42", "chat") == customer("acme", "user-42", "web")


@pytest.mark.parametrize("handle", ["anonymous", "Restricted", "+266696687", "sip:anonymous@anonymous.invalid"])
def test_callers_who_withhold_their_number_are_not_one_customer(handle: str) -> None:
    one, other = (
        canonical(body(channel="voice", conversation_id=call, **{"from": {"handle": handle}})).party.customer_id
        for call in ("call-1", "call-2")
    )
    assert one != other
    named = canonical(body(channel="voice", **{"from": {"handle": handle, "customer_id": "crm-17"}}))
    assert (named.party.customer_id, named.handle_key) == ("crm-17", "")
    assert is_withheld(handle, "voice")
    assert not is_withheld(handle, "chat")


def test_a_given_id_comes_with_the_key_of_its_handle() -> None:
    given = canonical(body(**{"from": {"handle": "ana@example.com", "customer_id": "crm-17"}}))
    alone = canonical(body())
    assert given.handle_key == alone.party.customer_id
    assert alone.handle_key == ""
    assert canonical(body(**{"from": {"handle": "ana@example.com", "customer_id": given.handle_key}})).handle_key == ""


def test_a_customer_has_another_pseudonym_in_another_workspace_and_under_another_key() -> None:
    names = {
        Pseudonyms(KEY).customer("acme", "ana@example.com"),
        Pseudonyms(KEY).customer("globex", "ana@example.com"),
        Pseudonyms(b"another key").customer("acme", "ana@example.com"),
    }

    assert len(names) == 3


# ---- ids ----


def test_a_message_is_the_same_event_however_it_comes() -> None:
    bare = canonical(body())
    again = canonical(body(text="edited"), offset=99)
    structured = canonical({"specversion": "1.0", "id": "1", "source": "/x", "type": MESSAGE, "data": body()})

    assert bare.event_id == ids.message_event_id("acme", "chat", "message-1")
    assert {again.event_id, structured.event_id} == {bare.event_id}


def test_other_events_are_known_by_their_cloudevents_id_else_by_their_content() -> None:
    heartbeat = body("usher.agent.heartbeat.v1")
    headers = (("ce_type", b"usher.agent.heartbeat.v1"), ("ce_id", b"17"), ("ce_source", b"/desk"))

    bare = canonical(heartbeat)
    repeated = canonical(heartbeat, offset=99)
    later = canonical({**heartbeat, "occurred_at": "2026-01-31T09:30:20Z"})
    named = canonical(heartbeat, headers=headers)
    in_another_body = canonical({**heartbeat, "extra": 1}, headers=headers)

    assert bare.event_id == repeated.event_id
    assert len({bare.event_id, later.event_id, named.event_id}) == 3
    assert named.event_id == ids.derive("ce", "acme", "/desk", "17") == in_another_body.event_id


# ---- envelopes ----


def test_binary_structured_and_bare_events_are_one_and_the_same() -> None:
    data = {name: value for name, value in body().items() if name != "type"}
    binary = (("ce_type", MESSAGE.encode()), ("ce_specversion", b"1.0"), ("content-type", b"application/json"))
    structured = {"specversion": "1.0", "id": "1", "source": "/x", "type": MESSAGE, "data": data}

    events = [
        canonical(body()),
        canonical(data, headers=binary),
        canonical(structured),
        canonical(structured, headers=(("content-type", b"application/cloudevents+json; charset=utf-8"),)),
    ]

    assert all(event == events[0] for event in events)


def test_the_time_of_the_envelope_stands_in_for_that_of_the_body() -> None:
    data = body("usher.agent.heartbeat.v1")
    del data["occurred_at"]
    headers = (("ce_type", b"usher.agent.heartbeat.v1"), ("ce_time", b"2026-01-31T10:30:00.125+01:00"))

    assert canonical(data, headers=headers).occurred_ms == OCCURRED_MS
    assert refused(data, headers=(*headers[:1], ("ce_time", b"yesterday"))) == (Reason.INVALID, "occurred_at")


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("given_header", "kept"),
    [
        (TRACE.encode(), TRACE),
        (b"00-00000000000000000000000000000000-00f067aa0ba902b7-01", ""),
        (b"\xff", ""),
        (TRACE.upper().encode(), ""),
        (None, ""),
    ],
)
def test_only_a_valid_trace_is_carried_on(given_header: bytes | None, kept: str) -> None:
    (event,) = put_body(body(), headers=(("traceparent", given_header),)).admitted

    assert event.traceparent == kept


# ---- refusals ----


@pytest.mark.parametrize("record", hostile.one_of_each(), ids=lambda record: record.label.replace(" ", "-"))
def test_a_hostile_record_is_refused_with_its_reason_and_path_or_admitted(record: hostile.Record) -> None:
    passed = put(Record(record.value, tuple(record.headers)))

    if record.reason is None:
        assert (len(passed.admitted), passed.refused) == (1, [])
    else:
        assert passed.admitted == []
        (refusal,) = passed.refused
        assert (refusal.letter.reason, refusal.letter.path) == (record.reason, record.path)


NESTED: list[tuple[str, dict[str, Any], str]] = [
    ("usher.agent.signed_on.v1", {"skills": {"cards": 9}}, "skills.cards"),
    ("usher.agent.signed_on.v1", {"skills": None}, "skills"),
    ("usher.agent.signed_on.v1", {"capacity": {}}, "capacity.units"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 0}}, "capacity.units"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 2**63}}, "capacity.units"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 1, "costs": {"chat": 0}}}, "capacity.costs.chat"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 1, "costs": {"fax": 1}}}, "capacity.costs.fax"),
    ("usher.agent.signed_on.v1", {"capacity": {"units": 1, "exclusive": ["voice", "fax"]}}, "capacity.exclusive[1]"),
    ("usher.agent.signed_on.v1", {"presence": "offline"}, "presence"),
    ("usher.agent.signed_on.v1", {"lease_seconds": 0}, "lease_seconds"),
    ("usher.agent.presence_changed.v1", {"presence": "away"}, "presence"),
    ("usher.offer.answered.v1", {"answer": "yes"}, "answer"),
    ("usher.assignment.ended.v1", {"outcome": "done"}, "outcome"),
    ("usher.assignment.ended.v1", {"transfer": {"skills": {"cards": "2"}}}, "transfer.skills.cards"),
    ("usher.assignment.ended.v1", {"wrap_up_seconds": -1}, "wrap_up_seconds"),
    ("usher.contact.outcome_reported.v1", {"by": "agent"}, "by"),
    ("usher.contact.outcome_reported.v1", {"context": {"slots": []}}, "context.slots"),
    ("usher.contact.outcome_reported.v1", {"context": {"tried": ["a", 2]}}, "context.tried[1]"),
    ("usher.contact.reply_sent.v1", {"public": "true"}, "public"),
    ("usher.contact.pending_changed.v1", {"pending": None}, "pending"),
    ("usher.conversation.ended.v1", {"reason": "bored"}, "reason"),
    ("usher.contact.commanded.v1", {"command": "delete"}, "command"),
    ("usher.contact.commanded.v1", {"command": "assign"}, "agent_id"),
    ("usher.contact.commanded.v1", {"seconds": None}, "seconds"),
]


@pytest.mark.parametrize(("kind", "changes", "path"), NESTED)
def test_a_wrong_field_is_named_by_its_path(kind: str, changes: dict[str, Any], path: str) -> None:
    assert refused(body(kind, **changes)) == (Reason.INVALID, path)


@pytest.mark.parametrize("number", [b"1e999", b"123456789012345678901234567890", b"-9223372036854775809"])
def test_free_slots_hold_only_numbers_that_every_reader_can_hold(number: bytes) -> None:
    document = orjson.dumps(body("usher.contact.outcome_reported.v1", context={"slots": {"a": ["N"]}}))

    (refusal,) = put(Record(document.replace(b'"N"', number))).refused

    assert (refusal.letter.reason, refusal.letter.path) == (Reason.INVALID, "context.slots")


def test_a_body_that_grows_beyond_all_bounds_when_it_is_written_is_refused() -> None:
    numbers = b"[" + b",".join([b"1e15"] * 50_000) + b"]"
    document = orjson.dumps(body("usher.contact.outcome_reported.v1", context={"slots": {"a": "N"}}))

    (refusal,) = put(Record(document.replace(b'"N"', numbers))).refused

    assert refusal.letter.reason is Reason.TOO_LARGE


def test_a_dead_letter_has_the_same_id_each_time_and_another_for_each_record() -> None:
    first = put(Record(b"{", offset=7)).refused[0].letter
    again = put(Record(b"{", offset=7)).refused[0].letter
    next_one = put(Record(b"{", offset=8)).refused[0].letter

    assert first == again
    assert first.id != next_one.id


def test_a_dead_letter_names_the_workspace_only_where_it_is_readable() -> None:
    wrong_field = put_body(body(channel="fax")).refused[0].letter
    wrong_type = put_body({**body(), "type": "x"}).refused[0].letter
    wrong_workspace = put_body(body(workspace="Not A Workspace")).refused[0].letter
    not_json = put(Record(b"{")).refused[0].letter

    assert (wrong_field.workspace, wrong_type.workspace) == ("acme", "acme")
    assert (wrong_workspace.workspace, not_json.workspace) == (None, None)


def test_what_is_said_about_a_refusal_repeats_no_value_of_the_sender() -> None:
    secret = "4929-1234-5678-9012"
    for field in ("channel", "conversation_id", "text", "occurred_at", "public", "language", "attributes", "routing"):
        for value in (secret, [secret], {secret: secret}, f"{secret}\x1f" * 300):
            for refusal in put_body(body(**{field: value})).refused:
                assert secret not in refusal.letter.detail


# ---- types of the canonical form ----


def test_parts_of_events_arrive_in_the_shapes_that_the_router_reads() -> None:
    message = canonical(
        body(
            attachments=[{"content_type": "image/png", "bytes": 12}],
            routing={"skills": {"cards": 3}, "tier": "agent", "priority_seconds": 60},
            attributes={"vip": "true"},
            public=True,
        )
    )
    signed_on = canonical(body("usher.agent.signed_on.v1"))
    ended = canonical(body("usher.assignment.ended.v1"))
    reported = canonical(body("usher.contact.outcome_reported.v1"))

    assert isinstance(message, MessageReceived)
    assert message.attachments[0].bytes == 12
    assert (message.routing.skills, message.routing.tier, message.routing.priority_seconds) == (
        {"cards": 3},
        "agent",
        60,
    )
    assert isinstance(signed_on, AgentSignedOn)
    assert (signed_on.capacity.units, signed_on.capacity.exclusive, signed_on.presence) == (4, ["voice"], "available")
    assert isinstance(ended, AssignmentEnded)
    assert (ended.transfer.queue, ended.transfer.warm) == ("cards", True)
    assert isinstance(reported, OutcomeReported)
    assert reported.context.slots == {"card": {"last": 4, "known": True}}


def test_a_bucket_gives_a_burst_and_then_says_how_long_to_wait() -> None:
    bucket = TokenBucket(per_second=2.0, burst=3)

    assert [bucket.take(100.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert bucket.take(100.5) == 0.0
    assert bucket.take(100.5) == pytest.approx(0.5)
