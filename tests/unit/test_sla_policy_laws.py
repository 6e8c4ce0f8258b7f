"""Random policies over random lives of contacts: whose promise each clock is, worked out from the log alone.

Policies that promise nothing, for a while or in some queues or tiers; reports that come late, also of what happened
before the first policy; short promises that are broken, and pauses; rows that an older version wrote.
"""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from shared.policy import PolicyErrors, parse_policy
from shared.policy.kinds import SPANS
from shared.times import rfc3339
from tests.support.documented import undocumented
from tests.support.promise_checker import Judge, facts_of
from tests.support.promise_oracle import ENDS, ONCE, Oracle, promise
from tests.support.sla_builders import BASE_MS, Log, Runner, instant_ms
from tests.support.sla_story import policy_of
from tests.unit.test_sla_kinds_properties import RARE, STEPS
from tests.unit.test_sla_policy_changes import OF_0_1

SEEDS, CONTACTS, EVENTS, VERSIONS = 60, 4, 70, 5
BROKE = (5581, 6136, 6370, 20353, 21192, 21194, 103065, 108673, 110564, 113728, 204072, 223188, 229795)
"""Seeds of lives that were judged wrong: what is told after one policy or two, and who was never forgotten."""
QUEUES = ("orders", "cards", "general")
TIERS = ("self_service", "bot", "agent")
WITHIN = ("3s", "40s", "10m", "9h")
LAGS_SECONDS = (0, 0, 0, 5, 90, 4000)
FIRST_POLICY_AT = 60.0
MERGED = ("usher.customer.merged.v1", {"customer_id": "a", "merged_customer_id": "b", "actor": "boss", "reason": "-"})


def policies_of(dice: random.Random) -> dict[int, dict[str, Any]]:
    """A policy for each version; some promise an answer and no more, and some nothing."""
    return {version: _policy(dice) for version in range(1, VERSIONS + 1)}


def _policy(dice: random.Random) -> dict[str, Any]:
    kinds = dice.choice([[], ["time_to_answer"], [*SPANS], [*SPANS], [*SPANS]])
    while True:
        queues = {name: {"targets": _targets(dice, kinds) if dice.random() < 0.7 else {}} for name in QUEUES}
        then = _targets(dice, kinds)
        rules = [{"name": dice.choice("rs"), "when": {"tier": dice.sample(TIERS, 1)}, "then": then}]
        made = policy_of(
            queues, apply_to_open=dice.random() < 0.4, targets=rules if then and dice.random() < 0.4 else []
        )
        try:
            parse_policy(made, not_yet=())
        except PolicyErrors:
            continue
        return made


def _targets(dice: random.Random, kinds: list[str]) -> dict[str, Any]:
    targets: dict[str, Any] = {}
    for kind in kinds:
        if dice.random() < 0.6:
            may = SPANS[kind].may_pause
            targets[kind] = {"within": dice.choice(WITHIN), "pause_on": dice.sample(may, dice.randint(0, len(may)))}
            if dice.random() < 0.2:
                targets[kind]["apply_to_open"] = dice.random() < 0.5
    return targets


class Life:
    """Events of any kind in any order, each policy once. What happens to a contact is told as late as it is."""

    def __init__(self, dice: random.Random, policies: dict[int, dict[str, Any]]) -> None:
        self.dice, self.policies, self.version = dice, policies, 1
        self.log, self.now = Log(channel=dice.choice(("email", "voice"))), FIRST_POLICY_AT
        self.told: dict[str, float] = {}  # when the last thing happened to it
        self.entered, self.waits = dict[str, float](), dict[str, float]()
        self.log._append("usher.policy.activated.v1", "acme", self.now, self._activation())
        changes = dict(zip(sorted(dice.sample(range(EVENTS), VERSIONS - 1)), range(2, VERSIONS + 1), strict=True))
        for number in range(CONTACTS):
            self.told[f"c{number}"] = -4000.0
            self.happens("received", f"c{number}", attributes={})
        for number in range(EVENTS):
            self.now += dice.choice((0, 0.001, 1, 7, 50))
            if number in changes:
                self.version = changes[number]
                self.log._append("usher.policy.activated.v1", "acme", self.now, self._activation())
            else:
                self.something()

    def _activation(self) -> dict[str, Any]:
        now = rfc3339(self.log.ms(self.now))
        return {"workspace": "acme", "policy_version": self.version, "hash": "00", "occurred_at": now}

    def something(self) -> None:
        kind, fields = self.dice.choice((*STEPS, ("merged", {})))
        if kind == "merged":
            kind, body = MERGED
            self.log._append(kind, "acme", self.now, {**body, "occurred_at": rfc3339(self.log.ms(self.now))})
            return
        contact = self.dice.choice([*self.told])
        seldom = kind in RARE and (self.dice.random() < 0.8 or len(self.told) == 1)
        if kind == "reprioritised" or seldom:
            return
        self.happens(kind, contact, **fields)
        if kind in ENDS:
            del self.told[contact]

    def happens(self, kind: str, contact: str, **fields: Any) -> None:
        at = max(self.told[contact], self.now - self.dice.choice(LAGS_SECONDS))
        self.told[contact], fields["stamped"] = at, self.now
        if kind == "classified":
            fields |= {"queue": self.dice.choice(QUEUES), "tier": self.dice.choice(TIERS[:2])}
        if kind != "queued":
            if kind in ("assigned", "scheduled"):
                self.waits.pop(contact, None)
            self.log.event(kind, contact, at, **fields)
            return
        queue = self.dice.choice(QUEUES)
        entered, since = self.entered.setdefault(contact, at), self.waits.setdefault(contact, at)
        target = promise(self.policies[self.version], "time_to_answer", queue, "agent")
        seconds = _seconds(target)
        self.log.queued(
            contact, at, queue, target_seconds=seconds, entered=entered, stamped=self.now,
            wait_started_at=rfc3339(self.log.ms(since)), due_at=rfc3339(self.log.ms(since + seconds)),
        )  # fmt: skip


def _seconds(target: Any) -> float:
    """What the router tells: the promise, or the seconds by which a queue without one puts its contacts in order."""
    return {"3s": 3.0, "40s": 40.0, "10m": 600.0, "9h": 32_400.0}[target.written["within"]] if target else 77.0


def age(player: Runner) -> None:
    """The rows of contacts as version 0.1 wrote them; its clocks were the same."""
    rows = player.database.contacts
    for contact_id, body in rows.items():
        row = {name: value for name, value in orjson.loads(body).items() if name in OF_0_1}
        row["taken_back"] = [kind for kind in row.get("taken_back", ()) if kind in ONCE]
        rows[contact_id] = orjson.dumps(row).decode()
    player.restart()


def started(events: list[Any]) -> Counter[tuple[str, str, int, int]]:
    bodies = [orjson.loads(event.body) for event in events if event.type == "usher.sla.clock_started.v1"]
    return Counter(
        (body["contact_id"], body["kind"], body["policy_version"], instant_ms(body["started_at"])) for body in bodies
    )


def played(seed: int, *, aged: bool) -> Iterator[tuple[str, Any]]:
    """One life, record by record against the oracle; then (fact, kind) of whatever was told."""
    dice = random.Random(seed)
    policies = policies_of(dice)
    records = Life(dice, policies).log.records
    player = Runner({("acme", version): orjson.dumps(body).decode() for version, body in policies.items()})
    oracle = Oracle(policies)
    for number, record in enumerate(records):
        step = player.step([record])
        assert started(step.events) == oracle.read(record), f"seed {seed}, record {number}: {record}"
        oracle.hear(step.events)
        if dice.random() < 0.1:
            player.restart()
        if aged and dice.random() < 0.04:
            age(player)
            oracle.ages()
    player.step([], (records[-1].at_ms - BASE_MS) / 1000 + 10**6)
    assert player.dead == []
    assert undocumented(player.events) == []
    if not aged:
        judge = Judge(((record.type, record.value) for record in records if "customer" not in record.type), policies)
        assert judge.faults_of(facts_of(player.events)) == [], f"seed {seed}"
    for event in player.events:
        yield event.type.split(".")[2].removeprefix("clock_"), orjson.loads(event.body)["kind"]


@pytest.mark.parametrize("aged", [False, True], ids=["", "rows of 0.1"])
@pytest.mark.parametrize("part", range(3))
def test_every_clock_is_of_the_policy_under_which_its_time_began_unless_a_later_one_applies_to_what_is_open(
    part: int, aged: bool
) -> None:
    told = {fact for seed in range(part, SEEDS, 3) for fact in played(seed, aged=aged)}
    assert {kind for _, kind in told} == SPANS.keys()
    assert {name for name, _ in told} >= {"breached", "ended_late", "met", "cancelled", "paused", "resumed"}


@pytest.mark.parametrize("seed", BROKE)
def test_lives_that_broke_once_do_not_break_again(seed: int) -> None:
    assert {kind for _, kind in played(seed, aged=False)}
