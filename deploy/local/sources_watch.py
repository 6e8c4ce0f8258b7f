"""Follows edits of the file of ``--sources``: what is valid is in force without a restart, what is not never."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from deploy.local.errors import SetupError
from shared.errors import Retryable

LOOK_SECONDS = 1.0  # between looks: an editor's user waits for it, and a small file costs nothing


class SourcesWatch:
    """Compares contents. ``fault`` says why a file cannot be used, "" when it can; ``renew`` puts it in force.

    A content counts when two looks saw it: an editor that writes in place leaves the file empty for a moment.
    """

    def __init__(
        self, file: Path, fault: Callable[[Path], str], renew: Callable[[], Awaitable[None]], say: Callable[[str], None]
    ) -> None:
        self._file = file
        self._fault = fault
        self._renew = renew
        self._say = say
        self._known = self._seen = self._content()
        self._said = ""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Put the file in force if it changed and is valid; say once why it is not. What fails is tried again."""
        before, self._seen = self._seen, self._content()
        content = self._seen
        if content != before or (content == self._known and not self._said):
            return
        problem = await asyncio.to_thread(self._fault, self._file)
        if not problem:
            try:
                await self._renew()
            except (SetupError, Retryable) as error:
                problem = str(error)
        if problem:
            if problem != self._said:
                self._say(f"{self._file} is not in force, the former one holds: {problem}")
        else:
            self._say(f"{self._file} was read anew")
            self._known = content
        self._said = problem

    def _content(self) -> bytes:
        try:
            return self._file.read_bytes()
        except OSError:
            return b""
