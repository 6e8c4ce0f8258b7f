"""A service as a process of its own that a test starts, signals, kills and waits for; see ``forked``."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Self

from deploy.local.process import LeashedProcess
from shared.clock import monotonic
from tests.support.forked import Forked, service

STOP_SECONDS_MAX = 60.0  # of an orderly end, after which it is killed
START_SECONDS_MAX = 240.0  # until it listens, on a machine that is slow and busy


class ServiceProcess:
    """A running service, forked; it dies with the tests' own process."""

    def __init__(self, process: Forked) -> None:
        self.pid = process.pid
        self._process = process
        self._status: int | None = None
        self._over = asyncio.Event()
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)

    @classmethod
    async def start(cls, name: str, environment: Mapping[str, str], log: Path) -> Self:
        """``python -m services.NAME`` with that environment and no other; its output is appended to ``log``."""
        return cls(await asyncio.to_thread(service, name, environment, log))

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._status is None

    def send(self, number: Signals) -> None:
        """Send a signal; nothing happens if it is gone."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):  # it has ended, and nobody has heard yet
                os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait for its end; its exit code, or minus the signal that killed it."""
        await self._over.wait()
        assert self._status is not None
        return self._status

    async def stop(self) -> None:
        """Ask for an orderly end, kill it after STOP_SECONDS_MAX."""
        self.send(SIGTERM)
        try:
            await asyncio.wait_for(self.wait(), STOP_SECONDS_MAX)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        self.send(SIGKILL)
        await self.wait()

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._status = self._process.ended()
        self._over.set()


async def listening(process: LeashedProcess | ServiceProcess, ready_file: Path) -> None:
    """Wait until a service has written its ready file, or has ended: some are told to die on the way."""
    deadline = monotonic() + START_SECONDS_MAX
    while process.running and not _written(ready_file):
        assert monotonic() < deadline, f"{ready_file.stem} did not start"
        await asyncio.sleep(0.02)


def _written(file: Path) -> bool:
    return file.exists()
