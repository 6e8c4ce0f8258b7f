"""All kinds of clocks with pauses, calendars and changes of policy: the same facts however the log is cut, and each
clock judged again by counting every second."""

import random
from dataclasses import replace
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain.clock import Kind
from services.sla.domain.totals import BREACHES, LATE_BUCKET, WAIT_BOUND, WAIT_BUCKET
from shared.policy.calendar import Calendar
from shared.policy.kinds import SPANS
from shared.times import rfc3339
from tests.support.documented import undocumented
from tests.support.promise_checker import Judge, facts_of
from tests.support.sla_builders import BASE_MS, Log, Runner
from tests.support.sla_story import policy_of

# Open for ten seconds and closed for five, all day: pauses and targets of seconds meet every kind of border.
FLICKER = [(start, start + 10) for start in range(0, 86_400, 15)]
HISTOGRAMS = (WAIT_BUCKET, WAIT_BOUND, LATE_BUCKET)
WITHIN = {"time_to_answer": 8, "first_response": 20, "next_response": 15, "resolution": 40, "bot_response": 6,
          "self_service_response": 5, "handling": 30}  # fmt: skip


def targets(change: float = 1.0) -> dict[str, Any]:
    return {
        kind: {"within": f"{seconds * change:.3f}s", "warn_at": 0.5, "pause_on": list(SPANS[kind].may_pause)}
        for kind, seconds in WITHIN.items()
    }


EVERY = {"orders": {"targets": targets()}, "cards": {"targets": targets(0.5)}}
FEWER = {"orders": {"targets": {kind: each for kind, each in targets(2.0).items() if kind != "handling"}}, "cards": {}}
POLICIES = {
    1: policy_of(EVERY),
    2: policy_of(FEWER, apply_to_open=True),
    3: policy_of(EVERY, targets=[{"name": "vip", "when": {"priority_at_least": "5s"}, "then": targets(0.3)
                                  | {"time_to_answer": {"within": "1s"}}}]),
}  # fmt: skip
STEPS = (
    ("message_added", {"sender": "customer"}), ("message_added", {"sender": "agent"}),
    ("message_added", {"sender": "bot"}),
    ("reply_sent", {"by": "agent", "public": True}), ("reply_sent", {"by": "agent", "public": False}),
    ("reply_sent", {"by": "bot", "public": True}), ("pending_changed", {"pending": True}),
    ("pending_changed", {"pending": False}), ("sent_to_bot", {}), ("sent_to_self_service", {}),
    ("classified", {"tier": "self_service"}), ("escalated", {"reason": "timeout"}),
    ("escalated", {"reason": "resolved"}),
    ("queued", {"queue": "orders"}), ("queued", {"queue": "cards"}), ("scheduled", {}), ("assigned", {"agent_id": "a"}),
    ("requeued", {}), ("transferred", {}), ("reprioritised", {"priority_seconds": 9.0}),
    ("reprioritised", {"priority_seconds": 0.0}), ("closed", {}), ("contained", {}), ("abandoned", {}),
)  # fmt: skip
RARE = {"closed", "contained", "abandoned"}


def random_log(seed: int, contacts: int = 4, steps: int = 60) -> Log:
    """Events of any kind in any order, more than any router would tell; ended contacts say nothing more."""
    rng = random.Random(seed)
    log = Log(channel=rng.choice(("email", "voice"))).policy()
    at, live = 0.0, [f"c{number}" for number in range(contacts)]
    for contact in live:
        log.event("received", contact, at, attributes={})
    for _ in range(steps):
        at += rng.choice((0, 0.001, 0.5, 1, 3, 7, 12))
        if rng.random() < 0.03:
            log.policy(version=rng.randint(1, 3))
            record = log.records.pop()
            body = {**orjson.loads(record.value), "occurred_at": _time(log, at)}
            log._append(record.type, "acme", at, body)
            continue
        kind, fields = rng.choice(STEPS)
        if not live or (kind in RARE and rng.random() < 0.6):
            continue
        contact = rng.choice(live)
        if kind == "queued":
            log.queued(contact, at, target_seconds=8.0, **fields)
        else:
            log.event(kind, contact, at, **fields)
        if kind in RARE:
            live.remove(contact)
    return log


def _time(log: Log, at: float) -> str:
    return rfc3339(log.ms(at))


def runner() -> Runner:
    return Runner({("acme", version): orjson.dumps(body).decode() for version, body in POLICIES.items()})


def finish(player: Runner, log: Log) -> None:
    player.step([], (log.records[-1].at_ms - BASE_MS) / 1000 + 5_000)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10**9), data=st.data())
def test_facts_rows_and_totals_are_the_same_wherever_the_log_is_cut_and_whoever_goes_on(seed: int, data: Any) -> None:
    log = random_log(seed)
    whole, cut = runner(), runner()
    for record in log.records:
        whole.step([record])
    place = 0
    while place < len(log.records):
        size = data.draw(st.integers(1, 12))
        cut.step(log.records[place : place + size])
        place += size
        if data.draw(st.booleans()):
            cut.restart()
    finish(whole, log)
    finish(cut, log)
    assert cut.events == whole.events
    assert cut.database.__dict__ == whole.database.__dict__
    assert cut.dead == []


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_every_clock_is_decided_once_and_every_fact_has_an_id_of_its_own(seed: int) -> None:
    log = random_log(seed)
    player = runner()
    for record in log.records:
        player.step([record])
    finish(player, log)
    assert len({(event.cause_id, event.ordinal) for event in player.events}) == len(player.events)
    assert undocumented(player.events) == []
    stories = facts_of(player.events)
    judge = Judge(((record.type, record.value) for record in log.records), POLICIES)
    assert judge.faults_of(stories) == []
    for story in stories.values():
        names = [fact.name for fact in story]
        if "breached" not in names:
            at_rest = [name for name in names if name != "retargeted"][-1]
            assert at_rest in ("met", "cancelled", "paused"), "only a pause has no end"
    assert len(player.database.breaches) == sum(
        value for key, value in player.database.totals.items() if key[0] == BREACHES
    )


pauses = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), max_size=4)


@settings(max_examples=150, deadline=None)
@given(start=st.integers(0, 40), target=st.integers(1, 40), holds=pauses, end=st.integers(0, 60))
def test_a_paused_clock_counts_each_open_second_in_which_it_ran(start: int, target: int, holds: list, end: int) -> None:
    calendar = Calendar("UTC", [FLICKER] * 7)
    log = Log(channel="email").policy().event("received", "c1", start).queued("c1", start, "orders")
    opened = [second for second in range(start, start + 500) if second % 15 < 10]
    at, waited = start, 0  # a pause after the breach moves no due time, and is no part of what the work took
    due, breached = opened[target - 1] + 1, False
    for gap, length in holds:
        at += gap
        log.event("pending_changed", "c1", at, pending=True)
        breached = breached or at > due
        waited += sum(second in opened for second in range(at, at + length))
        if not breached:
            due = opened[target + waited - 1] + 1
        at += length
        log.event("pending_changed", "c1", at, pending=False)
    at += end
    log.event("closed", "c1", at)
    player = Runner({("acme", 1): orjson.dumps(policy_of({"orders": {}})).decode()})
    document = policy_of({"orders": {"targets": {"resolution": {"within": f"{target}s"}}}})
    player.database.bodies["acme", 1] = orjson.dumps(document).decode()
    player.step(log.records[:1])
    _use(player, calendar)
    player.step(log.records[1:])
    assert [event.type.split(".")[2] for event in player.events][-1] == (
        "clock_ended_late" if at > due else "clock_met"
    )
    elapsed = orjson.loads(player.events[-1].body)["elapsed_seconds"]
    assert elapsed == sum(second in opened for second in range(start, at)) - waited


def _use(player: Runner, calendar: Calendar) -> None:
    """The policy's targets count by this calendar, which a policy's minutes could not describe."""
    promises = player.engine._book.terms.now("acme")
    targets = promises._queues["orders"]
    targets[Kind.RESOLUTION] = replace(targets[Kind.RESOLUTION], calendar=calendar, calendar_name="flicker")
    promises.calendar = lambda name: calendar


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_every_total_is_there_at_zero_before_it_first_grows(seed: int) -> None:
    player = runner()
    shown: set[tuple[str, ...]] = set()
    for record in random_log(seed).records:
        player.step([record])
        totals = player.database.totals
        # Of a histogram all bounds are shown as soon as its sum is; a bound itself says nothing.
        # No router tells of a contact that is given back from no queue.
        new = {key for key in totals.keys() - shown if key[0] not in HISTOGRAMS and key[-1]}
        assert {key: totals[key] for key in new if totals[key]} == {}
        shown |= totals.keys()
