"""Work in turn within one task: one after the other, waited for while it is done, and nothing begun behind the end."""

import asyncio
from collections import deque
from typing import Any

from shared.process.turns import Turns


class Bench:
    """Work that is done when it is told to."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()
        self.done: list[str] = []
        self.by: set[Any] = set()
        self.go = asyncio.Semaphore(0)
        self.busy: set[asyncio.Task[None]] = set()
        self.turns = Turns(asyncio.get_running_loop(), self.waiting, self._do, self.busy)

    def ask(self, name: str) -> None:
        self.waiting.append(name)
        self.turns.wake()

    async def _do(self, name: str) -> None:
        await self.go.acquire()
        self.by.add(asyncio.current_task())
        self.waiting.popleft()
        self.done.append(name)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_task_does_all_of_it_in_turn() -> None:
    bench = Bench()
    for name in ("a", "b"):
        bench.ask(name)
    bench.go.release()
    await settle()
    assert bench.done == ["a"]
    bench.go.release()
    await settle()
    bench.ask("c")
    bench.go.release()
    await settle()
    assert bench.done == ["a", "b", "c"]
    assert len(bench.by) == 1
    bench.turns.stop()
    await asyncio.gather(*bench.by)


async def test_the_task_is_busy_while_there_is_work_alone() -> None:
    bench = Bench()
    for name in ("a", "b"):
        bench.ask(name)
        await settle()
        assert len(bench.busy) == 1
        bench.go.release()
        await settle()
        assert not bench.busy
    bench.turns.stop()
    await asyncio.gather(*bench.by)


async def test_behind_the_end_what_is_under_way_is_done_and_nothing_is_begun() -> None:
    bench = Bench()
    for name in ("a", "b"):
        bench.ask(name)
    await settle()
    bench.turns.stop()
    bench.go.release()
    bench.go.release()
    await settle()
    assert bench.done == ["a"]
    assert not bench.busy
    assert all(task.done() for task in bench.by)


async def test_between_two_pieces_all_others_have_their_turn() -> None:
    bench, others = Bench(), 0
    pieces = [str(number) for number in range(50)]
    for name in pieces:
        bench.ask(name)
        bench.go.release()  # so that none of them waits for anything
    while bench.waiting:
        await asyncio.sleep(0)
        others += 1
    assert bench.done == pieces
    assert others >= len(pieces)
    bench.turns.stop()
    await asyncio.gather(*bench.by)


async def test_who_waits_for_the_end_may_cancel_it() -> None:
    bench = Bench()
    bench.ask("a")
    await settle()
    (task,) = bench.busy
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert not bench.busy
