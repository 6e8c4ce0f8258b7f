"""Work in turn within one task that stays: to make a task for each piece takes as long as to read a request."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = ["Turns"]


class Turns:
    """Does what ``first`` gives, one after the other, and waits for ``wake`` when it gives None.

    ``busy`` holds the task while it works, so that whoever ends the process can wait for it, or cancel it. The task is
    begun when it is first needed.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        first: Callable[[], Coroutine[Any, Any, None] | None],
        busy: set[asyncio.Task[None]],
    ) -> None:
        self._loop = loop
        self._first = first
        self._busy = busy
        self._task: asyncio.Task[None] | None = None
        self._more: asyncio.Future[None] | None = None
        self._stopped = False

    def wake(self) -> None:
        """There is work."""
        if self._task is None:
            self._task = self._loop.create_task(self._work())
            self._busy.add(self._task)
        elif self._more is not None and not self._more.done():
            self._busy.add(self._task)
            self._more.set_result(None)

    def stop(self) -> None:
        """Nothing more is begun; what is under way is done."""
        self._stopped = True
        if self._more is not None and not self._more.done():
            self._more.set_result(None)

    async def _work(self) -> None:
        assert self._task is not None
        try:
            while not self._stopped:
                work = self._first()
                if work is not None:
                    await work
                else:
                    self._busy.discard(self._task)
                    self._more = self._loop.create_future()
                    await self._more
        finally:
            self._busy.discard(self._task)
