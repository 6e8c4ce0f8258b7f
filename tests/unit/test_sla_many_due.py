"""Many promises that are over at one instant: told a step's worth at a time, each once, and none later than need be."""

import random

import pytest

from services.sla.domain import deadlines
from services.sla.domain.deadlines import FIRED_MAX
from tests.support.sla_builders import LATENESS_MS, Log, Runner, ms

CONTACTS = 60
OF_A_STEP = 7
DUE = 20.0  # of the queue's answer, in seconds; all have waited since 0
LATENESS = LATENESS_MS / 1000


def _waiting(contacts: int = CONTACTS) -> Log:
    log = Log().policy()
    for number in range(contacts):
        log.queued(f"c{number}", 0.0)
    return log


def _told_until_none_is_due(runner: Runner, now: float) -> list[int]:
    """How many facts each step told."""
    told = []
    while (due := runner.engine.deadline_ms()) is not None and due <= ms(now):
        told.append(len(runner.step([], now).events))
    return told


def test_no_step_tells_more_than_its_share_and_who_is_left_is_due_still() -> None:
    runner = Runner()
    log = _waiting(FIRED_MAX + 10)
    runner.step(log.records)
    assert _told_until_none_is_due(runner, 16.5 + LATENESS) == [FIRED_MAX, 10]  # the warnings
    assert _told_until_none_is_due(runner, DUE + 1 + LATENESS) == [FIRED_MAX, 10]
    assert runner.total("breaches", "time_to_answer", "20s", "orders", "voice") == FIRED_MAX + 10


@pytest.mark.parametrize("seed", range(5))
def test_in_whatever_steps_they_are_told_they_are_the_same_facts(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    log = _waiting()
    first = len(log.records)
    for number in rng.sample(range(CONTACTS), 30):
        log.event("assigned", f"c{number}", rng.choice((DUE, DUE + 5)), queue="orders", agent_id="a1", stamped=DUE + 6)
    at_once, bit_by_bit = Runner(), Runner()
    for runner in (at_once, bit_by_bit):
        runner.step(log.records[:first])
    at_once.step([], DUE)
    at_once.step(log.records[first:])
    at_once.step([], DUE + 7 + LATENESS)
    monkeypatch.setattr(deadlines, "FIRED_MAX", OF_A_STEP)
    later = log.records[first:]
    while later or bit_by_bit.engine.deadline_ms() is not None:
        size = rng.randint(0, 4)
        batch, later = later[:size], later[size:]
        bit_by_bit.step(batch, DUE + 7 + LATENESS if not later else DUE)
        if rng.random() < 0.3:
            bit_by_bit.restart()
        if not later and (bit_by_bit.engine.deadline_ms() or 0) > ms(DUE + 7 + LATENESS):
            break
    assert sorted(bit_by_bit.facts()) == sorted(at_once.facts())
    assert bit_by_bit.results() == at_once.results()


def test_who_is_answered_late_while_others_are_told_is_late_by_their_own_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "FIRED_MAX", 1)
    runner = Runner()
    log = _waiting(3)
    waiting = len(log.records)
    log.event("assigned", "c2", DUE + 3, queue="orders", agent_id="a1")
    runner.step(log.records[:waiting])
    runner.step(log.records[waiting:], DUE + 3 + LATENESS)
    told = [(name, contact) for name, contact, kind, _ in runner.facts() if kind == "time_to_answer"]
    assert ("breached", "c2") in told
    assert ("ended_late", "c2") in told
    _told_until_none_is_due(runner, DUE + 3 + LATENESS)
    breached = [contact for name, contact, kind, _ in runner.facts() if (name, kind) == ("breached", "time_to_answer")]
    assert sorted(breached) == ["c0", "c1", "c2"]
