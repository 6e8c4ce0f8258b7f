"""The sla engine on what the real router says: random days of a contact centre, judged again from the log alone."""

import random
from collections import Counter

import pytest

from services.router.domain.classification.triage import Triage
from shared.contract import inputs
from shared.contract.ids import event_id
from shared.contract.records import Record
from tests.support.clarify_builders import UNCLEAR
from tests.support.router_builders import Router, body_of, policy_with
from tests.support.router_models import Shelf, WordModel
from tests.support.sla_builders import BASE_MS, LATENESS_MS, Runner
from tests.support.sla_oracle import Terms, recompute

POLICY = policy_with(
    queues={
        "orders": {
            "requires": {"orders": 2},
            "targets": {"time_to_answer": {"within": "20s", "warn_at": 0.5}, "resolution": {"within": "2m"}},
        },
        "cards": {"targets": {"time_to_answer": {"within": "10s"}}},
        "general": {"targets": {"resolution": {"within": "5m", "warn_at": 0.9}}, "life_max": "10m"},
    }
)
TERMS = Terms(
    answer={("acme", "orders"): 20, ("acme", "cards"): 10},
    resolution={("acme", "orders"): 120, ("acme", "general"): 300},
    default_queue={"acme": "general"},
    warn={("acme", "orders", "time_to_answer"): 0.5, ("acme", "general", "resolution"): 0.9},
)
INTENTS = ("order_status", "change_address", "stolen_card", "complaint")
ACTIONS = 250


class Day:
    """Random, seeded traffic: customers come and go, agents answer, decline, transfer, close, or do nothing."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.router = Router(POLICY)
        for agent in ("a1", "a2"):
            self.router.sign_on(agent, units=2)
        self.conversations = 0

    def records(self) -> list[Record]:
        """The day as the log of contacts has it."""
        moves = (self.customer, self.customer, self.answer, self.answer, self.finish, self.hang_up, self.bot, self.boss)
        for _ in range(ACTIONS):
            self.rng.choice(moves)()
            self.router.wait(self.rng.choice((0, 0, 0.5, 1, 3, 8, 15, 40)))
            for agent in ("a1", "a2"):
                self.router.presence(agent, "available")
        return log_of(self.router)

    def customer(self) -> None:
        self.conversations += 1
        self.router.contact(f"c{self.conversations}", intent=self.rng.choice(INTENTS))

    def hang_up(self) -> None:
        if self.conversations:
            self.router.hang_up(f"c{self.rng.randint(max(1, self.conversations - 5), self.conversations)}")

    def answer(self) -> None:
        offers = [row for row in self.router.store.contacts.values() if row.offer_id]
        for row in offers:
            offered = self.body("offered", row.contact_id)
            answer = self.rng.choice(("accepted", "accepted", "declined"))
            self.router.answer(offered["offer_id"], offered["agent_id"], answer)

    def finish(self) -> None:
        for row in [row for row in self.router.store.contacts.values() if row.state == "assigned"]:
            assigned = self.body("assigned", row.contact_id)
            outcome = self.rng.choice(("closed", "closed", "requeued", "transferred"))
            self.router.end(assigned["assignment_id"], assigned["agent_id"], outcome)

    def bot(self) -> None:
        for row in [row for row in self.router.store.contacts.values() if row.state in ("bot", "self_service")]:
            outcome = self.rng.choice(("resolved", "escalated", "failed"))
            self.router.outcome(row.contact_id, row.state, outcome)

    def boss(self) -> None:
        live = sorted(self.router.store.contacts)
        if live:
            command = self.rng.choice(("cancel", "requeue", "prioritise"))
            self.router.command(self.rng.choice(live), command, queue="cards", seconds=30)

    def body(self, kind: str, contact_id: str) -> dict:
        name = f"usher.contact.{kind}.v1"
        told = (event for event in reversed(self.router.events) if event.type == name and event.subject == contact_id)
        return body_of(next(told))


@pytest.mark.parametrize("seed", range(6))
def test_what_the_router_says_means_to_the_sla_service_what_it_means_to_anybody_who_reads_the_log(seed: int) -> None:
    day = Day(seed)
    records = day.records()
    runner = Runner({("acme", 1): day.router.store.policies["acme"][0].body})
    for first in range(0, len(records), 37):
        runner.step(records[first : first + 37])
        runner.restart()
    end_ms = day.router.now_ms + 1_000_000
    runner.step([], (end_ms - BASE_MS) / 1000)
    expected = recompute(records, end_ms - LATENESS_MS, TERMS)
    clocks = (each for each in runner.facts() if not each[0].startswith("usher.sla.risk_"))  # a forecast is no clock
    assert Counter(clocks) == expected
    assert runner.dead == []
    facts = Counter((name, kind) for name, _, kind, _ in expected.elements())
    assert {"started", "met", "breached", "ended_late", "cancelled"} <= {name for name, _ in facts}, "a dull day"


def log_of(router: Router) -> list[Record]:
    """What the router told, as the log of contacts has it."""
    return [
        Record(index, event.at_ms, event.type, event_id(event.cause_id, event.ordinal), event.body, index + 1)
        for index, event in enumerate(router.events)
    ]


EVERY_KIND = {
    "time_to_answer": {"within": "20s"},
    "first_response": {"within": "40s", "pause_on": ["pending", "scheduled"]},
    "next_response": {"within": "30s", "warn_at": 0.5},
    "resolution": {"within": "2m", "pause_on": ["pending", "scheduled", "bot", "self_service"]},
    "self_service_response": {"within": "5s"},
    "bot_response": {"within": "10s"},
    "handling": {"within": "1m", "on_silent": {"after": "25s", "do": "requeue"}},
}


class Talk(Day):
    """The same traffic, and what is said in it: replies, further messages, waiting for the customer."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        queues = {name: {**queue, "targets": EVERY_KIND} for name, queue in POLICY["queues"].items()}
        self.router = Router({**POLICY, "queues": queues})
        for agent in ("a1", "a2"):
            self.router.sign_on(agent, units=2)

    def customer(self) -> None:
        live = sorted(self.router.store.contacts)
        if not live or self.rng.random() < 0.4:
            self.conversations += 1
            intent = self.rng.choice(INTENTS)
            self.router.contact(f"c{self.conversations}", channel=self.rng.choice(("chat", "email")), intent=intent)
            return
        contact, common = self.rng.choice(live), self.router.common(f"said-{self.router.offset}")
        match self.rng.randint(0, 2):
            case 0:
                by = self.rng.choice(("agent", "agent", "bot"))
                self.router.say(inputs.ReplySent(**common, contact_id=contact, by=by, public=self.rng.random() < 0.8))
            case 1:
                pending = self.rng.random() < 0.5
                self.router.say(inputs.PendingChanged(**common, contact_id=contact, pending=pending))
            case _:
                self.router.say(self.router.message(f"c{self.conversations}", self.router.offset))


def played(seed: int) -> set[tuple[str, str]]:
    """One day, read at once and read in pieces by ever new owners: (fact, kind) of what was told."""
    talk = Talk(seed)
    records = talk.records()
    policies = {("acme", 1): talk.router.store.policies["acme"][0].body}
    whole, cut = Runner(policies), Runner(policies)
    for record in records:
        whole.step([record])
    for first in range(0, len(records), 23):
        cut.step(records[first : first + 23])
        cut.restart()
    end = (talk.router.now_ms + 1_000_000 - BASE_MS) / 1000
    whole.step([], end)
    cut.step([], end)
    assert cut.events == whole.events
    assert cut.database.contacts == whole.database.contacts
    assert whole.dead == []
    assert set(whole.database.contacts) == set(talk.router.store.contacts), "known are those that live, and no others"
    return {(event.type.split(".")[2].removeprefix("clock_"), body_of(event)["kind"]) for event in whole.events}


def test_all_kinds_on_what_the_router_says_leave_nothing_open_and_nothing_said_twice() -> None:
    told = {fact for seed in range(5) for fact in played(seed)}
    assert {kind for _, kind in told} == set(EVERY_KIND), "dull days"
    assert {"paused", "resumed", "warned", "met", "breached", "ended_late", "cancelled"} <= {name for name, _ in told}


@pytest.mark.parametrize("answer", ["a message", "a button"])
def test_whoever_answers_the_bots_question_and_gets_articles_had_both_in_time_though_they_took_a_minute(
    answer: str,
) -> None:
    within = {"self_service_response": {"within": "5s"}, "bot_response": {"within": "1h"}}
    rule = {"name": "automatic", "when": {"tier": ["self_service", "bot"]}, "then": within}
    policy = policy_with(classification={"model": "words"}, targets=[rule])
    router = Router(policy, Triage(Shelf(words=WordModel())))
    contact = router.contact(text=UNCLEAR)
    router.now_ms += 60_000
    if answer == "a message":
        router.say(router.message(number=2, text="where is my parcel"))
    else:
        context = inputs.HandOffContext(intent="order_status")
        router.outcome(contact, "bot", "escalated", reason="clarified", context=context)
    assert router.state(contact) == "self_service"
    runner = Runner({("acme", 1): router.store.policies["acme"][0].body})
    runner.step(log_of(router), (router.now_ms + 10**7 - BASE_MS) / 1000)
    told = {(name, kind) for name, _, kind, _ in runner.facts()}
    assert told == {(name, kind) for name in ("started", "met") for kind in ("self_service_response", "bot_response")}
