"""The sla engine against a recomputation: whatever is cut, restarted or late, the facts are those of the whole log."""

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.contract.records import Record
from tests.support.documented import undocumented
from tests.support.sla_builders import BASE_MS, LATENESS_MS, Log, Runner
from tests.support.sla_oracle import recompute

# The ways of a contact: what happens after it was received, in order.
WAYS = (
    ("sent_to_bot", "contained"),
    ("sent_to_bot", "escalated", "queued", "assigned", "closed"),
    ("sent_to_self_service", "abandoned"),
    ("queued", "offered", "assigned", "wrapping", "closed"),
    ("queued", "offered", "offer_declined", "abandoned"),
    ("queued", "overflowed", "queued", "assigned", "closed"),
    ("queued", "assigned", "requeued", "queued", "assigned", "transferred", "queued", "cancelled"),
    ("queued", "scheduled", "queued", "assigned", "expired"),
    ("queued", "assigned"),
    ("queued",),
    ("sent_to_bot",),
)
QUEUES = ("orders", "cards", "general")
# Around the targets of the policies (8 to 30 s, 2 and 10 minutes) and their warnings, in ms.
GAPS_MS = st.sampled_from(
    (0, 1, 900, 3_999, 4_000, 4_001, 7_999, 8_000, 10_000, 14_999, 15_001, 60_000, 299_999, 700_000)
)

contacts = st.lists(
    st.tuples(
        st.sampled_from(("acme", "globex")),
        st.sampled_from(WAYS),
        st.integers(0, 60_000),
        st.lists(st.tuples(GAPS_MS, st.integers(0, LATENESS_MS), st.sampled_from(QUEUES)), min_size=10, max_size=10),
    ),
    min_size=1,
    max_size=6,
)


def log_of(plans: list[tuple[str, tuple[str, ...], int, list[tuple[int, int, str]]]], later: int = 1) -> list[Record]:
    """All contacts' events in the order in which the router heard of them: up to ``later`` times LATENESS_MS after they
    happened."""
    heard: list[tuple[int, int, int, str, str, str]] = []
    for number, (workspace, way, at_ms, steps) in enumerate(plans):
        heard_ms = at_ms
        for place, (kind, (gap_ms, delay_ms, queue)) in enumerate(zip(("received", *way), steps, strict=False)):
            at_ms += gap_ms if place else 0
            heard_ms = max(heard_ms, at_ms + later * delay_ms)
            heard.append((heard_ms, number, at_ms, kind, queue, workspace))
    log = Log().policy("acme").policy("globex")
    entered: dict[int, float] = {}
    for heard_ms, number, at_ms, kind, queue, workspace in sorted(heard, key=lambda event: event[:2]):
        at, name = at_ms / 1000, f"contact-{number}"
        if kind == "queued":
            entered.setdefault(number, at)
            log.queued(name, at, queue, entered=entered[number], workspace=workspace, stamped=heard_ms / 1000)
        else:
            log.event(kind, name, at, workspace=workspace, stamped=heard_ms / 1000)
    return log.records


def observed(runner: Runner) -> Counter[tuple[str, str, str, float]]:
    return Counter(runner.facts())


@settings(max_examples=150, deadline=None)
@given(plans=contacts, data=st.data())
def test_the_facts_are_those_of_the_whole_log_wherever_it_is_cut_and_whoever_goes_on(plans, data) -> None:
    records = log_of(plans)
    runner = Runner()
    place = 0
    while place < len(records):
        size = data.draw(st.integers(1, len(records) - place))
        batch = records[place : place + size]
        place += size
        # While nothing is left to read, the wall clock may be as late as the next record is stamped.
        ceiling = records[place].at_ms if place < len(records) else batch[-1].at_ms
        wall = data.draw(st.sampled_from((None, batch[-1].at_ms, ceiling)))
        runner.step(batch, None if wall is None else (wall - BASE_MS) / 1000)
        if data.draw(st.booleans()):
            runner.restart()
    end_ms = max(record.at_ms for record in records) + 5_000_000
    runner.step([], (end_ms - BASE_MS) / 1000)
    assert undocumented(runner.events) == []
    assert observed(runner) == recompute(records, end_ms - LATENESS_MS)


@settings(max_examples=60, deadline=None)
@given(plans=contacts, cuts=st.sets(st.integers(1, 50)))
def test_cutting_and_restarting_anywhere_changes_no_event_no_row_and_no_total(plans, cuts) -> None:
    records = log_of(plans, later=30)  # later than the service allows: even then it says one thing only
    whole, cut = Runner(), Runner()
    whole.step(records)
    for first, last in pairwise([0, *sorted(cuts & set(range(len(records)))), len(records)]):
        cut.step(records[first:last])
        cut.restart()
    assert cut.events == whole.events
    assert cut.database.__dict__ == whole.database.__dict__
    end_ms = max(record.at_ms for record in records) + 5_000_000
    whole.step([], (end_ms - BASE_MS) / 1000)
    assert observed(whole) == recompute(records, end_ms - LATENESS_MS)


@settings(max_examples=60, deadline=None)
@given(plans=contacts)
def test_totals_count_every_decided_clock_and_every_breach_once(plans) -> None:
    records = log_of(plans)
    runner = Runner()
    for record in records:
        runner.step([record])
        runner.restart()
    facts = observed(runner)
    decided = Counter((kind, name) for name, _, kind, _ in facts.elements() if name in {"met", "breached", "cancelled"})
    assert runner.results() == decided
    assert len(runner.database.breaches) == sum(number for fact, number in facts.items() if fact[0] == "breached")
    started = Counter(kind for name, _, kind, _ in facts.elements() if name == "started")
    for kind, number in started.items():
        ended = sum(count for (ended_kind, _), count in decided.items() if ended_kind == kind)
        assert runner.engine.open_clocks.get(kind, 0) == number - ended


@settings(max_examples=40, deadline=None)
@given(plans=contacts)
def test_nothing_is_remembered_of_contacts_that_ended(plans) -> None:
    records = log_of([(workspace, (*way, "cancelled"), at, steps) for workspace, way, at, steps in plans])
    runner = Runner()
    runner.step(records)
    assert runner.database.contacts == {}
    assert runner.engine.deadline_ms() is None


@settings(max_examples=40, deadline=None)
@given(plans=contacts, lag_ms=st.integers(0, 10_000_000))
def test_a_service_that_lags_says_the_same_as_one_that_does_not(plans, lag_ms: int) -> None:
    records = log_of(plans)
    prompt, lagging = Runner(), Runner()
    for record in records:
        prompt.step([record], (record.at_ms - BASE_MS) / 1000)
        # The log's own stamps are those of a router that was down: they say nothing about the time of what happened.
        lagging.step([replace(record, at_ms=record.at_ms + lag_ms)])
    end = (records[-1].at_ms - BASE_MS) / 1000 + 5_000
    prompt.step([], end)
    lagging.step([], end)
    assert observed(prompt) == observed(lagging)
