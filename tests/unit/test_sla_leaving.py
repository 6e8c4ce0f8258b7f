"""Who signed off is remembered for a day, in whatever order and however often they do, and at a price that does not
grow with how many they are."""

import random

import msgspec
import pytest

from services.sla.domain.account_event import Available
from services.sla.domain.stretches import LEFT_MS_MAX, OUTDATED_MAX, Stretches
from services.sla.domain.totals import Totals
from tests.support.cpu import cpu_seconds, in_some_try

HOUR_MS = 3_600_000
SEVERAL_TIMES = 25  # ten times as many may cost so many times as much; a look at all of them costs a hundred times


def says(agent: str, presence: str) -> Available:
    return Available(
        workspace="acme", agent_id=agent, presence=presence, availability="idle", free_units=3, occurred_at="", units=3
    )


@pytest.mark.parametrize("seed", range(5))
def test_who_left_is_remembered_for_a_day_and_no_longer_whoever_owns_the_partition(seed: int) -> None:
    dice, stretches, rows = random.Random(seed), Stretches(Totals()), dict[str, str]()
    left, now = dict[str, int](), 0
    for _ in range(600):
        now += dice.choice((0, 1, HOUR_MS, 5 * HOUR_MS))
        agent, presence = f"a{dice.randrange(12)}", dice.choice(("available", "offline"))
        dated = max(now - dice.choice((0, 0, 2 * HOUR_MS)), left.pop(f"lacme/{agent}", 0))
        before = [stretch.since_ms for stretch in stretches.all if stretch.agent_id == agent]
        dated = max([dated, *before])
        stretches.available(says(agent, presence), dated)
        if presence == "offline":
            left[f"lacme/{agent}"] = dated
            left = {each: at_ms for each, at_ms in left.items() if at_ms >= dated - LEFT_MS_MAX}
        changed, gone = stretches.take()
        rows |= {key: msgspec.json.encode(stretch).decode() for key, stretch in changed.items()}
        for key in gone:
            rows.pop(key, None)
        assert {key for key in rows if key[0] == "l"} == left.keys()
        if dice.random() < 0.1:
            stretches = Stretches(Totals())
            for entry in rows.items():
                stretches.restore(entry)


def test_one_who_comes_and_goes_all_day_is_remembered_once() -> None:
    stretches = Stretches(Totals())
    for at_ms in range(3 * OUTDATED_MAX):
        stretches.available(says("a1", ("available", "offline")[at_ms % 2]), at_ms)
    assert len(stretches._leaving) <= OUTDATED_MAX + 2


def test_a_sign_off_costs_the_same_however_many_left_today() -> None:
    def seconds(agents: int) -> float:
        signs_off = [says(f"a{number}", "offline") for number in range(agents)]

        def work() -> None:
            stretches = Stretches(Totals())
            for at_ms, each in enumerate(signs_off):
                stretches.available(each, at_ms)

        return cpu_seconds(work, 2)

    assert in_some_try(lambda: seconds(5_000) < SEVERAL_TIMES * seconds(500))
