"""Work in turn within one task that stays: to make a task for each piece takes as long as to read a request."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

__all__ = ["Turns"]

Piece = TypeVar("Piece")


class Turns(Generic[Piece]):
    """Does the first of ``waiting``, which its work takes away, then the next, and waits for ``wake`` when it is empty.

    Between two of them all others of the loop have their turn: who sends a thousand requests at once holds up nobody.
    ``busy`` holds the task while it works, so that whoever ends the process can wait for it, or cancel it. The task is
    begun when it is first needed.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        waiting: Sequence[Piece],
        work: Callable[[Piece], Coroutine[Any, Any, None]],
        busy: set[asyncio.Task[None]],
    ) -> None:
        self._loop = loop
        self._waiting = waiting
        self._work = work
        self._busy = busy
        self._task: asyncio.Task[None] | None = None
        self._more: asyncio.Future[None] | None = None
        self._stopped = False

    def wake(self) -> None:
        """There is work."""
        if self._task is None:
            self._task = self._loop.create_task(self._take_turns())
            self._busy.add(self._task)
        elif self._more is not None and not self._more.done():
            self._busy.add(self._task)
            self._more.set_result(None)

    def stop(self) -> None:
        """Nothing more is begun; what is under way is done."""
        self._stopped = True
        if self._more is not None and not self._more.done():
            self._more.set_result(None)

    async def _take_turns(self) -> None:
        assert self._task is not None
        try:
            while not self._stopped:
                if self._waiting:
                    await self._work(self._waiting[0])
                    if self._waiting:
                        await asyncio.sleep(0)
                else:
                    self._busy.discard(self._task)
                    self._more = self._loop.create_future()
                    await self._more
        finally:
            self._busy.discard(self._task)
