"""Everything at once: two workspaces with policies of their own in one partition, risks, agents, late reports, and an
owner who changes after every record, before and after time passes."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from services.sla.domain.stretches import worked
from services.sla.domain.totals import WAIT_BOUND, WAIT_BUCKET
from shared.contract.records import Event, Record
from shared.times import rfc3339
from tests.support.promise_checker import DECIDED
from tests.support.sla_builders import BASE_MS, LATENESS_MS, Runner, instant_ms
from tests.unit.test_sla_policy_laws import Life, policies_of

SEEDS = (*range(9), 24, 218, 234, 254)
WORKSPACES = ("acme", "globex")
PARTITION_WIDE = (WAIT_BOUND, WAIT_BUCKET)  # the bounds of a histogram are those of all workspaces
OPEN = ["00:00-00:04", "00:05-00:11", "00:12-24:00"]
PRESENCES = (("available", "idle"), ("available", "busy"), ("not_ready", "idle"), ("offline", "idle"))


class World:
    """A log of both workspaces, in the order of its records' own times."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.bodies: dict[tuple[str, int], str] = {}
        records: list[tuple[int, int, Record]] = []
        for number, workspace in enumerate(WORKSPACES):
            policies = {version: _with_hours(dice, body) for version, body in policies_of(dice).items()}
            self.bodies |= {(workspace, each): orjson.dumps(body).decode() for each, body in policies.items()}
            told = [*_with_risks(dice, Life(dice, policies).log.records), *_agents(dice)]
            records += [(record.at_ms, number, _of(workspace, record)) for record in told]
        records.sort(key=lambda each: each[:2])
        self.records = [
            replace(record, offset=place, id=f"id-{place}", seq=place + 1)
            for place, (_, _, record) in enumerate(records)
        ]

    def of(self, workspace: str) -> list[Record]:
        return [record for record in self.records if orjson.loads(record.value)["workspace"] == workspace]

    def known_ms(self) -> list[int]:
        """After each record, a time as of which everything that happened was told."""
        found, first = list[int](), 10**15
        for record in reversed(self.records):
            found.append(first)
            first = min(first, instant_ms(orjson.loads(record.value)["occurred_at"]))
        return found[::-1]

    def runner(self) -> Runner:
        return Runner(dict(self.bodies))


def _with_hours(dice: random.Random, policy: dict[str, Any]) -> dict[str, Any]:
    """The same promises, some with a warning and some with minutes that do not count."""
    made = [queue["targets"] for queue in policy["queues"].values()] + [rule["then"] for rule in policy["targets"]]
    for target in (target for targets in made for target in targets.values()):
        if dice.random() < 0.5:
            target["warn_at"] = dice.choice((0.5, 0.9))
        if dice.random() < 0.3:
            target["calendar"] = "office"
    return {**policy, "calendars": {"office": {"open": {"mon-sun": OPEN}}}}


def _of(workspace: str, record: Record) -> Record:
    body = orjson.loads(record.value)
    mine = {"workspace": workspace}
    if "contact_id" in body:
        mine["contact_id"] = f"{workspace}-{body['contact_id']}"
    return replace(record, value=orjson.dumps(body | mine))


def _with_risks(dice: random.Random, records: list[Record]) -> Iterator[Record]:
    """What a router says of who waits, at once or when something else happens to them."""
    risky: dict[str, Any] = {}
    for record in records:
        yield record
        body = orjson.loads(record.value)
        contact = body.get("contact_id")
        if record.type == "usher.contact.queued.v1":
            risky[contact] = body
        if contact in risky and dice.random() < 0.5:
            name = dice.choice(("risk_raised", "risk_cleared"))
            said = {**risky[contact], "occurred_at": body["occurred_at"], "breach_risk": 0.9}
            yield replace(record, type=f"usher.contact.{name}.v1", value=orjson.dumps(said))


def _agents(dice: random.Random) -> Iterator[Record]:
    at = 0.0
    for _ in range(20):
        at += dice.choice((1, 30, 200))
        presence, availability = dice.choice(PRESENCES)
        dated_ms = BASE_MS + round(1000 * (at - dice.choice((0, 0, 3, 400))))
        body = {
            "agent_id": dice.choice(("a1", "a2")), "presence": presence, "availability": availability, "units": 3,
            "free_units": dice.randint(0, 3), "reason": dice.choice(("", "lunch")), "occurred_at": rfc3339(dated_ms),
        }  # fmt: skip
        kind = "usher.agent.availability_changed.v1"
        yield Record(0, BASE_MS + round(1000 * at), kind, "", orjson.dumps(body), 0)


def seconds(at_ms: int) -> float:
    return (at_ms - BASE_MS) / 1000


def by_clock(events: Iterable[Event]) -> dict[str, list[tuple[Any, ...]]]:
    """What was told of each clock, in order; a breach that is told sooner tells less of what came before it."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for event in events:
        body = {name: value for name, value in orjson.loads(event.body).items() if name != "timeline"}
        found[event.cause_id].append((event.type, event.ordinal, event.at_ms, body))
    return found


def facts(events: list[Event]) -> Counter[tuple[Any, ...]]:
    """What was told, in whatever order; a trace is that of the record that made it known."""
    return Counter((event.type, event.cause_id, event.ordinal, event.at_ms, event.body) for event in events)


def shown(runner: Runner) -> dict[str, Any]:
    """What an owner knows that no row holds by itself."""
    engine = runner.engine
    at_work: dict[Any, float] = defaultdict(float)
    for stretch in engine.stretches:
        for key, amount in worked(stretch, BASE_MS + 10**7).items():
            at_work[key] += amount
    return {
        "deadline": engine.deadline_ms(),
        "event": engine.event_ms,
        "open": {key: number for key, number in engine.open_clocks.items() if number},
        "at risk": {key: number for key, number in engine.at_risk.items() if number},
        "at work": dict(at_work),
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_an_owner_after_every_record_says_and_knows_what_one_for_all_would(seed: int) -> None:
    world, dice = World(seed), random.Random(seed)
    one, many = world.runner(), world.runner()
    for record, known_ms in zip(world.records, world.known_ms(), strict=True):
        # Time passes by itself too: as far as it is known, or not at all.
        now = seconds(min(known_ms, record.at_ms)) if dice.random() < 0.5 else None
        ours, theirs = one.step([record], now), many.step([record], now)
        assert (theirs.events, theirs.writes) == (ours.events, ours.writes), record
        assert shown(many) == shown(one)
        many.restart()
        assert shown(many) == shown(one), record
    end = seconds(world.records[-1].at_ms + 10**9)
    assert many.step([], end).events == one.step([], end).events
    assert many.database.__dict__ == one.database.__dict__
    assert one.dead == []


@pytest.mark.parametrize("seed", SEEDS)
def test_no_workspace_hears_of_the_other_one_in_its_partition(seed: int) -> None:
    world = World(seed)
    both, end = world.runner(), seconds(world.records[-1].at_ms + 10**9)
    for record in world.records:
        both.step([record])
    both.step([], end)
    for workspace in WORKSPACES:
        alone = world.runner()
        for record in world.of(workspace):
            alone.step([record])
        alone.step([], end)
        # Where the other one promises answers, a risk is read too, which may prove sooner that a time has passed.
        assert by_clock(event for event in both.events if event.workspace == workspace) == by_clock(alone.events)
        mine = {key: value for key, value in both.database.totals.items() if key[1] == workspace}
        theirs = {key: value for key, value in alone.database.totals.items() if key[1] == workspace}
        assert {key: value for key, value in mine.items() if key[0] not in PARTITION_WIDE} == {
            key: value for key, value in theirs.items() if key[0] not in PARTITION_WIDE
        }
        assert {key: row for key, row in both.database.hours.items() if key[1][1] == workspace} == alone.database.hours


@pytest.mark.parametrize("seed", SEEDS)
def test_what_became_of_every_promise_is_the_same_whenever_its_time_is_known_to_be_over(seed: int) -> None:
    world, dice = World(seed), random.Random(seed)
    prompt, late = world.runner(), world.runner()
    for record, known_ms in zip(world.records, world.known_ms(), strict=True):
        prompt.step([record], seconds(known_ms if dice.random() < 0.7 else known_ms - dice.randint(0, LATENESS_MS)))
        late.step([record])
    end = seconds(world.records[-1].at_ms + 10**9)
    prompt.step([], end)
    late.step([], end)
    assert facts(prompt.events) == facts(late.events)
    assert prompt.database.totals == pytest.approx(late.database.totals)
    assert prompt.database.hours == late.database.hours


def test_a_risk_is_announced_of_who_waits_and_never_twice_and_a_warning_once() -> None:
    raised = Counter[str]()
    for seed in SEEDS:
        world = World(seed)
        runner, open_risks, warned, over = world.runner(), set[str](), Counter[str](), set[str]()
        for record in world.records:
            runner.step([record])
        runner.step([], seconds(world.records[-1].at_ms + 10**9))
        for event in runner.events:
            body, name = orjson.loads(event.body), event.type.split(".")[2].removeprefix("clock_")
            clock_id = body["clock_id"]
            warned[clock_id] += name == "warned"
            if name == "risk_raised":
                assert clock_id not in open_risks | over
                open_risks.add(clock_id)
            elif name == "risk_cleared":
                open_risks.remove(clock_id)
            if name in DECIDED:
                open_risks.discard(clock_id)
                over.add(clock_id)
            raised[name] += 1
        assert max(warned.values()) <= 1
    assert {"risk_raised", "risk_cleared", "retargeted", "warned", "paused", "breached", "ended_late"} <= raised.keys()
