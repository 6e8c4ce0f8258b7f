"""A lane drops what is over once a minute, and once a second while there is more than one call may drop."""

from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from shared.errors import Fenced, Poison, UsherError
from shared.lane.store import FORGET_ROWS_MAX, Claim
from shared.lane.upkeep import FORGET_EVERY_SECONDS, FORGET_MORE_SECONDS, Upkeep
from shared.process.metrics import LaneMetrics, registry_for

CLAIM = Claim(partition=3, epoch=1)


class Rows:
    """A store with so many old rows; ``calls`` are the times at which it was asked."""

    def __init__(self, old: int, clock: Any) -> None:
        self.old, self.calls, self._clock = old, list[float](), clock
        self.fault: UsherError | None = None

    async def forget(self, claim: Claim, at_ms: int) -> dict[str, int]:
        self.calls.append(self._clock.now)
        if self.fault is not None:
            raise self.fault
        gone = min(self.old, FORGET_ROWS_MAX)
        self.old -= gone
        return {"router_outcome": gone}


@pytest.fixture
def clock() -> Any:
    made = SimpleNamespace(now=100.0)
    made.monotonic = lambda: made.now
    return made


def upkeep_of(store: Rows, clock: Any, metrics: Any) -> Upkeep:
    async def repeat(_: str, work: Any) -> Any:
        return await work()

    sense = SimpleNamespace(clock=clock, log=structlog.get_logger(), metrics=metrics)
    return Upkeep(3, SimpleNamespace(sense=sense, store=store), SimpleNamespace(repeat=repeat))  # type: ignore[arg-type]


async def ask_every_half_second(upkeep: Upkeep, clock: Any, seconds: float) -> None:
    for _ in range(round(seconds * 2)):
        clock.now += 0.5
        await upkeep.forget(CLAIM, 1_000)


async def test_old_rows_go_faster_than_a_lane_makes_new_ones_and_are_counted(clock: Any) -> None:
    store = Rows(FORGET_ROWS_MAX * 3 + 7, clock)
    registry = registry_for("router", "0")
    upkeep = upkeep_of(store, clock, LaneMetrics(registry, "router"))

    await ask_every_half_second(upkeep, clock, 2 * FORGET_EVERY_SECONDS + 4 * FORGET_MORE_SECONDS)

    first = 100.0 + FORGET_EVERY_SECONDS
    assert store.calls[:4] == [first + FORGET_MORE_SECONDS * each for each in range(4)]
    assert store.calls[4:] == [store.calls[3] + FORGET_EVERY_SECONDS], "then it is quiet"
    assert registry.get_sample_value("usher_forgotten_rows_total", {"service": "router"}) == FORGET_ROWS_MAX * 3 + 7


async def test_rows_that_cannot_be_dropped_are_tried_again_in_a_minute_and_stop_nothing(clock: Any) -> None:
    store = Rows(7, clock)
    store.fault = Poison("22003")
    upkeep = upkeep_of(store, clock, LaneMetrics(registry_for("router", "0"), "router"))
    await ask_every_half_second(upkeep, clock, FORGET_EVERY_SECONDS)
    store.fault = None
    await ask_every_half_second(upkeep, clock, FORGET_EVERY_SECONDS)
    assert (len(store.calls), store.old) == (2, 0)


async def test_who_finds_another_owner_when_it_wants_to_drop_rows_gives_the_partition_up(clock: Any) -> None:
    store = Rows(7, clock)
    store.fault = Fenced("partition 3 has another owner")
    upkeep = upkeep_of(store, clock, LaneMetrics(registry_for("router", "0"), "router"))
    with pytest.raises(Fenced):
        await ask_every_half_second(upkeep, clock, FORGET_EVERY_SECONDS)
