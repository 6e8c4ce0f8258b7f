"""The small parts of the sla service: clocks, deadlines, totals, targets, and the look at the router."""

import random
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sla.domain.clock import TRANSITIONS, Clock, Fact, Kind, Signal, State, clock_id, move
from services.sla.domain.contact import Contact
from services.sla.domain.deadlines import STALE_ENTRIES_MAX, Deadlines
from services.sla.domain.promises import promises_of
from services.sla.domain.totals import WAIT_BUCKET, Total, Totals
from services.sla.upstream import Look, Looks, Upstream
from shared.contract.progress import Note, note_of, read_note
from shared.lane.time import AHEAD_MS, reached_ms
from shared.policy.kinds import SPANS, TargetKind
from shared.policy.parse import parse_policy

DECIDED = (State.MET, State.BREACHED, State.CANCELLED)


def clock(due_ms: int = 100, **fields: object) -> Clock:
    base = {"kind": Kind.TIME_TO_ANSWER, "target": "20s", "target_seconds": 20.0, "started_ms": 0, "queue": "orders"}
    return Clock(**{"clock_id": f"k{due_ms:06d}", "due_ms": due_ms, **base, **fields})


CONTACT = Contact(contact_id="c1", workspace="acme", channel="voice")


# ---- clocks ----


def test_a_decided_clock_never_becomes_anything_else() -> None:
    for (before, _), (after, _) in TRANSITIONS.items():
        assert before not in DECIDED or after is before


@pytest.mark.parametrize(("state", "signal"), sorted(product(State, Signal) - TRANSITIONS.keys()))
def test_a_move_that_the_table_does_not_have_is_an_error(state: State, signal: Signal) -> None:
    with pytest.raises(KeyError):
        move(clock(state=state), signal)


def test_only_a_running_clock_has_a_next_time_first_its_warning_then_its_due_time() -> None:
    assert clock(100, warn_ms=75).next_ms == 75
    assert clock(100).next_ms == 100
    assert {clock(100, state=state).next_ms for state in State if state is not State.RUNNING} == {None}


def test_each_start_of_a_clock_has_an_id_of_its_own_and_always_the_same() -> None:
    ids = {clock_id(contact, kind, "20s", version) for contact in "ab" for kind in Kind for version in ("3", "4")}
    assert len(ids) == 2 * len(Kind) * 2
    assert clock_id("a", Kind.RESOLUTION, "4h", "2") == clock_id("a", Kind.RESOLUTION, "4h", "2")


def test_every_move_with_news_has_its_own_event_type() -> None:
    assert {fact for _, fact in TRANSITIONS.values() if fact} == set(Fact) - {
        Fact.STARTED,
        Fact.WARNED,
        Fact.RETARGETED,
        Fact.RISK_RAISED,
        Fact.RISK_CLEARED,
    }


# ---- deadlines ----


def test_deadlines_come_in_order_of_time_then_id_and_ended_clocks_never() -> None:
    clocks = [clock(due, clock_id=f"k{number}") for number, due in enumerate((50, 20, 20, 90, 30))]
    deadlines = Deadlines()
    for one in clocks:
        deadlines.add(one, CONTACT)
    move(clocks[4], Signal.DONE)
    deadlines.outdate()
    assert deadlines.first_ms() == 20
    assert [found[0].clock_id for found in iter(lambda: deadlines.pop_before(90), None)] == ["k1", "k2", "k0"]
    assert deadlines.first_ms() == 90
    move(clocks[3], Signal.DROPPED)
    deadlines.outdate()
    assert deadlines.first_ms() is None


def test_ended_clocks_with_far_deadlines_do_not_fill_the_memory() -> None:
    deadlines, rng = Deadlines(), random.Random(1)
    live = [clock(10_000_000 + number) for number in range(500)]
    for one in live:
        deadlines.add(one, CONTACT)
    for number in range(20_000):
        brief = clock(rng.randrange(1_000_000, 9_000_000), clock_id=str(number))
        deadlines.add(brief, CONTACT)
        move(brief, Signal.DONE)
        deadlines.outdate()
    assert len(deadlines) <= 2 * len(live) + STALE_ENTRIES_MAX
    assert deadlines.first_ms() == 10_000_000
    assert sum(1 for _ in iter(lambda: deadlines.pop_before(2**60), None)) == len(live)


# ---- totals ----


def test_totals_are_taken_once_and_in_one_order() -> None:
    totals = Totals([Total(("clocks", "resolution", "4h", "met"), 41)])
    totals.add(("clocks", "resolution", "4h", "met"))
    totals.begin(("breaches", "resolution", "4h", "orders", "voice"))
    totals.begin(("clocks", "resolution", "4h", "met"))
    assert totals.take_changed() == [
        Total(("breaches", "resolution", "4h", "orders", "voice"), 0),
        Total(("clocks", "resolution", "4h", "met"), 42),
    ]
    assert totals.take_changed() == []


def test_a_target_is_a_bound_of_the_waits_from_the_moment_it_is_known_and_after_a_restart() -> None:
    totals = Totals()
    totals.waited(("acme", "q", "voice"), "answered", 7.5)
    totals.add_bounds([7.5, 20])
    totals.waited(("acme", "q", "voice"), "answered", 7.5)
    stored = {total.key: total.value for total in totals.take_changed()}
    assert stored[WAIT_BUCKET, "acme", "q", "voice", "answered", "10.0"] == 1
    assert stored[WAIT_BUCKET, "acme", "q", "voice", "answered", "7.5"] == 1
    again = Totals([Total(key, value) for key, value in stored.items()])
    again.waited(("acme", "q", "voice"), "answered", 7.4)
    assert Total((WAIT_BUCKET, "acme", "q", "voice", "answered", "7.5"), 2) in again.take_changed()


def test_a_wait_beyond_all_bounds_is_counted() -> None:
    totals = Totals()
    totals.waited(("acme", "q", "email"), "answered", 1e6)
    assert Total((WAIT_BUCKET, "acme", "q", "email", "answered", "+Inf"), 1) in totals.take_changed()


# ---- targets ----


def promises(**queues: dict) -> object:
    document = {"workspace": "acme", "timezone": "Europe/Madrid", "queues": queues, "default_queue": next(iter(queues))}
    document["calendars"] = {"office": {"open": {"mon-fri": ["09:00-13:00", "15:00-18:00"]}}}
    return promises_of(parse_policy(document, not_yet=()), 3)


def test_a_target_counts_only_the_open_time_of_its_calendar() -> None:
    found = promises(orders={"targets": {"resolution": {"within": "2h", "calendar": "office", "warn_at": 0.25}}})
    target = found.of(Kind.RESOLUTION, CONTACT, "orders")
    monday_noon = 1_782_122_400_000  # 2026-06-22 12:00 in Madrid: an hour before lunch
    assert target.due_ms(monday_noon) == monday_noon + 4 * 3_600_000
    assert target.warn_ms(monday_noon) == monday_noon + 1_800_000


def test_a_contact_without_a_queue_is_promised_what_the_default_queue_promises() -> None:
    found = promises(first={"targets": {"resolution": {"within": "4h"}}}, second={"targets": {}})
    assert found.of(Kind.RESOLUTION, CONTACT, None).queue == "first"
    assert found.of(Kind.RESOLUTION, CONTACT, "second") is None
    assert found.of(Kind.RESOLUTION, CONTACT, "gone with an older policy") is None


def test_every_kind_of_the_policy_is_one_that_the_engine_runs_and_the_reverse() -> None:
    assert set(get_args(TargetKind)) == {kind.value for kind in Kind} == set(SPANS)
    found = promises(orders={"targets": {kind.value: {"within": "90s"} for kind in Kind}})
    assert {found.of(kind, CONTACT, "orders").name for kind in Kind} == {"90s"}


# ---- the look at ingest and the router ----

DOOR = ("chat", 0)


def test_a_partition_is_settled_only_as_of_what_the_router_handled_and_we_applied() -> None:
    applied = {0: 7}
    upstream = Upstream(lambda: applied)
    upstream.looked(0, Look(300, 5), handled=4, output_end=7)
    assert upstream.settled_ms(0) == 0, "the router has an input in hand"
    upstream.looked(0, Look(400, 6), handled=5, output_end=8)
    assert upstream.settled_ms(0) == 0, "we have not applied what the router made of the fifth input"
    applied[0] = 8
    assert upstream.settled_ms(0) == 300, "the sixth input is still in the router's hands"


def test_what_ingest_has_not_read_is_unknown_however_idle_the_router_is() -> None:
    upstream = Upstream(lambda: {0: 0})
    assert upstream.door_looked(100, {DOOR: 3, ("voice", 1): 9}, {DOOR: 3, ("voice", 1): 9}) == 100
    assert upstream.door_looked(200, {DOOR: 4, ("voice", 1): 9}, {DOOR: 3, ("voice", 1): 9}) == 100
    assert upstream.door_looked(300, {DOOR: 5, ("voice", 1): 9}, {DOOR: 4, ("voice", 1): 9}) == 200
    assert upstream.door_looked(400, {}, {}) == 400, "where there are no topics nothing waits"


def test_a_door_that_was_never_caught_up_with_settles_nothing() -> None:
    upstream = Upstream(lambda: {0: 0})
    door_ms = upstream.door_looked(100, {DOOR: 3}, {DOOR: 0})
    upstream.looked(0, Look(door_ms, 0), handled=0, output_end=0)
    assert (door_ms, upstream.settled_ms(0)) == (0, 0)


def test_the_routers_own_deadlines_hold_the_time_back_until_they_are_told() -> None:
    upstream = Upstream(lambda: {0: 0}, lambda: {0: 0})
    upstream.looked(0, Look(500, 0), handled=0, output_end=9, note=Note(420, 0))
    upstream.looked(0, Look(600, 0), handled=0, output_end=9, note=Note(420, 0))
    assert upstream.settled_ms(0) == 420, "nothing waits for it, but it has not said that nothing fell due since"
    upstream.looked(0, Look(700, 0), handled=0, output_end=9, note=Note(690, 0))
    assert upstream.settled_ms(0) == 690


def test_of_the_routers_events_those_count_that_it_names_and_not_what_it_told_since() -> None:
    heard = {0: 8}
    upstream = Upstream(lambda: {0: 0}, lambda: heard)
    upstream.looked(0, Look(500, 3), handled=3, output_end=99, note=Note(700, 9))
    assert upstream.settled_ms(0) == 0, "the ninth event may be an answer that was given in time"
    heard[0] = 9
    assert upstream.settled_ms(0) == 500
    upstream.looked(0, Look(600, 4), handled=4, output_end=9)
    assert upstream.settled_ms(0) == 500, "an older router takes over: what it says nothing of counts by its log's end"


def test_events_that_are_on_no_log_any_more_are_waited_for_by_nobody() -> None:
    """A log that was lost, or whose records expired unread, and that an operator accepted: sla goes on behind it."""
    applied, heard = {0: 40}, {0: 40}
    upstream = Upstream(lambda: applied, lambda: heard)
    upstream.looked(0, Look(500, 5), handled=5, output_end=60, note=Note(700, 60))
    assert upstream.settled_ms(0) == 0, "they may still be read"
    for lost_at in (0, 100):
        applied[0] = lost_at
        upstream.partitions()
        upstream.looked(0, Look(600 + lost_at, 5), handled=5, output_end=lost_at, note=Note(800, 60))
        assert upstream.settled_ms(0) == 600 + lost_at


@pytest.mark.parametrize("ahead_ms", [0, 200, 60_000])
def test_a_clock_of_ours_that_is_ahead_is_believed_no_further_than_the_router_tells_ahead(ahead_ms: int) -> None:
    """docs/lane.md: by so much the room for reports must be more."""
    upstream = Upstream(lambda: {0: 0}, lambda: {0: 0})
    for router_ms in range(1_000, 20_000, 100):
        note = Note(reached_ms(None, router_ms), 0)
        upstream.looked(0, Look(router_ms + ahead_ms, 0), handled=0, output_end=9, note=note)
        assert upstream.settled_ms(0) == router_ms + min(ahead_ms, AHEAD_MS)


def test_a_partition_that_is_not_ours_is_never_settled() -> None:
    upstream = Upstream(dict)
    upstream.looked(0, Look(100, 0), handled=0, output_end=0)
    assert upstream.settled_ms(0) == 0


def test_of_a_partition_that_was_away_nothing_is_known_before_it_is_looked_at_again() -> None:
    applied = {0: 8, 1: 8}
    upstream = Upstream(lambda: applied)
    for partition in upstream.partitions():
        upstream.looked(partition, Look(300, 5), handled=5, output_end=8)
    del applied[0]
    assert upstream.partitions() == [1]
    applied[0] = 9
    assert [upstream.settled_ms(partition) for partition in (0, 1)] == [0, 300]
    upstream.looked(0, Look(900, 7), handled=6, output_end=9)
    assert upstream.settled_ms(0) == 0, "the look of before is no answer to what the router has in hand now"
    upstream.looked(0, Look(950, 7), handled=7, output_end=9)
    assert upstream.settled_ms(0) == 950


def test_what_a_lane_of_an_older_database_has_not_applied_again_is_not_known_any_more() -> None:
    applied = {0: 8}
    upstream = Upstream(lambda: applied)
    upstream.looked(0, Look(300, 5), handled=5, output_end=8)
    assert upstream.settled_ms(0) == 300
    applied[0] = 2
    assert upstream.settled_ms(0) == 0, "the answer of a promise that ended may lie between the second and the eighth"
    upstream.looked(0, Look(900, 5), handled=5, output_end=8)
    applied[0] = 8
    assert upstream.settled_ms(0) == 900


def test_a_lag_of_hours_still_has_a_look_that_it_covers() -> None:
    looks = Looks()
    for second in range(1, 20_001):
        looks.add(Look(second * 1000, second))
    for behind in (1, 10, 500, 15_000):
        fresh = Looks()
        for second in range(1, 20_001):
            fresh.add(Look(second * 1000, second))
        found = fresh.covered_ms(20_000 - behind)
        assert found <= (20_000 - behind) * 1000
        assert found > 0 or behind > 10_000
    assert looks.covered_ms(20_000) == 20_000_000


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.booleans()), max_size=120),
    st.sampled_from([(False,), (True,), (True, False), (True, True, False)]),
)
def test_the_settled_time_is_never_later_than_the_truth(
    moves: list[tuple[int, int, int, bool]], notes: tuple[bool, ...]
) -> None:
    """The oracle: each input has the time at which it came to the door; whatever is not applied yet is unknown. One
    input is one event, so offsets of the log begin at 0 and seqs at 1; not every router notes what it told."""
    applied = {0: 0}
    upstream = Upstream(lambda: applied, lambda: applied)
    came_ms: list[int] = []
    delivered = handled = 0
    for at_ms, (new, taken, done, look) in enumerate(moves, 1):
        if look:
            door_ms = upstream.door_looked(at_ms, {DOOR: len(came_ms)}, {DOOR: delivered})
            note = Note(at_ms + AHEAD_MS, handled) if notes[at_ms % len(notes)] else None
            upstream.looked(0, Look(door_ms, delivered), handled=handled, output_end=handled, note=note)
        came_ms += [at_ms] * new
        delivered = min(len(came_ms), delivered + taken)
        handled = min(delivered, handled + done)
        applied[0] = handled if done % 2 else applied[0]
        unknown_ms = came_ms[applied[0]] if applied[0] < len(came_ms) else at_ms + 1
        assert upstream.settled_ms(0) <= unknown_ms


@pytest.mark.parametrize(
    "text", ["", None, "17", "told_ms=17", "told_ms=x seq=1", "told_ms=1 seq=2 ", "told_ms=١ seq=2", "seq=2 told_ms=1"]
)
def test_a_note_beside_an_offset_is_read_as_it_was_written(text: str | None) -> None:
    assert read_note(text) is None
    assert read_note(note_of(Note(17, 9))) == Note(17, 9)
