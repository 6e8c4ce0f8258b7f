"""The look at who is at risk, beside the lanes: it never ends by itself, and never takes more than its share."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import pytest

from services.router import watching
from services.router.domain.engine import RouterEngine
from services.router.watching import keep_looking
from shared.process.logs import Log
from tests.support.router_builders import Router


class Engine(RouterEngine):
    """Notes when it is looked at; each look has three pieces, the first may fail."""

    def __init__(self, broken: bool = False) -> None:
        super().__init__(7, Router().engine._classify)
        self.broken = broken
        self.pieces: list[int] = []

    def look(self, now_ms: int) -> Iterator[None]:
        """Three pieces."""
        if self.broken:
            raise ValueError("out of order")
        for _ in range(3):
            self.pieces.append(now_ms)
            yield


class Notes:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def error(self, event: str, **fields: object) -> None:
        """Keep it."""
        self.told.append(f"{event} {fields['partition']}")


async def looked(engines: list[Engine], enough: Callable[[], bool]) -> Notes:
    """Look until that is enough."""
    notes = Notes()
    log: Log = notes  # type: ignore[assignment]
    task = asyncio.ensure_future(keep_looking(lambda: engines, lambda: 5, log))
    async with asyncio.timeout(20):
        while not enough():
            await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return notes


async def test_an_engine_that_fails_is_told_and_the_others_are_looked_at_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.001)
    broken, sound = Engine(broken=True), Engine()
    notes = await looked([broken, sound], lambda: len(sound.pieces) >= 9)
    assert notes.told[:2] == ["the look at who is at risk failed 7"] * 2
    assert set(sound.pieces) == {5}


async def test_the_lanes_have_their_turn_between_two_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.0)
    engine = Engine()
    seen: list[int] = []

    def enough() -> bool:
        seen.append(len(engine.pieces))
        return len(engine.pieces) >= 6

    await looked([engine], enough)
    assert {1, 2, 3, 4, 5} <= set(seen)


async def test_a_look_that_takes_long_is_followed_by_a_longer_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading of the stopwatch is ten milliseconds on: three pieces and the end are 40 ms, 2 % of 2 s."""
    ticks = iter(range(10_000))
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        if seconds:
            rests.append(seconds)
        if len(rests) > 2:
            raise asyncio.CancelledError

    monkeypatch.setattr(watching, "monotonic", lambda: next(ticks) / 100)
    monkeypatch.setattr(watching.asyncio, "sleep", rest)
    notes = Notes()
    log: Log = notes  # type: ignore[assignment]
    with contextlib.suppress(asyncio.CancelledError):
        await keep_looking(lambda: [Engine()], lambda: 5, log)
    assert rests == [1.0, pytest.approx(2.0), pytest.approx(2.0)]
