"""Promises among all that a router does at once: random days, judged from the log by a checker that counts minutes."""

import random
from collections import Counter, defaultdict
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from services.router.domain.insight.at_risk import AtRisk
from services.router.domain.insight.standing import queue_standings
from services.router.domain.states import ContactState
from services.sla.domain.clock import TIME_TO_ANSWER, Clock, State
from services.sla.domain.engine import SlaEngine
from services.sla.domain.rows import decode_contact
from services.sla.domain.totals import ANNOUNCED, BREACHES, CLOCKS, LATE_BUCKET, LATE_SUM, RISKS, WAIT_SUM
from shared.contract import inputs
from shared.contract.ids import event_id
from shared.contract.records import Record
from shared.policy import PolicyErrors, parse_policy
from shared.policy.kinds import SPANS
from tests.support.documented import undocumented
from tests.support.promise_checker import DECIDED, Judge, facts_of
from tests.support.router_builders import Router, body_of
from tests.support.sla_builders import BASE_MS, LATENESS_MS, Runner
from tests.unit.test_router_combinations import AGENTS, Combined, made_policy
from tests.unit.test_router_laws import Player

SEEDS = 14
MOVES = 240
# Hours that the clocks of Berlin repeat and skip, and the last ones before a holiday there.
STARTS_MS = (1_698_540_600_000, 1_711_846_200_000, 1_798_149_000_000)
ANSWERED = (WAIT_SUM, "answered")
WITHIN = {
    "time_to_answer": ("2s", "20s", "3m"), "first_response": ("5s", "1m", "10m"), "next_response": ("3s", "30s", "5m"),
    "resolution": ("10s", "2m", "20m"), "self_service_response": ("1s", "1m"), "bot_response": ("2s", "30s"),
    "handling": ("10s", "1m", "10m"),
}  # fmt: skip
WHENS: list[dict[str, Any]] = [
    {"channel": ["voice", "email"]}, {"priority_at_least": "5s"}, {"customer_class": "gold"}, {"queue": "general"},
]  # fmt: skip
CALENDARS = {
    "office": {"open": {"mon-sun": ["00:00-00:53", "00:55-21:53", "21:56-24:00"]}},
    "berlin": {
        "timezone": "Europe/Berlin",
        "open": {"mon-sun": ["00:00-02:05", "02:08-02:31", "02:50-03:01", "03:04-23:58"]},
        "holidays": ["2026-12-25"],
    },
}


def promising(dice: random.Random, quiet: bool) -> dict[str, Any]:
    """A random policy that parsing takes, with promises of every kind."""
    for _ in range(200):
        made = made_policy(dice, quiet)
        made["calendars"] = deepcopy(CALENDARS)
        made["apply_to_open"] = dice.random() < 0.5
        for queue in made["queues"].values():
            queue["targets"] = {kind: _target(dice, kind) for kind in WITHIN if dice.random() < 0.7}
            if dice.random() < 0.6:
                queue["targets"]["time_to_answer"] = _acting(dice, sorted(made["queues"]))
            if dice.random() < 0.4:
                queue["targets"].setdefault("handling", {"within": "10m"})["on_silent"] = {
                    "after": dice.choice(["3s", "20s"]), "do": dice.choice(["remind", "requeue", "requeue"]),
                }  # fmt: skip
        if dice.random() < 0.6:
            whens = dice.sample(WHENS, dice.randint(1, 3))
            made["targets"] = [{"name": f"r{n}", "when": when, "then": _then(dice)} for n, when in enumerate(whens)]
        try:
            parse_policy(made, not_yet=())
        except PolicyErrors:
            continue
        return made
    raise AssertionError("none of 200 random policies is right")


def _target(dice: random.Random, kind: str) -> dict[str, Any]:
    target: dict[str, Any] = {"within": dice.choice(WITHIN[kind])}
    if dice.random() < 0.4:
        target["warn_at"] = dice.choice([0.5, 0.9])
    if dice.random() < 0.4:
        target["calendar"] = dice.choice(["office", "berlin", "berlin"])
    if SPANS[kind].may_pause and dice.random() < 0.6:
        target["pause_on"] = dice.sample(SPANS[kind].may_pause, dice.randint(0, len(SPANS[kind].may_pause)))
    return target


def _acting(dice: random.Random, queues: list[str]) -> dict[str, Any]:
    """An answer that is promised with what is done about it; in some queues that is wrong, and parsing says so."""
    ways: list[dict[str, Any]] = [{"boost": "5m"}, {"add_queue": dice.choice(queues)}, {"overflow": {"callback": True}}]
    leaves = {"overflow": {"queue": dice.choice(queues)}}
    return {
        "within": dice.choice(("2s", "20s")), "warn_at": dice.choice([0.1, 0.5]),
        "on_warn": dice.sample(ways[:2], dice.randint(0, 2)), "on_breach": [dice.choice([*ways, leaves])],
    }  # fmt: skip


def _then(dice: random.Random) -> dict[str, Any]:
    kinds = dice.sample(("first_response", "next_response", "resolution", "handling", "time_to_answer"), 2)
    return {kind: _target(dice, kind) for kind in kinds}


class Promised(Combined):
    """All moves of the combinations, and what only promises care about: replies, notes, pending, bots, merges."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.quiet, self.crowded, self.agents = seed % 2 == 1, False, AGENTS
        Player.__init__(self)
        self.policies: dict[int, dict[str, Any]] = {}
        self.router = Router(None, start_ms=STARTS_MS[seed % len(STARTS_MS)])
        self._apply(self._change())
        for agent in self.agents:
            self._apply(self._sign(agent))

    def move(self) -> None:
        if self.dice.random() < 0.3:
            moves = (self._say, self._say, self._wait_for_customer, self._wait_for_customer, self._join)
            said = self.dice.choice(moves)()
            if said is not None:
                self._apply(said)
        else:
            super().move()

    def _write(self) -> inputs.Input:
        said = super()._write()
        gold = {"customer_class": self.dice.choice(["gold", "none"])}
        party = inputs.Party(handle="+34600000001", customer_id=self.dice.choice(["cust-1", "cust-2", "cust-3"]))
        return msgspec.structs.replace(said, attributes=gold, party=party)

    def _some(self) -> str | None:
        live = sorted(self.router.engine.book.contacts)
        return self.dice.choice(live) if live else None

    def _say(self) -> inputs.Input | None:
        contact, by = self._some(), self.dice.choice(("agent", "agent", "bot"))
        if contact is None:
            return None
        return inputs.ReplySent(**self._common(), contact_id=contact, by=by, public=self.dice.random() < 0.8)

    def _wait_for_customer(self) -> inputs.Input | None:
        contact = self._some()
        if contact is None:
            return None
        return inputs.PendingChanged(**self._common(), contact_id=contact, pending=self.dice.random() < 0.6)

    def _join(self) -> inputs.Input:
        one, other = self.dice.sample(("cust-1", "cust-2", "cust-3"), 2)
        return self._customer(self.dice.choice(("merge", "split")), one, other)

    def _change(self) -> inputs.Input:
        made = promising(self.dice, self.quiet)
        self.policies[len(self.policies) + 1] = made
        policy = parse_policy(made, not_yet=())
        return inputs.PolicyActivated(**self._common(), hash=policy.hash, policy=policy.document())


def played(seed: int, restarts: bool = False) -> Promised:
    """A day; with ``restarts`` the partition goes to another owner now and then."""
    day = Promised(seed)
    for number in range(MOVES):
        day.move()
        if restarts and number % 7 == seed % 7:
            day.router.restart()
    return day


class Reader:
    """A day that was played, read by an sla service record by record, as late as it happened or much later."""

    def __init__(self, seed: int) -> None:
        self.day = played(seed)
        self.events = self.day.router.events
        self.runner = self.new_runner()
        for record in self.records():
            self.runner.step([record])

    def records(self) -> list[Record]:
        """The log as the sla service has it."""
        return [
            Record(index, event.at_ms, event.type, event_id(event.cause_id, event.ordinal), event.body, index + 1)
            for index, event in enumerate(self.events)
        ]

    def new_runner(self) -> Runner:
        """An sla service that knows the day's policies and has read nothing."""
        return Runner({("acme", row.version): row.body for row in self.day.router.store.policies["acme"]})

    def wait_until(self, now_ms: int) -> None:
        """All was read, and this is the time up to which nothing else happened."""
        self.runner.step([], (now_ms + LATENESS_MS + 1 - BASE_MS) / 1000)

    def clocks(self) -> dict[str, list[Clock]]:
        """Contact id -> its clocks that are not over."""
        return {key: decode_contact(body).clocks for key, body in self.runner.database.contacts.items()}


@pytest.fixture(scope="module", params=range(SEEDS))
def read(request: pytest.FixtureRequest) -> Reader:
    """One day, with everybody who is left at its end."""
    return Reader(request.param)


def test_who_is_overdue_to_the_router_is_late_to_the_sla_service_too(read: Reader) -> None:
    now_ms = read.day.router.now_ms
    read.wait_until(now_ms)
    workspace = read.day.router.engine.book.workspaces["acme"]
    told = {name: standing.overdue for name, standing in queue_standings(workspace, AtRisk(), now_ms)}
    expected, unsure = Counter[str](), Counter[str]()
    version = len(read.day.policies)
    for contact_id, clocks in read.clocks().items():
        contact = read.day.router.engine.book.contacts[contact_id]
        clock = next((clock for clock in clocks if clock.kind is TIME_TO_ANSWER), None)
        if contact.state is not ContactState.QUEUED:
            continue
        # A clock may keep the promise of an older policy or of its first queue; the order follows those of today.
        if clock is None or (clock.policy, clock.queue) != (version, contact.queue) or clock.pauses:
            unsure[contact.queue] += 1
        elif clock.state is State.BREACHED:
            expected[contact.queue] += 1
    for queue, overdue in told.items():
        if workspace.rules.queue(queue).answer.promised:
            assert expected[queue] <= overdue <= expected[queue] + unsure[queue]


def test_each_contact_that_waits_is_in_one_queues_figures(read: Reader) -> None:
    now_ms = read.day.router.now_ms
    book = read.day.router.engine.book
    waits = defaultdict(list)
    for contact in book.contacts.values():
        if contact.state is ContactState.QUEUED:
            waits[contact.queue].append(now_ms - contact.waits_since_ms)
    for queue, standing in queue_standings(book.workspaces["acme"], AtRisk(), now_ms):
        assert standing.waiting == len(waits[queue])
        assert standing.oldest_seconds * 1000 == pytest.approx(max(waits[queue], default=0))


def test_every_promise_is_judged_as_minutes_counted_from_the_log_say(read: Reader) -> None:
    read.wait_until(read.day.router.now_ms + 10**8)
    assert read.runner.dead == []
    assert undocumented(read.runner.events) == []
    judge = Judge(((event.type, event.body) for event in read.events), read.day.policies)
    assert judge.faults(read.runner.events) == []
    assert all(clock.state is not State.RUNNING for clocks in read.clocks().values() for clock in clocks)


def test_who_is_served_without_a_person_is_held_to_the_queue_for_which_the_log_says_that_they_are(read: Reader) -> None:
    read.wait_until(read.day.router.now_ms + 10**8)
    meant: dict[str, set[str]] = defaultdict(set)
    for event in read.events:
        if event.type == "usher.contact.classified.v1":
            body = body_of(event)
            meant[body["contact_id"]].add(body["queue"])
    policies = read.day.policies.values()
    for story in facts_of(read.runner.events).values():
        body = story[0].body
        if body["kind"] in ("bot_response", "self_service_response"):
            queues = meant[body["contact_id"]]
            instead = {policy["default_queue"] for policy in policies if not queues <= policy["queues"].keys()}
            assert body["queue"] in queues | instead


def test_every_figure_is_the_sum_of_what_was_told(read: Reader) -> None:
    read.wait_until(read.day.router.now_ms + 10**8)
    facts = [fact for story in facts_of(read.runner.events).values() for fact in story]
    decided = Counter(
        (fact.body["kind"], fact.body["target"], fact.body["queue"], fact.name)
        for fact in facts
        if fact.name in DECIDED
    )
    totals = read.runner.database.totals
    assert decided == Counter({key[2:]: int(value) for key, value in totals.items() if key[0] == CLOCKS and value})
    breaches = Counter({key[2:5]: 0 for key in totals if key[0] == BREACHES})
    for key, value in totals.items():
        if key[0] == BREACHES:
            breaches[key[2:5]] += int(value)
    assert +breaches == Counter({key[:3]: number for key, number in decided.items() if key[3] == "breached"})
    assert breaches.total() == len(read.runner.database.breaches), "each partition's counters are its rows"
    hours = Counter[tuple[str, ...]]()
    for (_, key), (number, _, _) in read.runner.database.hours.items():
        if key[0] == "clock":
            hours[key[2], key[3], key[4], key[7]] += number
    assert hours == decided, "reports and metrics are the same figures"
    for kind, number in read.runner.engine.open_clocks.items():
        started = sum(fact.name == "started" for fact in facts if fact.body["kind"] == kind)
        assert number == started - sum(each for key, each in decided.items() if key[0] == kind)
    judge = Judge(((event.type, event.body) for event in read.events), read.day.policies)
    waited = Counter({key[2:4]: round(value * 1000) for key, value in totals.items() if (key[0], key[-1]) == ANSWERED})
    assert +waited == +judge.answered()


def test_what_is_said_of_announcements_is_what_was_announced(read: Reader) -> None:
    read.wait_until(read.day.router.now_ms + 10**8)
    became, announced = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    raised_ms: dict[str, int] = {}
    for event in read.runner.events:
        body, name = body_of(event), event.type.split(".")[2].removeprefix("clock_")
        clock_id, queue = body["clock_id"], body["queue"]
        if name == "breached" and body["kind"] == "time_to_answer":
            ahead = event.at_ms - raised_ms.get(clock_id, event.at_ms + 1)
            in_time = ahead >= min(30_000, 250 * body["target_seconds"])
            announced[queue, "never" if ahead < 0 else "in_time" if in_time else "late"] += 1
        if name == "risk_raised":
            raised_ms[clock_id] = event.at_ms
        elif name == "risk_cleared" or (name in DECIDED and clock_id in raised_ms):
            del raised_ms[clock_id]
            became[queue, "cleared" if name == "risk_cleared" else name] += 1
    totals = read.runner.database.totals
    assert became == Counter({key[2:]: int(value) for key, value in totals.items() if key[0] == RISKS and value})
    assert announced == Counter({key[2:]: int(value) for key, value in totals.items() if key[0] == ANNOUNCED and value})
    assert sum(read.runner.engine.at_risk.values()) == len(raised_ms)


def test_lateness_is_what_the_events_tell_of_it(read: Reader) -> None:
    seconds, number = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for event in read.runner.events:
        body = body_of(event)
        if event.type == "usher.sla.clock_ended_late.v1":
            seconds[body["kind"], body["queue"]] += body["lateness_seconds"]
            number[body["kind"], body["queue"]] += 1
    told, counted = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for key, value in read.runner.database.totals.items():
        if key[0] == LATE_SUM:
            told[key[2:]] += value
        elif key[0] == LATE_BUCKET:
            counted[key[2:4]] += value
    assert counted == number
    assert {key: value for key, value in told.items() if value} == pytest.approx(dict(seconds))


@pytest.mark.parametrize("seed", range(0, SEEDS, 4))
def test_a_partition_that_moves_amid_all_this_does_and_says_what_it_would_have(seed: int) -> None:
    whole, moved = Reader(seed), played(seed, restarts=True)
    assert moved.router.events == whole.events
    runner = whole.new_runner()
    for number, record in enumerate(whole.records()):
        runner.step([record])
        if number % 5 == seed % 5:
            shown = _gauges(runner.engine)
            runner.restart()
            assert _gauges(runner.engine) == shown
    assert runner.events == whole.runner.events
    assert runner.database.__dict__ == whole.runner.database.__dict__


def _gauges(engine: SlaEngine) -> list[dict[Any, int]]:
    """What is shown of open clocks and of risks, without the zeros that a new owner does not know yet."""
    return [{key: number for key, number in each.items() if number} for each in (engine.open_clocks, engine.at_risk)]


def test_the_days_reach_what_they_are_for() -> None:
    told, kinds = Counter[str](), set[str]()
    for seed in range(6):
        reader = Reader(seed)
        reader.wait_until(reader.day.router.now_ms + 10**8)
        for story in facts_of(reader.runner.events).values():
            told.update(fact.name for fact in story)
            kinds |= {fact.body["kind"] for fact in story}
            calendars = {fact.body.get("calendar") for fact in story}
            told.update(f"in {name}" for name in calendars if "paused" in {fact.name for fact in story})
        told.update(event.type.split(".")[2] for event in (*reader.events, *reader.runner.events))
    assert kinds == set(SPANS)
    wanted = {"paused", "resumed", "retargeted", "warned", "met", "breached", "ended_late", "cancelled", "in berlin"}
    wanted |= {"hastened", "overflowed", "requeued", "transferred", "scheduled", "risk_raised"}
    assert wanted - told.keys() == set()
