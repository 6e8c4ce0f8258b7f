"""A child process that cannot outlive its parent (see leash.py), for asyncio."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Self

from deploy.local.errors import LocalStackError

LEASH = Path(__file__).with_name("leash.py")
LOG_BYTES_MAX = 20_000_000  # a log larger than this is set aside at the next start, so that .local stays small
START_SECONDS_MAX = 60.0  # the leash answers in some ten milliseconds; a machine under load may take seconds
GONE_SECONDS_MAX = 60.0  # after SIGKILL the kernel still has to free the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run. ``stop_signal`` asks for an orderly end within ``grace_seconds``, after which it is killed.

    The grace period also holds when the
    parent is gone. ``lock`` is a file on which a shared lock is held while any process of the command lives.
    """

    arguments: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    user: str | None = None
    lock: Path | None = None
    stop_signal: Signals = SIGTERM
    grace_seconds: float = 5.0


class LeashedProcess:
    """A running command; ``pid`` is its own, not its leash's. Everything dies with this Python process."""

    def __init__(self, command: Command, leash: asyncio.subprocess.Process, pid: int) -> None:
        self.command = command
        self.pid = pid
        self._leash = leash

    @classmethod
    async def start(cls, command: Command) -> Self:
        """Start it; raises LocalStackError if it cannot be executed, or the leash does not answer."""
        _set_aside(command.log)
        leash = await asyncio.create_subprocess_exec(
            *_leash_arguments(command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=command.folder,
            env=None if command.environment is None else dict(command.environment),
            start_new_session=True,  # Ctrl-C belongs to the supervisor alone
        )
        try:
            return cls(command, leash, await _pid(command, leash))
        except LocalStackError:
            await leash.wait()
            raise
        except TimeoutError:
            _kill(leash.pid, SIGTERM)
            with suppress(TimeoutError):
                await asyncio.wait_for(leash.wait(), GONE_SECONDS_MAX)
            raise LocalStackError(f"{command.arguments[0]} did not start within {START_SECONDS_MAX:.0f} s") from None
        except BaseException:  # cancelled: the leash takes the command with it
            _kill(leash.pid, SIGTERM)
            raise

    @classmethod
    async def complete(cls, command: Command, seconds_max: float) -> int:
        """Run it to its end; the exit status. Nothing of it is left behind, however this ends; LocalStackError."""
        process = await cls.start(command)
        try:
            return await asyncio.wait_for(process.wait(), seconds_max)
        except TimeoutError:
            name = command.arguments[0]
            raise LocalStackError(f"{name} did not end within {seconds_max:g} s (see {command.log})") from None
        finally:
            await asyncio.shield(process.kill())

    @property
    def running(self) -> bool:
        """Whether the command or a descendant still runs."""
        return self._leash.returncode is None

    async def wait(self) -> int:
        """Wait until nothing of it runs; its exit status (128 + N for a signal N)."""
        return await self._leash.wait()

    def send(self, number: Signals) -> None:
        """Send a signal to the command; nothing happens if it is gone."""
        if self.running:
            _kill(self.pid, number)

    async def stop(self, grace_seconds: float | None = None) -> None:
        """Ask for an orderly end, kill what is left after the grace period; returns when nothing runs."""
        self.send(self.command.stop_signal)
        try:
            await asyncio.wait_for(self._leash.wait(), grace_seconds or self.command.grace_seconds)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """SIGKILL, at once; returns when nothing of it runs. LocalStackError where the kernel does not end it."""
        self.send(SIGKILL)
        try:
            await asyncio.wait_for(self._leash.wait(), GONE_SECONDS_MAX)
        except TimeoutError:
            raise LocalStackError(f"process {self.pid} is not gone {GONE_SECONDS_MAX:.0f} s after SIGKILL") from None


class Leashed:
    """What runs as one leashed process at a time. ``_process``: the last that was started, None before the first."""

    _process: LeashedProcess | None = None

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.running

    async def wait(self) -> int:
        """Wait for its end; the exit status."""
        assert self._process is not None
        return await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL to the process and all that it started: what a power cut looks like."""
        if self._process is not None:
            await self._process.kill()


async def _pid(command: Command, leash: asyncio.subprocess.Process) -> int:
    assert leash.stdout is not None
    line = (await asyncio.wait_for(leash.stdout.readline(), START_SECONDS_MAX)).decode().strip()
    if not line.isdigit():
        raise LocalStackError(f"{command.arguments[0]} cannot be started: {line.removeprefix('! ') or 'no answer'}")
    return int(line)


def _leash_arguments(command: Command) -> list[str]:
    options = ["--log", str(command.log), "--signal", command.stop_signal.name, "--grace", str(command.grace_seconds)]
    if command.user:
        options += ["--user", command.user]
    if command.lock:
        options += ["--lock", str(command.lock)]
    return [sys.executable, "-I", "-S", str(LEASH), *options, "--", *command.arguments]


def _set_aside(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))


def _kill(pid: int, number: Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
