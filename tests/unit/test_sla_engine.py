"""What the sla engine makes of the log of contacts."""

import orjson
import pytest

from services.sla.domain.clock import Fact
from services.sla.domain.totals import ANNOUNCED
from services.sla.upstream import Look, Upstream
from shared.contract.progress import Note
from shared.contract.records import Record
from tests.support.sla_builders import BASE_MS, POLICIES, Log, Runner, bodies, ms


def run(log: Log, now: float | None = None) -> Runner:
    """The log in one batch."""
    runner = Runner()
    runner.step(log.records, now)
    return runner


def test_an_answer_within_the_target_meets_the_promise() -> None:
    runner = run(Log().policy().queued("c1", 0, "cards").event("assigned", "c1", 7, agent_id="a1"))
    assert runner.facts() == [("started", "c1", "time_to_answer", 0), ("met", "c1", "time_to_answer", 7)]
    assert runner.results() == {("time_to_answer", "met"): 1}
    assert runner.database.contacts == {}


def test_an_answer_at_the_due_time_is_in_time_and_a_millisecond_later_is_not() -> None:
    log = Log().policy().queued("c1", 0, "cards").queued("c2", 0, "cards")
    runner = run(log.event("assigned", "c1", 10).event("assigned", "c2", 10.001))
    assert runner.results() == {("time_to_answer", "met"): 1, ("time_to_answer", "breached"): 1}


def test_a_late_answer_is_a_breach_at_the_due_time_and_then_tells_its_lateness() -> None:
    runner = run(Log().policy().queued("c1", 0, "cards").event("assigned", "c1", 12.5, agent_id="a1"))
    assert [name for name, *_ in runner.facts()] == ["started", "breached", "ended_late"]
    breached, late = (orjson.loads(event.body) for event in runner.events[1:])
    assert breached["at"] == breached["due_at"] == "2026-06-21T00:00:10.000Z"
    assert "lateness_seconds" not in breached
    assert late["lateness_seconds"] == 2.5
    assert late["agent_id"] == "a1"
    assert runner.results() == {("time_to_answer", "breached"): 1}


def test_an_event_tells_the_whole_promise_in_the_words_of_the_contract() -> None:
    runner = run(Log().policy().queued("c1", 0, "cards"))
    (event,) = runner.events
    assert (event.type, event.workspace, event.subject) == ("usher.sla.clock_started.v1", "acme", "c1")
    body = orjson.loads(event.body)
    assert event.cause_id == body["clock_id"]
    assert body == {
        "workspace": "acme",
        "contact_id": "c1",
        "clock_id": body["clock_id"],
        "kind": "time_to_answer",
        "target": "10s",
        "target_seconds": 10.0,
        "started_at": "2026-06-21T00:00:00.000Z",
        "due_at": "2026-06-21T00:00:10.000Z",
        "at": "2026-06-21T00:00:00.000Z",
        "channel": "voice",
        "queue": "cards",
        "policy_version": 1,
    }


def test_the_watermark_breaches_a_promise_that_nobody_kept_once_and_for_all() -> None:
    log = Log().policy().queued("c1", 0, "cards").event("received", "c2", 11)
    runner = run(log, 11)
    assert runner.results() == {}, "an answer given at the due time may still be on its way"
    more = log.event("received", "c3", 11.001).event("received", "c4", 60).records[3:]
    runner.step(more, 60)
    assert runner.facts()[1:] == [("breached", "c1", "time_to_answer", 10)]
    assert runner.total("breaches", "time_to_answer", "10s", "cards", "voice") == 1
    runner.step(log.event("assigned", "c1", 61).records[5:])
    assert runner.facts()[2:] == [("ended_late", "c1", "time_to_answer", 61)]
    assert runner.total("breaches", "time_to_answer", "10s", "cards", "voice") == 1


def test_what_happened_to_others_breaches_no_promise_the_lane_must_vouch_for_the_time() -> None:
    runner = run(Log().policy().queued("c1", 0, "cards").event("received", "c2", 600))
    assert runner.engine.deadline_ms() == ms(11.001)
    runner.step([], 11)
    assert len(runner.events) == 1
    runner.step([], 11.001)
    assert runner.facts()[1:] == [("breached", "c1", "time_to_answer", 10)]
    assert runner.engine.deadline_ms() is None


def test_a_lagging_service_never_breaches_a_promise_whose_answer_waits_in_the_log() -> None:
    log = Log().policy().queued("c1", 0, "cards").event("assigned", "c1", 9, stamped=500.0)
    runner = Runner()
    for record in log.records:
        runner.step([record])
    assert runner.results() == {("time_to_answer", "met"): 1}


def test_a_report_stamped_later_than_the_log_took_it_does_not_breach_the_promises_of_others() -> None:
    log = Log().policy().queued("c1", 0, "cards").event("received", "c2", 9_000, stamped=5)
    runner = run(log.event("assigned", "c1", 6))
    assert runner.results() == {("time_to_answer", "met"): 1}


@pytest.mark.parametrize("restarts", [False, True])
def test_a_promise_of_which_a_risk_is_told_from_the_future_is_broken_in_time_all_the_same(restarts: bool) -> None:
    """The warning is said with the risk, and what falls due after it is still waited for."""
    log = Log().policy().queued("c1", 0).event("risk_raised", "c1", 17, queue="orders", stamped=5, breach_risk=0.9)
    runner = run(log)
    if restarts:
        runner.restart()
    assert runner.engine.deadline_ms() == ms(21.001)
    runner.step([], 21.001)
    assert runner.facts()[1:] == [
        ("warned", "c1", "time_to_answer", 15),
        ("usher.sla.risk_raised", "c1", "time_to_answer", 17),
        ("breached", "c1", "time_to_answer", 20),
    ]


def test_a_risk_of_another_queue_than_the_promises_own_says_nothing_of_it() -> None:
    """After an overflow the clock goes on with the promise of the first queue, of which the router does not speak."""
    log = Log().policy().queued("c1", 0, "orders").queued("c1", 5, "cards", entered=0)
    told = run(log.event("risk_raised", "c1", 6, queue="cards", breach_risk=0.9)).facts()
    assert [name for name, *_ in told] == ["started"]
    told = run(log.event("risk_raised", "c1", 7, queue="orders", breach_risk=0.9)).facts()
    assert [name for name, *_ in told] == ["started", "usher.sla.risk_raised"]


def test_a_risk_that_stands_stands_once_whatever_target_holds_for_its_clock() -> None:
    """The gauge counts announcements, by the queue whose promise it is: another target is of the same queue."""
    shorter = {"queues": {"orders": {"targets": {"time_to_answer": {"within": "15s"}}}}, "apply_to_open": True}
    runner = Runner({**bodies(), ("acme", 2): orjson.dumps(POLICIES["acme", 1] | shorter).decode()})
    for record in (
        Log().policy().queued("c1", 0).event("risk_raised", "c1", 5, queue="orders").policy(version=2).records
    ):
        runner.step([record])
    assert ("retargeted", "c1", "time_to_answer") in [fact[:3] for fact in runner.facts()]
    assert runner.engine.at_risk == {("acme", "orders"): 1}


def test_a_breach_that_is_announced_or_taken_back_twice_is_told_once() -> None:
    log = Log().policy().queued("c1", 0)
    for at, what in enumerate(("risk_cleared", "risk_raised", "risk_raised", "risk_cleared", "risk_cleared"), 5):
        log.event(what, "c1", at, queue="orders")
    runner = run(log)
    assert runner.facts()[1:] == [
        ("usher.sla.risk_raised", "c1", "time_to_answer", 6),
        ("usher.sla.risk_cleared", "c1", "time_to_answer", 8),
    ]
    assert sum(runner.engine.at_risk.values()) == 0


def test_a_breach_of_another_promise_than_that_of_an_answer_is_neither_announced_nor_missed() -> None:
    """The router foretells waits, and nothing else: to count other breaches as never announced would blame it."""
    policy = {**POLICIES["acme", 1], "queues": {"orders": {"targets": {"resolution": {"within": "10s"}}}}}
    runner = Runner({("acme", 1): orjson.dumps(policy).decode()})
    runner.step(Log().policy().event("received", "c1", 0).queued("c1", 0).event("assigned", "c1", 11).records)
    assert ("breached", "c1", "resolution", 10) in runner.facts()
    assert [key for key in runner.database.totals if key[0] == ANNOUNCED] == []


def test_a_promise_that_the_log_calls_due_before_its_start_is_broken_when_it_is_made() -> None:
    log = Log().policy().queued("c1", 10, "cards", due_at="2026-06-21T00:00:05Z").event("assigned", "c1", 12)
    assert run(log).facts() == [
        ("started", "c1", "time_to_answer", 10),
        ("breached", "c1", "time_to_answer", 10),
        ("ended_late", "c1", "time_to_answer", 12),
    ]


def test_an_answer_in_time_counts_however_late_it_is_reported_and_whoever_owns_the_partition() -> None:
    """After a fault the topics come back one after another: what others did long after is on the log before it."""
    log = Log().policy().event("received", "c0", 100).queued("c1", 50, "cards").event("assigned", "c1", 55)
    whole, restarted = run(log), Runner()
    for record in log.records:
        restarted.step([record])
        restarted.restart()
    assert restarted.facts() == whole.facts()
    assert whole.results() == {("time_to_answer", "met"): 1}


def test_a_contacts_own_next_event_breaches_what_was_due_before_it() -> None:
    log = Log().policy().event("received", "c1", 0).queued("c1", 0, "orders").event("assigned", "c1", 601)
    assert [fact for fact in run(log).facts() if fact[2] == "resolution"] == [
        ("started", "c1", "resolution", 0),
        ("breached", "c1", "resolution", 600),
    ]


@pytest.mark.parametrize("end", ["abandoned", "cancelled", "expired", "scheduled"])
def test_an_end_before_the_due_time_cancels_the_promise(end: str) -> None:
    runner = run(Log().policy().queued("c1", 0, "cards").event(end, "c1", 9))
    assert runner.facts()[1:] == [("cancelled", "c1", "time_to_answer", 9)]
    assert runner.results() == {("time_to_answer", "cancelled"): 1}
    assert runner.database.contacts == {}


@pytest.mark.parametrize("end", ["abandoned", "cancelled", "expired", "scheduled"])
def test_an_end_after_the_due_time_leaves_the_breach_and_says_no_more(end: str) -> None:
    runner = run(Log().policy().queued("c1", 0, "cards").event(end, "c1", 30))
    assert runner.facts()[1:] == [("breached", "c1", "time_to_answer", 10)]
    assert runner.results() == {("time_to_answer", "breached"): 1}
    assert runner.database.contacts == {}


def test_overflow_keeps_the_promise_of_the_first_queue() -> None:
    log = Log().policy().queued("c1", 0, "cards").event("overflowed", "c1", 8, queue="orders")
    runner = run(log.queued("c1", 8, "orders", entered=0).event("assigned", "c1", 12))
    assert [name for name, *_ in runner.facts()] == ["started", "breached", "ended_late"]
    assert runner.total("breaches", "time_to_answer", "10s", "cards", "voice") == 1


def test_overflow_into_the_first_queue_that_promises_starts_the_clock() -> None:
    log = Log().policy().queued("c1", 0, "general").queued("c1", 8, "cards", entered=0)
    runner = run(log.event("assigned", "c1", 9))
    assert runner.facts() == [("started", "c1", "time_to_answer", 0), ("met", "c1", "time_to_answer", 9)]


def test_an_entry_after_an_assignment_starts_another_clock() -> None:
    log = Log().policy().queued("c1", 0, "cards").event("assigned", "c1", 3).event("requeued", "c1", 5)
    runner = run(log.queued("c1", 5, "cards", entered=0).event("assigned", "c1", 8))
    assert runner.results() == {("time_to_answer", "met"): 2}
    assert len({orjson.loads(event.body)["clock_id"] for event in runner.events}) == 2


def test_a_queue_without_a_promise_has_no_clock_whatever_orders_it() -> None:
    runner = run(Log().policy().queued("c1", 0, "general"), now=50_000)
    assert runner.events == []


def test_without_the_workspaces_policy_the_events_own_target_holds() -> None:
    runner = run(Log().queued("c1", 0, "cards").event("assigned", "c1", 4))
    assert runner.results() == {("time_to_answer", "met"): 1}


def test_a_warning_comes_at_its_share_of_the_target() -> None:
    runner = run(Log().policy().queued("c1", 0, "orders").event("assigned", "c1", 18))
    assert runner.facts() == [
        ("started", "c1", "time_to_answer", 0),
        ("warned", "c1", "time_to_answer", 15),
        ("met", "c1", "time_to_answer", 18),
    ]


@pytest.mark.parametrize("end", ["assigned", "abandoned"])
def test_an_end_at_the_very_time_of_the_warning_spares_it(end: str) -> None:
    runner = run(Log().policy().queued("c1", 0, "orders").event(end, "c1", 15))
    assert "warned" not in [name for name, *_ in runner.facts()]


def test_a_resolution_runs_from_arrival_to_close() -> None:
    log = Log().policy().event("received", "c1", 0).queued("c1", 100, "orders").event("assigned", "c1", 105)
    runner = run(log.event("closed", "c1", 600, agent_id="a1"))
    assert [fact for fact in runner.facts() if fact[2] == "resolution"] == [
        ("started", "c1", "resolution", 0),
        ("met", "c1", "resolution", 600),
    ]
    assert runner.database.contacts == {}


def test_a_contact_has_one_resolution_over_transfers_and_queues() -> None:
    log = Log().policy().event("received", "c1", 0).queued("c1", 0, "orders").event("assigned", "c1", 5)
    log.event("transferred", "c1", 10).queued("c1", 10, "orders", entered=0).event("assigned", "c1", 11)
    runner = run(log.event("closed", "c1", 601))
    assert [name for name, _, kind, _ in runner.facts() if kind == "resolution"] == [
        "started",
        "breached",
        "ended_late",
    ]


def test_a_bot_is_held_to_the_default_queues_resolution() -> None:
    log = Log().policy().event("received", "c1", 0).event("sent_to_bot", "c1", 1, bot="default")
    runner = run(log.event("contained", "c1", 60))
    assert runner.results() == {("resolution", "met"): 1}
    assert orjson.loads(runner.events[0].body)["queue"] == "orders"


def test_an_escalated_contact_gets_the_resolution_of_the_queue_where_the_default_queue_has_none() -> None:
    log = Log(workspace="globex").policy("globex").event("received", "c1", 0).event("sent_to_bot", "c1", 1)
    runner = run(log.event("escalated", "c1", 50).queued("c1", 50, "orders").event("closed", "c1", 121))
    assert [fact for fact in runner.facts() if fact[2] == "resolution"] == [
        ("started", "c1", "resolution", 0),
        ("warned", "c1", "resolution", 60),
        ("breached", "c1", "resolution", 120),
        ("ended_late", "c1", "resolution", 121),
    ]


def test_a_policy_holds_from_its_place_in_the_log_and_only_in_its_workspace() -> None:
    log = Log(workspace="globex").policy("acme").event("received", "c1", 0).queued("c1", 0, "orders")
    runner = run(log.policy("globex").event("received", "c2", 1).queued("c2", 1, "orders"))
    assert [fact for fact in runner.facts() if fact[2] == "resolution"] == [("started", "c2", "resolution", 1)]


def test_waits_are_counted_by_how_they_ended_with_every_target_as_a_bound() -> None:
    log = Log(workspace="globex").policy("globex").queued("c1", 0, "orders").event("assigned", "c1", 8)
    log.queued("c2", 0, "orders").queued("c2", 3, "general", entered=0).event("abandoned", "c2", 8.001)
    runner = run(log.queued("c3", 0, "general").event("scheduled", "c3", 2))
    assert runner.total("wait_bucket", "orders", "voice", "answered", "8.0", workspace="globex") == 1
    assert runner.total("wait_bucket", "orders", "voice", "flow_out", "5.0", workspace="globex") == 1
    assert runner.total("wait_bucket", "general", "voice", "abandoned", "10.0", workspace="globex") == 1
    assert runner.total("wait_sum", "general", "voice", "abandoned", workspace="globex") == 8.001
    assert runner.total("wait_bucket", "general", "voice", "callback", "2.0", workspace="globex") == 1


def test_entering_the_same_queue_again_while_waiting_is_no_flow_out() -> None:
    runner = run(Log().policy().queued("c1", 0, "cards").queued("c1", 4, "cards", entered=0))
    assert not any("flow_out" in key and value for key, value in runner.database.totals.items())


def test_a_contact_that_was_forgotten_and_comes_back_is_deleted_once_for_each_time_it_was_stored() -> None:
    log = Log().policy().queued("c1", 0, "cards").event("assigned", "c1", 1).event("requeued", "c1", 2)
    log.queued("c1", 2, "cards", entered=0).event("assigned", "c1", 3).queued("c1", 4, "cards", entered=0)
    runner = Runner()
    for first, last in ((0, 2), (2, 3), (3, 6), (6, 7)):
        runner.step(log.records[first:last])
    assert list(runner.database.contacts) == ["c1"]


def test_a_breach_counter_exists_from_the_start_of_the_first_clock() -> None:
    runner = run(Log().policy().queued("c1", 0, "cards"))
    assert runner.total("breaches", "time_to_answer", "10s", "cards", "voice") == 0


UNTIMELY = (
    b'{"workspace": "acme", "contact_id": "c1", "channel": "voice", "version": 2, "policy_version": 99,'
    b' "occurred_at": "%s"}'
)


@pytest.mark.parametrize(
    ("value", "reason", "path"),
    [
        (b"", "empty", ""),
        (b"{", "not_json", ""),
        (b"[]", "invalid", ""),
        (b'{"workspace": "acme"}', "invalid", ""),
        (b'{"workspace": "acme", "contact_id": 7}', "invalid", "contact_id"),
        (UNTIMELY % b"yesterday", "invalid", "occurred_at"),
        (UNTIMELY % b"2026-01-31T09:30:00", "invalid", "occurred_at"),  # in which time zone?
    ],
)
def test_a_record_that_cannot_be_read_is_refused_and_its_neighbours_count(value: bytes, reason: str, path: str) -> None:
    log = Log().policy().queued("c1", 0, "cards")
    log.records.append(Record(2, BASE_MS, "usher.contact.assigned.v1", "x", value, 3))
    log.records.append(Record(3, BASE_MS, "usher.policy.activated.v1", "y", value, 4))
    log.event("assigned", "c1", 5)
    runner = run(log)
    assert runner.results() == {("time_to_answer", "met"): 1}
    assert [(dead.reason, dead.path) for dead in runner.dead][0] == (reason, path)
    assert [dead.origin.offset for dead in runner.dead] == [2, 3]
    assert runner.engine.reject(log.records[2], runner.dead[0].reason, "again").id == runner.dead[0].id


def test_what_is_no_event_of_a_contact_is_skipped_unread() -> None:
    log = Log()
    for kind in ("usher.agent.availability_changed.v1", "usher.contact.offered.v1", "", "usher.future.v9"):
        log.records.append(Record(0, BASE_MS, kind, "x", b"not even JSON", 1))
    runner = run(log)
    assert (runner.events, runner.dead) == ([], [])


def test_every_fact_of_a_clock_has_an_event_id_of_its_own() -> None:
    log = Log().policy().event("received", "c1", 0).queued("c1", 0, "orders").event("assigned", "c1", 30)
    runner = run(log.event("closed", "c1", 700))
    assert len({(event.cause_id, event.ordinal) for event in runner.events}) == len(runner.events) == 7
    assert {event.type for event in runner.events} <= {fact.value for fact in Fact}


@pytest.mark.parametrize("batch", [1, 7, 100])
@pytest.mark.parametrize(("restarts", "noted"), [(False, False), (True, False), (False, True), (True, True)])
def test_an_hour_behind_no_promise_is_broken_whose_answer_is_not_read_yet_and_none_is_missed(
    batch: int, restarts: bool, noted: bool
) -> None:
    """The oldest clock fell due an hour before its answer is read; the router handled everything long ago."""
    log, runner, applied = Log().policy(), Runner(), {0: 0}
    for minute in range(60):
        log.queued(f"c{minute}", minute * 60, "cards")
    for minute in range(0, 60, 2):
        log.event("assigned", f"c{minute}", minute * 60 + 5, stamped=3600)
    upstream, end = Upstream(lambda: applied, lambda: applied), len(log.records)
    for first in range(0, end, batch):
        note = Note(ms(3601 + first), end) if noted else None  # a router of 0.1.0 says nothing
        upstream.looked(0, Look(ms(3601 + first), 9), handled=9, output_end=end, note=note)
        settled_ms = upstream.settled_ms(0)
        runner.step(log.records[first : first + batch], (settled_ms - BASE_MS) / 1000 if settled_ms else None)
        applied[0] = min(end, first + batch)
        if restarts:
            runner.restart()
        assert not [fact for fact in runner.facts() if fact[0] == "breached"]
    runner.step([], (upstream.settled_ms(0) - BASE_MS) / 1000)
    told = {(name, contact): at for name, contact, _, at in runner.facts() if name != "started"}
    assert told == {
        ("breached" if minute % 2 else "met", f"c{minute}"): minute * 60 + (10 if minute % 2 else 5)
        for minute in range(60)
    }
