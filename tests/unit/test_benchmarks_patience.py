"""How long a benchmark waits: as long as something happens, on however slow a machine."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import count, repeat

import pytest

from tests.benchmarks.pipeline import stack

CALL_SECONDS = 100.0  # each look at the clock
DONE_AFTER = 50  # looks: many times what it waits without progress


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count(step=CALL_SECONDS)
    monkeypatch.setattr(stack, "monotonic", lambda: next(ticks))


def asked(answers: Iterator[int]) -> Callable[[], Awaitable[int]]:
    async def answer() -> int:
        return next(answers)

    return answer


def done_after(looks: int) -> Callable[[], Awaitable[bool]]:
    seen = count()

    async def is_done() -> bool:
        return next(seen) >= looks

    return is_done


async def test_what_goes_on_is_waited_for_however_long_it_takes() -> None:
    await stack.until(done_after(DONE_AFTER), 0.0, asked(count()))


@pytest.mark.parametrize("progress", [None, asked(repeat(7))])
async def test_what_stands_still_ends_with_an_error(progress: Callable[[], Awaitable[int]] | None) -> None:
    with pytest.raises(SystemExit, match="no progress for 300 s"):
        await stack.until(done_after(DONE_AFTER), 0.0, progress)
