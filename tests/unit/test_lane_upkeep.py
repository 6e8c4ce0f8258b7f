"""A lane drops what is over once a minute, and once a second while there is more than one call may drop."""

from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from msgspec.structs import replace

from shared.errors import Fenced, Poison, Retryable, UsherError
from shared.lane.store import FORGET_ROWS_MAX, Claim, Commit
from shared.lane.upkeep import FORGET_EVERY_SECONDS, FORGET_MORE_SECONDS, TIDY_SECONDS, Upkeep
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


@pytest.mark.parametrize("fault", [Poison("22003"), Retryable("canceling statement due to statement timeout")], ids=str)
async def test_rows_that_cannot_be_dropped_are_tried_again_in_a_minute_and_stop_nothing(
    clock: Any, fault: UsherError
) -> None:
    store = Rows(7, clock)
    store.fault = fault
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


def committed(step: int, published_step: int, outbox: bytes | None) -> Commit:
    before = replace(CLAIM, next_step=step)
    after = replace(before, next_step=step + 1, published_step=published_step)
    return Commit(before=before, after=after, at_ms=0, outbox=outbox, dead=[], writes=None)


def test_the_outbox_is_tidied_after_a_quiet_time_and_only_of_what_is_on_the_log(clock: Any) -> None:
    upkeep = upkeep_of(Rows(0, clock), clock, LaneMetrics(registry_for("router", "0"), "router"))
    clock.now += 10.0
    assert not upkeep.is_untidy(99), "nothing was packed"
    upkeep.committed(committed(3, 0, b"packed"))
    clock.now += TIDY_SECONDS
    assert [upkeep.keeps_sent(published_step) for published_step in (3, 4)] == [False, True]
    assert upkeep.is_untidy(4)
    upkeep.committed(committed(4, 3, None))  # its cursor stands before the row, which stays
    assert upkeep.keeps_sent(4)
    clock.now += TIDY_SECONDS - 0.1
    assert not upkeep.is_untidy(4), "there was a commit just now"
    clock.now += 0.1
    assert upkeep.is_untidy(4)
    upkeep.committed(committed(5, 4, None))
    clock.now += 10.0
    assert not upkeep.is_untidy(9), "the row went with the cursor"


def test_a_row_that_a_former_owner_left_is_tidied_too(clock: Any) -> None:
    upkeep = upkeep_of(Rows(0, clock), clock, LaneMetrics(registry_for("router", "0"), "router"))
    upkeep.packed(0)
    clock.now += TIDY_SECONDS
    assert [upkeep.is_untidy(published_step) for published_step in (0, 1)] == [False, True]
