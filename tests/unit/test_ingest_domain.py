"""The door without any I/O: every record becomes canonical events, whatever its envelope, read as it was sent."""

import json
from base64 import b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.ingest.domain.types import EVENT_TYPES
from shared.contract import ids
from shared.contract.inputs import INPUT_TYPES, AgentSignedOn, AssignmentEnded, MessageReceived, OutcomeReported
from shared.contract.topics import AGENT_ACTIVITY, CONTACT_UPDATES, channel_topic
from shared.errors import Reason
from tests.support.ingest_builders import HELP, NOW_MS, OCCURRED_MS, body, canonical, put_body, refused

MESSAGE = "usher.channel.message.v1"


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


# ---- ids ----


def test_a_message_is_the_same_event_however_it_comes() -> None:
    bare = canonical(body())
    again = canonical(body(text="edited"), offset=99)
    structured = canonical({"specversion": "1.0", "id": "1", "source": "/x", "type": MESSAGE, "data": body()})

    assert bare.event_id == ids.message_event_id("acme", "chat", "conversation-1", "message-1")
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
    packed = {**structured, "data_base64": b64encode(json.dumps(data).encode()).decode()}
    del packed["data"]

    events = [
        canonical(packed),
        canonical(packed, headers=(("content-type", b"application/cloudevents+json"),)),
        canonical(body()),
        canonical(data, headers=binary),
        canonical(structured),
        canonical(structured, headers=(("content-type", b"application/cloudevents+json; charset=utf-8"),)),
    ]

    assert all(event == events[0] for event in events)


def test_a_bare_event_that_says_data_base64_is_read_as_it_is() -> None:
    assert canonical(body(data_base64="?")) == canonical(body())


@pytest.mark.parametrize(
    ("packed", "reason", "path"),
    [("?", Reason.INVALID, "data_base64"), (7, Reason.INVALID, "data_base64"), ("AA==", Reason.NOT_JSON, "")],
)
def test_data_that_are_no_base64_of_a_body_are_refused(packed: Any, reason: Reason, path: str) -> None:
    structured = {"specversion": "1.0", "id": "1", "source": "/x", "type": MESSAGE, "data_base64": packed}

    assert refused(structured) == (reason, path)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=256))
@example(text="a\x1fb\r\n\x1b")
def test_any_text_but_nul_and_surrogates_is_an_id(text: str) -> None:
    event = canonical(body(conversation_id=text, message_id=text, attributes={text: text}))

    assert (event.conversation_id, event.message_id, event.attributes) == (text, text, {text: text})


def test_a_caller_may_put_a_contact_behind_others() -> None:
    event = canonical(body(routing={"priority_seconds": -5.5}))

    assert event.routing.priority_seconds == -5.5


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


# ---- names in one Unicode form ----


def test_names_that_are_written_the_same_are_the_same() -> None:
    composed, decomposed = "R\u00e9clamations", "Re\u0301clamations"
    said = {
        "routing": {"queue": decomposed, "intent": decomposed, "skills": {decomposed: 3}},
        "attributes": {decomposed: decomposed},
    }

    message = canonical(body(**said))

    assert (message.routing.queue, message.routing.intent) == (composed, composed)
    assert message.routing.skills == {composed: 3}
    assert message.attributes == {composed: composed}
    signed_on = canonical(body("usher.agent.signed_on.v1", skills={decomposed: 4}))
    assert signed_on.skills == {composed: 4}
    ended = canonical(body("usher.assignment.ended.v1", transfer={"queue": decomposed, "skills": {decomposed: 2}}))
    assert (ended.transfer.queue, ended.transfer.skills) == (composed, {composed: 2})
    reported = canonical(body("usher.contact.outcome_reported.v1", context={"intent": decomposed}))
    assert reported.context.intent == composed


def test_two_names_that_are_written_the_same_are_refused() -> None:
    twins = {"R\u00e9clamations": 3, "Re\u0301clamations": 2}
    assert refused(body(routing={"skills": twins})) == (Reason.INVALID, "routing.skills")
    assert refused(body("usher.agent.signed_on.v1", skills=twins)) == (Reason.INVALID, "skills")
    named = dict.fromkeys(twins, "x")
    assert refused(body(attributes=named)) == (Reason.INVALID, "attributes")


def test_messages_of_two_conversations_may_share_an_id() -> None:
    first, second = canonical(body(conversation_id="a")), canonical(body(conversation_id="b"))
    assert first.event_id != second.event_id


def test_no_id_of_a_conversation_and_a_message_together_makes_that_of_another() -> None:
    first = canonical(body(conversation_id="a\x1fb", message_id="c"))
    second = canonical(body(conversation_id="a", message_id="b\x1fc"))
    assert first.event_id != second.event_id
