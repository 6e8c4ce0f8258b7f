"""The event loop of the simulations: time passes only when everybody waits, and nothing that fails is unheard."""

import asyncio

import pytest

from tests.support.virtual_time import START_MS, VirtualClock, run


def test_time_passes_only_when_nobody_has_anything_to_do() -> None:
    async def main(clock: VirtualClock) -> None:
        async def busy() -> None:
            for _ in range(100):
                await asyncio.sleep(0)
                assert clock.now_ms() == START_MS

        working = asyncio.ensure_future(busy())
        await asyncio.sleep(3600.0)
        assert working.done()
        assert (clock.monotonic(), clock.now_ms()) == (3600.0, START_MS + 3_600_000)

    run(main)


def test_timers_are_called_in_the_order_of_their_times_and_those_of_one_moment_in_that_of_their_making() -> None:
    async def main(clock: VirtualClock) -> list[str]:
        told: list[str] = []
        loop = asyncio.get_running_loop()
        for name, seconds in (("d", 2.0), ("a", 1.0), ("b", 1.0), ("e", 2.0), ("c", 1.0)):
            loop.call_later(seconds, told.append, name)
        loop.call_later(1.0, told.append, "never").cancel()
        await asyncio.sleep(3.0)
        return told

    assert run(main) == ["a", "b", "c", "d", "e"]


def test_a_time_out_ends_what_waits_for_ever() -> None:
    async def main(clock: VirtualClock) -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60.0):
                await asyncio.Event().wait()
        return clock.monotonic()

    assert run(main) == 60.0


def test_who_waits_for_what_will_never_come_is_told_so() -> None:
    async def main(clock: VirtualClock) -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="nothing is to come"):
        run(main)


def test_a_world_that_has_no_end_fails_and_hangs_nobody() -> None:
    async def main(clock: VirtualClock) -> None:
        while True:
            await asyncio.sleep(60.0)

    with pytest.raises(RuntimeError, match="no end"):
        run(main)


def test_an_error_of_a_callback_ends_the_run() -> None:
    async def main(clock: VirtualClock) -> None:
        asyncio.get_running_loop().call_soon(int, "no number")
        await asyncio.sleep(1.0)

    with pytest.raises(ValueError, match="no number"):
        run(main)


def test_an_error_of_a_task_that_nobody_asks_is_raised_where_no_handler_takes_it() -> None:
    async def main(clock: VirtualClock) -> list[BaseException]:
        heard: list[BaseException] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: heard.append(context["exception"]))
        loop.call_exception_handler({"message": "a task failed", "exception": KeyError("k")})
        loop.set_exception_handler(None)
        with pytest.raises(AssertionError, match="a task failed"):
            loop.call_exception_handler({"message": "a task failed", "exception": KeyError("k")})
        return heard

    assert [str(each) for each in run(main)] == ["'k'"]
