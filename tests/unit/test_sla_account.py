"""What operations add up from the log: the same as an account that is made by reading the log again, slowly."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.report.figures import REPORTS, running
from services.sla.domain.hours import HOUR_MS, HourRow, bucket_of, bucket_seconds
from services.sla.domain.stretches import Stretch
from shared.contract.records import Record
from shared.times import from_ms, rfc3339
from tests.support.sla_builders import BASE_MS, Log, Runner

AGENTS = ("a1", "a2")
MOVES = st.tuples(
    st.sampled_from(["available", "not_ready", "draining", "offline"]),
    st.sampled_from(["idle", "busy", "full"]),
    st.integers(0, 4),
    st.integers(-2, 4),
)
END_MS = BASE_MS + 3 * HOUR_MS


def rows_of(runner: Runner) -> list[HourRow]:
    """The hours as the database has them."""
    return [HourRow(hour, key, *numbers) for (hour, key), numbers in sorted(runner.database.hours.items())]


def stretches_of(runner: Runner) -> list[Stretch]:
    return [Stretch(**orjson.loads(body)) for key, body in runner.database.account.items() if key[0] == "a"]


class Desk:
    """A log with agents, whose events the sla builders do not tell."""

    def __init__(self) -> None:
        self.log = Log().policy()

    def agent(self, agent: str, at: float, presence: str, availability: str, **more: Any) -> "Desk":
        body = {
            "workspace": "acme", "agent_id": agent, "presence": presence, "availability": availability,
            "units": 4, "free_units": 4, "reason": "", "occurred_at": rfc3339(self.log.ms(at)), "cause_id": "x", **more,
        }  # fmt: skip
        number = len(self.log.records)
        kind = "usher.agent.availability_changed.v1"
        record = Record(number, self.log.ms(at) + 5, kind, f"agent-{number}", orjson.dumps(body), number + 1)
        self.log.records.append(record)
        return self


def run(log: Log) -> Runner:
    runner = Runner()
    runner.step(log.records)
    return runner


def test_handle_time_waits_and_abandonment_are_those_of_the_log() -> None:
    log = Log().policy().queued("c1", 0, "cards").event("assigned", "c1", 7, agent_id="a1", queue="cards")
    log.event("wrapping", "c1", 67, agent_id="a1", queue="cards").event(
        "closed", "c1", 77, agent_id="a1", queue="cards"
    )
    log.queued("c2", 0, "cards").event("abandoned", "c2", 30, queue="cards")
    rows = rows_of(run(log))

    (level,) = REPORTS["service-levels"](rows, ["queue"])
    assert (level["queue"], level["answered"], level["wait_mean_seconds"], level["wait_worst_seconds"]) == (
        "cards", 1, 7.0, 7.0,
    )  # fmt: skip
    assert level["promises"]["time_to_answer"] == {"met": 1, "breached": 1, "cancelled": 0, "kept": 0.5}
    (lost,) = REPORTS["abandoned"](rows, ["queue"])
    assert (lost["abandoned"], lost["offered"], lost["share"], lost["wait_mean_seconds"]) == (1, 2, 0.5, 30.0)
    (agent,) = REPORTS["agents"](rows, [])
    assert (agent["agent"], agent["handled"], agent["mean_handle_seconds"]) == ("a1", 1, 70.0)
    assert REPORTS["breaches"](rows, ["channel"]) == [
        {"workspace": "acme", "channel": "voice", "kind": "time_to_answer", "target": "10s", "breached": 1}
    ]


def test_time_of_an_agent_is_counted_in_the_hours_that_it_fell_in_and_by_the_reason_that_began_it() -> None:
    desk = Desk().agent("a1", 0, "available", "idle").agent("a1", 1800, "not_ready", "idle", reason="lunch")
    desk.agent("a1", 1900, "not_ready", "idle", reason="assignment_closed").agent("a1", 5400, "available", "idle")
    desk.agent("a1", 5500, "offline", "idle")
    rows = REPORTS["agents"](rows_of(run(desk.log)), ["agent", "hour"])
    assert [row["seconds"] for row in rows] == [
        {"idle": 1800.0, "not_ready:lunch": 1800.0},
        {"idle": 100.0, "not_ready:lunch": 1800.0},
    ]


def test_who_is_still_at_it_is_counted_up_to_now() -> None:
    runner = run(Desk().agent("a1", 10, "available", "busy", free_units=1).log)
    assert rows_of(runner) == []
    (row,) = REPORTS["agents"](running(stretches_of(runner), BASE_MS + 100_000), [])
    assert row["seconds"] == {"busy": 90.0}


def test_a_reason_that_nobody_knows_is_other_in_metrics_and_itself_in_reports() -> None:
    desk = Desk().agent("a1", 0, "not_ready", "idle", reason="walking the dog").agent("a1", 60, "offline", "idle")
    runner = run(desk.log)
    assert runner.database.totals["agent_seconds", "acme", "not_ready", "other"] == 60
    (row,) = REPORTS["agents"](rows_of(runner), [])
    assert row["seconds"] == {"not_ready:walking the dog": 60.0}


@given(seconds=st.floats(0.0, 1e6))
@settings(max_examples=300)
def test_a_percentile_is_off_by_at_most_one_per_cent(seconds: float) -> None:
    found = bucket_seconds(bucket_of(seconds))
    assert found == pytest.approx(seconds, rel=0.0101) or seconds <= 0.1


steps = st.lists(
    st.tuples(st.sampled_from(AGENTS), st.integers(0, 3_000), st.sampled_from(
        ["available", "not_ready", "draining", "offline"]), st.sampled_from(["idle", "offered", "busy", "wrapping"])),
    min_size=1, max_size=30,
)  # fmt: skip


@given(steps=steps, cuts=st.sets(st.integers(1, 30)))
@settings(max_examples=100)
def test_seconds_of_agents_are_those_of_the_log_wherever_it_is_cut(steps, cuts) -> None:
    desk, at = Desk(), 0.0
    for agent, later, presence, availability in steps:
        at += later / 10
        desk.agent(agent, at, presence, "idle" if presence == "offline" else availability)
    records = desk.log.records
    runner = Runner()
    for first, last in pairwise([0, *sorted(cuts & set(range(len(records)))), len(records)]):
        runner.step(records[first:last])
        runner.restart()

    expected: dict[str, float] = defaultdict(float)
    since: dict[str, tuple[str, int]] = {}
    for record in records[1:]:
        body = orjson.loads(record.value)
        agent, at_ms = body["agent_id"], record.at_ms - 5
        if agent in since:
            state, began = since[agent]
            expected[state] += (at_ms - began) / 1000
        since.pop(agent, None)
        if body["presence"] != "offline":
            since[agent] = (body["availability"] if body["presence"] == "available" else body["presence"], at_ms)
    counted = defaultdict(float)
    for (_, key), (_, ms, _) in runner.database.hours.items():
        counted[key[3]] += ms / 1000
    assert {state: round(value, 3) for state, value in counted.items() if value} == {
        state: round(value, 3) for state, value in expected.items() if value
    }
    assert {stretch.agent_id for stretch in stretches_of(runner)} == set(since)
    totals = {key[2]: value for key, value in runner.database.totals.items() if key[0] == "agent_seconds" and value}
    assert totals == pytest.approx({state: value for state, value in expected.items() if value})


def test_hours_are_whole_hours_of_the_epoch() -> None:
    assert from_ms(BASE_MS // HOUR_MS * HOUR_MS).minute == 0


def test_a_wait_that_goes_on_in_another_queue_is_as_long_as_its_answer_says() -> None:
    log = Log().policy().queued("c1", 0, "cards").event("overflowed", "c1", 9, queue="cards", to={"queue": "orders"})
    log.queued("c1", 9, "orders", entered=0).queued("c1", 12, "orders", entered=0)
    rows = rows_of(run(log.event("assigned", "c1", 15, agent_id="a1", queue="orders")))
    (level,) = REPORTS["service-levels"](rows, [])
    assert (level["answered"], level["wait_mean_seconds"]) == (1, 15.0)
    assert sorted(row.key[5] for row in rows if row.key[0] == "wait") == ["answered", "flow_out"]


@given(st.lists(MOVES, min_size=1, max_size=6))
def test_occupancy_is_a_share_also_while_who_is_not_ready_works_on_and_of_units_that_were_taken_away(
    moves: list[tuple[str, str, int, int]],
) -> None:
    desk = Desk()
    for number, (presence, availability, units, free) in enumerate(moves):
        desk.agent("a1", 60 * number, presence, availability, units=units, free_units=min(free, units))
    desk.agent("a1", 60 * len(moves), "offline", "idle")
    totals = run(desk.log).database.totals
    used, capacity = (totals.get(("unit_seconds", "acme", use), 0.0) for use in ("used", "capacity"))
    assert used <= capacity
    ready = sum(60 * units for presence, _, units, _ in moves if presence == "available")
    assert capacity >= ready, "who is ready offers all units"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(AGENTS),
            st.integers(0, 900),
            st.integers(0, 3_000),
            st.sampled_from(["available", "not_ready", "offline"]),
        ),
        min_size=2,
        max_size=30,
    ),
    st.sets(st.integers(1, 30)),
)
@settings(max_examples=200)  # fmt: skip
def test_no_agent_works_longer_than_the_time_is_whenever_what_they_do_is_dated(steps, cuts) -> None:
    desk, at, dated = Desk(), 10_000.0, defaultdict[str, list[float]](list)
    for agent, later, late, presence in steps:
        at += later
        desk.agent(agent, at - late, presence, "idle")
        dated[agent].append(at - late)
    records, runner = desk.log.records, Runner()
    for first, last in pairwise([0, *sorted(cuts & set(range(len(records)))), len(records)]):
        runner.step(records[first:last])
        runner.restart()
    for agent, times in dated.items():
        worked = sum(
            ms for (_, key), (_, ms, _) in runner.database.hours.items() if key[:3] == ("agent", "acme", agent)
        )
        assert worked / 1000 <= max(times) - min(times)
    assert all(ms <= HOUR_MS for (_, key), (_, ms, _) in runner.database.hours.items() if key[0] == "agent")


def test_who_signs_on_with_a_clock_that_is_behind_is_counted_from_where_they_left() -> None:
    desk = Desk().agent("a1", 0, "available", "idle").agent("a1", 300, "offline", "idle")
    desk.agent("a1", 180, "available", "idle").agent("a1", 400, "offline", "idle")
    runner = run(desk.log)
    assert runner.database.totals["agent_seconds", "acme", "idle", ""] == 400
    assert stretches_of(runner) == [], "nobody is signed on"


def test_who_left_is_forgotten_a_day_later() -> None:
    desk = Desk().agent("a1", 0, "available", "idle").agent("a1", 300, "offline", "idle")
    runner = run(desk.agent("a2", 400, "available", "idle").agent("a2", 86_700, "offline", "idle").log)
    assert [*runner.database.account] == ["lacme/a1", "lacme/a2"]
    runner.step(desk.agent("a2", 86_701, "offline", "idle").log.records[-1:])
    assert [*runner.database.account] == ["lacme/a2"]
