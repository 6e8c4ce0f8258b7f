"""An answer promised by a rule: ordered and told by the router, judged by the sla service, the same for both."""

from typing import Any

import orjson
import pytest

from shared.contract.ids import event_id
from shared.contract.records import Record
from tests.support.router_builders import Router, bodies_of, body_of, policy_with
from tests.support.sla_builders import BASE_MS, Runner
from tests.unit.test_sla_after_router import Day

RULES = [
    {"name": "vip", "when": {"customer_class": "vip"}, "then": {"time_to_answer": {"within": "5s", "warn_at": 0.5}}},
    {
        "name": "hurried",
        "when": {"priority_at_least": "60s", "queue": ["orders", "general"]},
        "then": {"time_to_answer": {"within": "8s"}},
    },
    {"name": "written", "when": {"channel": "email"}, "then": {"time_to_answer": {"within": "90s"}}},
]
OWN = {"orders": 20.0, "cards": 10.0, "general": 60.0}
WITHIN = {"vip": 5.0, "hurried": 8.0, "written": 90.0}
POLICY = policy_with(targets=RULES)


def promised(queue: str, channel: str, priority: float, attributes: dict[str, str]) -> tuple[str | None, float]:
    """The rule and the seconds, read from RULES by a person."""
    if attributes.get("customer_class") == "vip":
        return "vip", WITHIN["vip"]
    if priority >= 60 and queue in ("orders", "general"):
        return "hurried", WITHIN["hurried"]
    return ("written", WITHIN["written"]) if channel == "email" else (None, OWN[queue])


class RuledDay(Day):
    """The same traffic, of customers of several classes, over two channels."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.router = Router(POLICY)
        for agent in ("a1", "a2"):
            self.router.sign_on(agent, units=2)

    def customer(self) -> None:
        self.conversations += 1
        attributes = self.rng.choice(({}, {}, {"customer_class": "vip"}, {"customer_class": "gold", "secret": "x"}))
        channel = self.rng.choice(("chat", "email"))
        hint = {"intent": self.rng.choice(("stolen_card", "complaint")), "priority_seconds": self.rng.choice((0, 99))}
        self.router.contact(f"c{self.conversations}", channel=channel, attributes=attributes, **hint)


def judged(router: Router, cut: int = 37) -> Runner:
    runner = Runner({("acme", row.version): row.body for row in router.store.policies["acme"]})
    records = [
        Record(index, event.at_ms, event.type, event_id(event.cause_id, event.ordinal), event.body, index + 1)
        for index, event in enumerate(router.events)
    ]
    for first in range(0, len(records), cut):
        runner.step(records[first : first + cut])
        runner.restart()
    runner.step([], (router.now_ms + 1_000_000 - BASE_MS) / 1000)
    return runner


def clocks(runner: Runner) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    stories: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for event in runner.events:
        if ".clock_" in event.type:
            body = orjson.loads(event.body)
            stories.setdefault(body["clock_id"], []).append((event.type.split("clock_")[1][:-3], body))
    return stories


@pytest.mark.parametrize("seed", range(4))
def test_every_entry_tells_the_rule_that_holds_and_its_clock_is_the_one_that_was_told(seed: int) -> None:
    day = RuledDay(seed)
    day.records()
    told, seen = {}, set()
    traits = {event.subject: body_of(event).get("attributes", {}) for event in day.router.events
              if event.type == "usher.contact.received.v1"}  # fmt: skip
    for event in day.router.events:
        if event.type == "usher.contact.queued.v1":
            body = body_of(event)
            rule, seconds = promised(body["queue"], body["channel"], body["priority_seconds"], traits[event.subject])
            assert (body["promised_by"], body["target_seconds"]) == (rule, seconds)
            told[event.subject, body["due_at"]] = rule
            seen.add(rule)
    assert seen == {"vip", "hurried", "written", None}, "a dull day"
    for story in clocks(judged(day.router)).values():
        name, first = story[0]
        assert name == "started"
        assert told[first["contact_id"], first["due_at"]] == first.get("rule")


def test_who_is_promised_an_earlier_answer_goes_first() -> None:
    router = Router(policy_with(targets=RULES))
    slow = router.contact("c1", channel="email")
    plain = router.contact("c2")
    vip = router.contact("c3", attributes={"customer_class": "vip"})
    router.sign_on("a1", units=3, capacity={"exclusive": []})
    assert [body["contact_id"] for body in bodies_of(router.events, "contact.offered")] == [vip, plain, slow]


def test_a_supervisor_who_hurries_a_contact_shortens_its_promise_for_both_and_waiting_longer_does_not() -> None:
    relax = [{"after": "2s", "raise_priority": "10m"}]
    general = {"targets": {"time_to_answer": {"within": "60s"}}, "relax": relax}
    router = Router(policy_with(targets=RULES, queues={"general": general}))
    waits, hurried = router.contact("c1"), router.contact("c2")
    start_ms = router.now_ms
    router.wait(3)  # both count as ten minutes older now; that is no reason to promise less
    router.command(hurried, "prioritise", seconds=90)
    router.wait(1)
    story = {body["contact_id"]: (name, body) for each in clocks(judged(router)).values() for name, body in each
             if name in ("retargeted", "breached")}  # fmt: skip
    ended = {contact: body["due_at"] for contact, (_, body) in story.items()}
    assert set(ended) == {waits, hurried}
    workspace = router.engine.book.workspaces["acme"]
    due = {each: workspace.standing(router.engine.book.contacts[each]).due_ms for each in (waits, hurried)}
    assert due == {waits: start_ms + 60_000, hurried: start_ms + 8_000}


def test_where_no_queue_promises_an_answer_a_rule_still_does() -> None:
    document = policy_with(targets=RULES[:1])
    document["queues"]["general"] = {}
    router = Router(document)
    vip = router.contact("c1", attributes={"customer_class": "vip"})
    router.contact("c2")
    (story,) = clocks(judged(router)).values()
    assert [name for name, _ in story] == ["started", "warned", "breached"]
    assert (story[0][1]["contact_id"], story[0][1]["rule"], story[0][1]["target"]) == (vip, "vip", "5s")


def test_a_promise_keeps_over_a_restart_of_the_router() -> None:
    router = Router(policy_with(targets=RULES))
    vip = router.contact("c1", attributes={"customer_class": "vip"})
    before = router.engine.book.workspaces["acme"].standing(router.engine.book.contacts[vip])
    router.restart()
    after = router.engine.book.workspaces["acme"].standing(router.engine.book.contacts[vip])
    assert (after.due_ms, after.answer.rule) == (before.due_ms, "vip") == (before.due_ms, before.answer.rule)
