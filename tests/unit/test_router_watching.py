"""The look at who is at risk, beside the lanes: it never ends by itself, and never takes more than its share."""

import asyncio
from collections.abc import Iterator

import pytest

from services.router.domain.engine import RouterEngine
from services.router.watching import keep_looking
from shared.clock import Clock
from shared.process.logs import Log
from tests.support.router_builders import Router
from tests.support.virtual_time import START_MS, VirtualClock, run

SECONDS = 10.5  # of virtual time that is looked


class Engine(RouterEngine):
    """Notes when it is looked at, and when the lanes had their turn; each look has three pieces, or fails."""

    def __init__(self, broken: bool = False) -> None:
        super().__init__(7, Router().engine._classify)
        self.broken = broken
        self.pieces: list[int] = []
        self.turns: list[int] = []

    def look(self, now_ms: int) -> Iterator[None]:
        """Three pieces. A lane that waits for its turn sees how many there were by then."""
        if self.broken:
            raise ValueError("out of order")
        for _ in range(3):
            self.pieces.append(now_ms - START_MS)
            asyncio.get_running_loop().call_soon(lambda: self.turns.append(len(self.pieces)))
            yield


class Notes:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def error(self, event: str, **fields: object) -> None:
        """Keep it."""
        self.told.append(f"{event} {fields['partition']}")


class Slow(Clock):
    """A stopwatch of which each reading is ten milliseconds on."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._readings = 0

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def monotonic(self) -> float:
        self._readings += 1
        return self._readings / 100


def looked(engines: list[Engine], *, slowly: bool = False) -> list[str]:
    """Look for so long; returns what was logged."""
    notes = Notes()
    log: Log = notes  # type: ignore[assignment]

    async def main(clock: VirtualClock) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SECONDS):
                await keep_looking(lambda: engines, Slow(clock) if slowly else clock, log)

    run(main)
    return notes.told


def test_an_engine_that_fails_is_told_and_the_others_are_looked_at_again_every_second() -> None:
    broken, sound = Engine(broken=True), Engine()
    assert looked([broken, sound]) == ["the look at who is at risk failed 7"] * 10
    assert sound.pieces == [1000 * second for second in range(1, 11) for _ in range(3)]


def test_the_lanes_have_their_turn_between_two_pieces() -> None:
    engine = Engine()
    looked([engine])
    assert engine.turns == list(range(1, 31))


def test_a_look_that_takes_long_is_followed_by_a_longer_rest() -> None:
    """Three pieces and the end are 40 ms by the stopwatch, 2 % of 2 s."""
    engine = Engine()
    looked([engine], slowly=True)
    assert [at_ms // 100 for at_ms in engine.pieces[::3]] == pytest.approx([10, 30, 50, 70, 90], abs=1)
