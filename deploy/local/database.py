"""A real PostgreSQL server on this machine: loopback and a private socket, durable, data kept between starts."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from signal import SIGCONT, SIGINT, SIGQUIT, SIGSTOP, Signals

from deploy.local.accounts import (
    account_for_postgres,
    reachable_binaries,
    reachable_folder,
    remove_folder,
    socket_folder,
)
from deploy.local.cluster import NAME, check_version, find_binaries, make_cluster, read_server_file, write_server_file
from deploy.local.errors import LocalStackError
from deploy.local.ports import LOOPBACK, keep_or_choose
from deploy.local.process import Command, Leashed, LeashedProcess
from shared.clock import monotonic

START_SECONDS_MAX = 180.0  # recovery after a kill, on a busy machine
POLL_SECONDS = 0.02
STOP_SECONDS_MAX = 20.0  # the last checkpoint writes what is in memory; after a kill the next start has to recover
ORPHAN_SECONDS_MAX = 5.0  # without a parent everything must be gone within 15 s
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "1GB",
    "jit": "off",  # every statement is short: compiling it would cost more than running it
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class StopMode(Enum):
    """How PostgreSQL ends: end the sessions and write everything, or drop everything and recover at the next start."""

    FAST = SIGINT
    IMMEDIATE = SIGQUIT


class PostgresServer(Leashed):
    """One server with its data under ``folder``; start, stop, kill and restart as often as you like.

    ``dsn`` (TCP, password) and ``socket_dsn`` name the database ``usher``, whose role owns the server.
    """

    def __init__(
        self,
        folder: Path,
        *,
        bin_dir: Path | None = None,
        log: Path | None = None,
        lock: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.label = "postgres"
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self._file = self.folder / "server.json"
        self.log = log or self.folder / "postgres.log"
        self._bin_dir = bin_dir
        self._lock = lock
        self._settings = {**SETTINGS, **(settings or {})}
        self._port = 0
        self._password = ""
        self._socket = Path()

    @property
    def dsn(self) -> str:
        """Over TCP, with the password; known once started."""
        return f"postgresql://{NAME}:{self._password}@{LOOPBACK}:{self._port}/{NAME}"

    @property
    def socket_dsn(self) -> str:
        """Over the private socket: for this user only, and cheaper."""
        return f"postgresql://{NAME}:{self._password}@/{NAME}?host={self._socket}&port={self._port}"

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Initialise the first time, start, and wait until connections are accepted."""
        account = await asyncio.to_thread(account_for_postgres)
        binaries = await asyncio.to_thread(reachable_binaries, account, self._bin_dir or find_binaries())
        user = account.pw_name if account else None
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._file.exists():
            remove_folder(self.data)
            await asyncio.to_thread(reachable_folder, account, self.data)
            # The file comes last: without it a cluster is half made and is made again.
            write_server_file(
                self._file, await make_cluster(binaries, self.data.resolve(), log=self.log, user=user), None
            )
        await check_version(binaries, self.data)
        self._choose_port()
        self._socket = await asyncio.to_thread(socket_folder, account, self.data, self._port)
        self._forget_stranger()
        options = {**self._settings, "port": str(self._port), "unix_socket_directories": str(self._socket)}
        arguments = [str(binaries / "postgres"), "-D", str(self.data.resolve())]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        command = Command(
            arguments=arguments,
            log=self.log,
            folder=Path("/"),
            user=user,
            lock=self._lock,
            stop_signal=SIGINT,
            grace_seconds=ORPHAN_SECONDS_MAX,
        )
        self._process = await LeashedProcess.start(command)
        await self._accepting()

    async def stop(self, mode: StopMode = StopMode.FAST) -> None:
        """Stop in this mode; killed if that takes longer than STOP_SECONDS_MAX. Nothing if it does not run."""
        if self._process is not None:
            self._process.send(mode.value)
            await self._process.stop(STOP_SECONDS_MAX)

    async def restart(self, mode: StopMode = StopMode.FAST) -> None:
        """Stop and start again on the same data; on the same port unless somebody took it."""
        await self.stop(mode)
        await self.start()

    def suspend(self) -> None:
        """SIGSTOP the postmaster and every backend: the server hangs and closes nothing."""
        self._send_all(SIGSTOP)

    def resume(self) -> None:
        """Undo ``suspend``."""
        self._send_all(SIGCONT)

    def remove(self) -> None:
        """Delete the data of a stopped server, wherever they lie."""
        remove_folder(self.data)
        remove_folder(self.folder)

    def _send_all(self, number: Signals) -> None:
        assert self._process is not None
        self._process.send(number)
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        for child in children.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), number)

    def _choose_port(self) -> None:
        self._password, known = read_server_file(self._file)
        self._port = keep_or_choose(known)
        if self._port != known:
            write_server_file(self._file, self._password, self._port)

    def _forget_stranger(self) -> None:
        """Drop the pid file of a killed server whose number is another program's today: PostgreSQL would not start."""
        file = self.data / "postmaster.pid"
        try:
            pid = file.read_text().split("\n", 1)[0].strip()
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return
        if name != "postgres":
            file.unlink()

    async def _accepting(self) -> None:
        assert self._process is not None
        deadline = monotonic() + START_SECONDS_MAX
        while monotonic() < deadline:
            if not self._process.running:
                raise LocalStackError(f"PostgreSQL ended while it started: see {self.log}")
            with contextlib.suppress(FileNotFoundError):
                lines = (self.data / "postmaster.pid").read_text().split("\n")
                if lines[0] == str(self.pid) and len(lines) > 7 and lines[7].strip() == "ready":
                    return
            await asyncio.sleep(POLL_SECONDS)
        await self.kill()
        raise LocalStackError(f"PostgreSQL did not answer within {START_SECONDS_MAX:.0f} s: see {self.log}")
