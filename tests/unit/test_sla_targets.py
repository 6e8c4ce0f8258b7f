"""Targets by queue, channel, tier, priority, customer class and attribute: for each kind the first rule that holds."""

from typing import Any

import pytest

from services.sla.domain.clock import Kind
from services.sla.domain.contact import Contact
from services.sla.domain.promises import Promises, is_remembered, is_reply, promises_of
from shared.policy.errors import PolicyErrors
from shared.policy.kinds import SPANS, Moment, Span
from shared.policy.parse import parse_policy
from tests.support.router_builders import Router, body_of, policy_with
from tests.support.sla_story import Story, policy_of

M = Moment


def rules(*whens: dict[str, Any]) -> list[dict[str, Any]]:
    """One rule for each condition; the n-th promises a first response within n + 1 minutes."""
    return [
        {"name": f"r{n}", "when": when, "then": {"first_response": {"within": f"{n + 1}m"}}}
        for n, when in enumerate(whens)
    ]


def promises(*whens: dict[str, Any]) -> Promises:
    queues = {
        "orders": {"targets": {"first_response": {"within": "1h"}, "resolution": {"within": "1d"}}},
        "cards": {},
    }
    return promises_of(parse_policy(policy_of(queues, targets=rules(*whens))), 1)


def first_response(found: Promises, queue: str | None = "orders", **fields: Any) -> str | None:
    contact = Contact(**{"contact_id": "c", "workspace": "acme", "channel": "chat", "tier": "agent", **fields})
    target = found.of(Kind.FIRST_RESPONSE, contact, queue)
    return None if target is None else target.name


@pytest.mark.parametrize(
    ("starts", "ends", "remembered", "reply"),
    [
        ({M.QUEUED}, {M.ASSIGNED}, False, False),
        ({M.QUEUED}, {M.SCHEDULED}, False, False),
        ({M.QUEUED}, {M.ASSIGNED, M.CLOSED}, True, True),
        ({M.ASSIGNED}, {M.AGENT_ANSWERED}, True, True),
        ({M.SCHEDULED}, {M.ASSIGNED}, True, True),
        ({M.QUEUED, M.CUSTOMER_WROTE}, {M.ASSIGNED}, True, True),
        ({M.SENT_TO_BOT}, {M.CLOSED}, True, False),
        ({M.BOT_REPORTED}, {M.QUEUED}, True, False),
        ({M.QUEUED, M.SENT_TO_BOT}, {M.ASSIGNED}, True, False),
    ],
)
def test_from_when_on_a_contact_must_be_known_for_a_promise_follows_from_where_that_begins_and_ends(
    starts: set[Moment], ends: set[Moment], remembered: bool, reply: bool
) -> None:
    span = Span(tuple(starts), tuple(ends))
    assert (is_remembered(span), is_reply(span)) == (remembered, reply)


@pytest.mark.parametrize("kind", Kind)
def test_a_policy_remembers_contacts_for_each_kind_that_reaches_beyond_a_queue(kind: Kind) -> None:
    one = promises_of(parse_policy(policy_of({"orders": {"targets": {kind.value: {"within": "1h"}}}, "cards": {}})), 1)
    assert (one.remembers, one.replies) == (is_remembered(SPANS[kind.value]), is_reply(SPANS[kind.value]))


def test_kinds_of_today_ask_for_what_they_always_asked_to_be_remembered() -> None:
    assert not is_remembered(SPANS["time_to_answer"])
    replies = SPANS["first_response"], SPANS["next_response"], SPANS["handling"]
    assert all(is_remembered(span) and is_reply(span) for span in replies)
    from_arrival = SPANS["resolution"], SPANS["self_service_response"], SPANS["bot_response"]
    assert all(is_remembered(span) and not is_reply(span) for span in from_arrival)


@pytest.mark.parametrize(
    ("when", "fields", "holds"),
    [
        ({"queue": "cards"}, {"queue": "cards"}, True),
        ({"queue": ["cards", "orders"]}, {"queue": None}, True),  # without a queue as if in the default
        ({"queue": "cards"}, {}, False),
        ({"channel": "chat"}, {}, True),
        ({"channel": ["voice", "email"]}, {}, False),
        ({"tier": "bot"}, {"tier": "bot"}, True),
        ({"tier": "bot"}, {}, False),
        ({"priority_at_least": "10m"}, {"priority_seconds": 600.0}, True),
        ({"priority_at_least": "10m"}, {"priority_seconds": 599.0}, False),
        ({"customer_class": "gold"}, {"attributes": {"customer_class": "gold"}}, True),
        ({"customer_class": ["gold", "silver"]}, {"attributes": {"customer_class": "silver"}}, True),
        ({"customer_class": "gold"}, {}, False),
        ({"attributes": {"vip": "true", "site": "x"}}, {"attributes": {"vip": "true", "site": "x"}}, True),
        ({"attributes": {"vip": "true", "site": "x"}}, {"attributes": {"vip": "true"}}, False),
        ({"channel": "chat", "tier": "bot"}, {}, False),  # all that are given
    ],
)
def test_a_rule_holds_when_all_its_conditions_do(when: dict, fields: dict, holds: bool) -> None:
    queue = fields.pop("queue", "orders") if "queue" in fields else "orders"
    assert (first_response(promises(when), queue, **fields) == "1m") is holds


def test_the_first_rule_that_holds_and_names_the_kind_wins_else_the_queue() -> None:
    found = promises({"attributes": {"vip": "true"}}, {"channel": "chat"})
    assert first_response(found, attributes={"vip": "true"}) == "1m"
    assert first_response(found) == "2m"
    assert first_response(found, channel="voice") == "1h"
    assert first_response(found, "cards", channel="voice") is None
    contact = Contact(contact_id="c", workspace="acme", channel="chat")
    resolution = found.of(Kind.RESOLUTION, contact, "orders")
    assert resolution is not None
    assert resolution.name == "1d", "no rule says anything of resolutions"


def test_a_rule_says_its_name_in_the_log_and_counts_for_the_contacts_queue() -> None:
    policy = policy_of({"orders": {"targets": {"resolution": {"within": "1d"}}}}, targets=rules({"channel": "email"}))
    story = (
        Story(policy).arrives("2026-06-11T09:00").at("2026-06-11T09:05", "reply_sent", by="agent", public=True).play()
    )
    assert story.last("first_response", "ended_late", "rule") == "r0"
    assert story.runner.total("breaches", "first_response", "1m", "orders", "email") == 1


def test_attributes_of_the_first_message_decide_for_the_contacts_life() -> None:
    policy = policy_of({"orders": {}, "cards": {}}, targets=rules({"customer_class": "gold"}))
    story = Story(policy).at("2026-06-11T09:00", "received", attributes={"customer_class": "gold"})
    story.at("2026-06-11T09:01", "queued", queue="cards").play()
    assert story.due("first_response") == "2026-06-11T09:01:00"


def test_a_removed_rule_ends_its_clocks_and_only_its() -> None:
    queue = {"orders": {"targets": {"first_response": {"within": "3h"}, "resolution": {"within": "1d"}}}}
    story = Story(policy_of(queue, targets=rules({"channel": "email"})), policy_of(queue))
    story.log.channel = "email"
    story.arrives("2026-06-11T09:00").activate("2026-06-11T09:00:30", 2).play(until="2026-06-11T10:00")
    assert [name for name, _ in story.told("first_response")] == ["started", "cancelled"]
    assert [name for name, _ in story.told("resolution")] == ["started"]


def refused(**parts: Any) -> dict[str, str]:
    queues = parts.pop("queues", {"orders": {}, "cards": {}})
    with pytest.raises(PolicyErrors) as caught:
        parse_policy(policy_of(queues, {"mon": ["09:00-10:00"]}, **parts))
    return {fault.path: f"{fault.message}; {fault.hint}" for fault in caught.value.errors}


THEN = {"first_response": {"within": "1m"}}


def in_calendar(within: str, name: str) -> dict[str, Any]:
    return {"resolution": {"within": within, "calendar": name}}


@pytest.mark.parametrize(
    ("parts", "path", "words"),
    [
        ({"targets": [{"name": "r", "when": {}, "then": THEN}]}, "targets[0].when", "has no condition"),
        ({"targets": [{"name": "r", "when": {"channel": "chat"}, "then": {}}]}, "targets[0].then", "is empty"),
        ({"targets": [{"name": "r", "when": {"queue": "card"}, "then": THEN}]}, "targets[0].when.queue", "cards"),
        ({"targets": [{"name": "r", "when": {"chanel": "x"}, "then": THEN}]}, "targets[0].when.chanel", "channel"),
        ({"targets": rules({"tier": ["agent", "bot"]}, {"tier": "bot"})}, "targets[1].then.first_response", "'r0'"),
        (
            {"targets": [{"name": "r", "when": {"tier": "bot"}, "then": in_calendar("60d", "office")}]},
            "targets[0].then.resolution.within",
            "more than a year",
        ),
        (
            {"targets": [{"name": "r", "when": {"tier": "bot"}, "then": in_calendar("1d", "o")}]},
            "targets[0].then.resolution.calendar",
            "there is no calendar",
        ),
        (
            {"targets": [{"name": "r", "when": {"tier": "bot"}, "then": {"time_to_answer": {"within": "20s"}}}]},
            "targets[0].then.time_to_answer",
            "waits for an agent",
        ),
        (
            {"queues": {"orders": {"targets": {"bot_response": {"within": "1m", "pause_on": ["bot"]}}}}},
            "queues.orders.targets.bot_response.pause_on[0]",
            "it may pause on pending",
        ),
        (
            {"queues": {"orders": {"targets": {"self_service_response": {"within": "1m", "pause_on": ["pending"]}}}}},
            "queues.orders.targets.self_service_response.pause_on[0]",
            "leave pause_on out",
        ),
        (
            {"queues": {"orders": {"targets": {"resolution": {"within": "1m", "pause_on": ["lunch"]}}}}},
            "queues.orders.targets.resolution.pause_on[0]",
            "pending",
        ),
    ],
)  # fmt: skip
def test_a_target_that_cannot_be_meant_is_refused_with_path_and_fix(parts: dict, path: str, words: str) -> None:
    found = refused(**parts)
    assert list(found) == [path]
    assert words in found[path]


def test_the_log_tells_no_attributes_but_those_on_which_a_target_depends() -> None:
    policy = parse_policy(
        policy_of({"orders": {}}, targets=rules({"attributes": {"vip": "true"}}, {"customer_class": "gold"}))
    )
    assert policy.target_attributes == ("customer_class", "vip")
    assert parse_policy(policy_of({"orders": {}})).target_attributes == ()
    router = Router(policy_with(targets=rules({"attributes": {"vip": "true"}}, {"customer_class": "gold"})))
    router.contact("c1", attributes={"secret": "x", "vip": "true", "customer_class": "gold"})
    received = next(body_of(event) for event in router.events if event.type == "usher.contact.received.v1")
    assert received["attributes"] == {"customer_class": "gold", "vip": "true"}
    router.contact("c2", attributes={"secret": "x"})
    assert b"secret" not in b"".join(event.body for event in router.events)


AUTOMATED: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "bot_response": [("classified", "bot", {}), ("sent_to_bot", "", {"bot": "default"})],
    "self_service_response": [("classified", "self_service", {})],
    "resolution": [("classified", "self_service", {}), ("sent_to_self_service", "", {"articles": []})],
}


def told_of(kind: str, queue: str | None, *policies: dict[str, Any]) -> list[tuple[str, str]]:
    """The queue and rule of each clock of whoever was classified for that queue and is served without a person."""
    story = Story(*policies).at("2026-06-11T09:00", "received")
    for number, (what, tier, fields) in enumerate(AUTOMATED[kind], 1):
        more = {"tier": tier, "queue": queue} if tier else {}
        story.at(f"2026-06-11T09:00:0{number}", what, **fields, **more)
    if len(policies) > 1:
        story.activate("2026-06-11T09:00:05", 2)
    story.play()
    started = [body for name, body in story.bodies() if name == "started" and body["kind"] == kind]
    return [(body["queue"], body.get("rule", "")) for body in started]


@pytest.mark.parametrize("kind", AUTOMATED)
def test_whoever_is_served_without_a_person_is_promised_what_the_queue_promises_for_which_they_were_classified(
    kind: str,
) -> None:
    promised = {"targets": {kind: {"within": "1m"}}}
    nothing = policy_of({"general": {}, "orders": {}})
    assert told_of(kind, "orders", policy_of({"general": {}, "orders": promised})) == [("orders", "")]
    assert told_of(kind, "orders", policy_of({"general": promised, "orders": {}})) == []
    assert told_of(kind, None, policy_of({"general": promised, "orders": {}})) == [("general", "")]
    rule = {"name": "r", "when": {"queue": "orders"}, "then": {kind: {"within": "1m"}}}
    ruled = policy_of({"general": {}, "orders": {}}, targets=[rule])
    assert told_of(kind, "orders", ruled) == [("orders", "r")]
    assert told_of(kind, "general", ruled) == []
    for later, expected in ((ruled, "r"), (policy_of({"general": {}, "orders": promised}), "")):
        found = told_of(kind, "orders", nothing | {"targets": [remembering(kind)]}, later | {"apply_to_open": True})
        assert found == [("orders", expected)]


@pytest.mark.parametrize("kind", AUTOMATED)
@pytest.mark.parametrize("gone_at", ["2026-06-11T09:00:02", "2026-06-11T09:00:10"])
@pytest.mark.parametrize("open_too", [False, True])
def test_where_the_queue_is_gone_for_which_somebody_was_classified_the_default_one_promises_as_they_would_wait_there(
    kind: str, gone_at: str, open_too: bool
) -> None:
    promised = {"targets": {kind: {"within": "1m"}}}
    policies = (policy_of({"general": promised, "orders": promised}), policy_of({"general": promised}))
    story = Story(policies[0], policies[1] | {"apply_to_open": open_too}).at("2026-06-11T09:00", "received")
    for at, (what, tier, fields) in zip(("2026-06-11T09:00:01", "2026-06-11T09:00:03"), AUTOMATED[kind], strict=False):
        if at > gone_at:
            story.activate(gone_at, 2)
        story.at(at, what, **fields, **({"tier": tier, "queue": "orders"} if tier else {}))
    if gone_at > at:
        story.activate(gone_at, 2)
    story.play()
    told = [(name, body["queue"]) for name, body in story.bodies() if body["kind"] == kind]
    if gone_at < at:
        assert told == [("started", "general")]
    else:
        again = [("started", "general")] if open_too else []
        assert told == [("started", "orders"), ("cancelled", "orders"), *again]


def remembering(kind: str) -> dict[str, Any]:
    """A rule for nobody here; but it promises, so contacts are remembered from their arrival."""
    return {"name": "nobody", "when": {"channel": "task"}, "then": {kind: {"within": "1m"}}}


def test_a_queue_that_somebody_waits_in_is_theirs_whatever_a_later_message_is_about() -> None:
    story = Story(policy_of({"general": {"targets": {"first_response": {"within": "1h"}}}, "orders": {}}))
    story.arrives("2026-06-11T09:00", "orders").at("2026-06-11T09:01", "classified", tier="bot", queue="general")
    story.activate("2026-06-11T09:02", 1).play()
    assert story.told("first_response") == []
