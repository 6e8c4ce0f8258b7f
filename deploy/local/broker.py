"""A real Kafka broker on this machine: one KRaft node, loopback only, data kept between starts."""

import asyncio
import base64
import contextlib
import json
import os
import shutil
import signal
import struct
from collections.abc import Sequence
from pathlib import Path
from string import Template

from deploy.local.errors import LocalStackError, SetupError
from deploy.local.java import fetch_kafka, find_java, java_environment, kafka_folder
from deploy.local.ports import LOOPBACK, keep_or_choose
from deploy.local.process import Command, Leashed, LeashedProcess
from shared.clock import monotonic

CONFIGURATION = Path(__file__).with_name("kafka")
HEAP = ("-Xms256m", "-Xmx512m")
FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # for tests: starts sooner, runs slower
START_SECONDS_MAX = 180.0  # recovery of a large log on a busy machine
FORMAT_SECONDS_MAX = 180.0
PROBE_SECONDS_MAX = 2.0
POLL_SECONDS = 0.1
STOP_SECONDS_MAX = 20.0  # a clean shutdown takes one second; after a kill the next start has to recover
ORPHAN_SECONDS_MAX = 5.0  # without a parent everything must be gone within 15 s
METADATA_REQUEST = struct.pack(">hhih", 3, 0, 1, -1) + struct.pack(">i", 1) + struct.pack(">h", 1) + b"-"


class KafkaBroker(Leashed):
    """One broker with its data in ``folder``. Start, kill and restart as often as you like; data and port stay."""

    def __init__(
        self,
        folder: Path,
        *,
        log: Path | None = None,
        java_options: Sequence[str] = (),
        lock: Path | None = None,
        stop_seconds_max: float = STOP_SECONDS_MAX,
    ) -> None:
        self.label = "kafka"
        self.folder = folder.absolute()
        self.log = log or self.folder / "kafka.log"
        self._java_options = tuple(java_options)
        self._lock = lock
        self._stop_seconds_max = stop_seconds_max
        self._ports: dict[str, int] = {}

    @property
    def bootstrap(self) -> str:
        """``127.0.0.1:PORT``; known once started."""
        return f"{LOOPBACK}:{self._ports['broker']}"

    @property
    def pid(self) -> int:
        """Process id of the broker itself."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Fetch the jars if need be, format the first time, start, and wait until it answers as a broker."""
        java, libraries = await find_java(), await fetch_kafka()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._choose_ports()
        base = [java, *HEAP, *self._java_options, *self._shared_classes(), *self._logging(), "-cp", f"{libraries}/*"]
        if not (self.folder / "log" / "meta.properties").exists():
            await self._format(base)
        command = Command(
            arguments=[*base, "kafka.Kafka", str(self.folder / "server.properties")],
            log=self.log,
            environment=java_environment(),
            folder=self.folder,
            lock=self._lock,
            grace_seconds=ORPHAN_SECONDS_MAX,
        )
        self._process = await LeashedProcess.start(command)
        await self._answering()

    async def stop(self) -> None:
        """An orderly shutdown; nothing if it does not run."""
        if self._process is not None:
            await self._process.stop(self._stop_seconds_max)

    async def restart(self) -> None:
        """Start again on the same data; on the same port unless somebody took it."""
        await self.stop()
        await self.start()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the broker, such as SIGSTOP and SIGCONT."""
        if self._process is not None:
            self._process.send(number)

    def _choose_ports(self) -> None:
        file = self.folder / "ports.json"
        known: dict[str, int] = {}
        with contextlib.suppress(FileNotFoundError, ValueError):
            known = json.loads(file.read_text())
        self._ports = {name: keep_or_choose(known.get(name)) for name in ("broker", "controller")}
        file.write_text(json.dumps(self._ports))
        template = Template((CONFIGURATION / "server.properties").read_text())
        values = {f"{name}_port": str(port) for name, port in self._ports.items()}
        (self.folder / "server.properties").write_text(
            template.substitute(values, folder=in_properties(str(self.folder)))
        )

    def _logging(self) -> list[str]:
        return [
            f"-Dkafka.logs.dir={self.folder}",
            f"-Dlog4j2.configurationFile={CONFIGURATION / 'log4j2.properties'}",
        ]

    def _shared_classes(self) -> list[str]:
        # Classes parsed once and mapped into memory halve the start; a Java that cannot use the file ignores it.
        archive = kafka_folder() / "classes.jsa"
        return (
            [f"-XX:SharedArchiveFile={archive}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"] if archive.exists() else []
        )

    async def _format(self, base: list[str]) -> None:
        shutil.rmtree(self.folder / "log", ignore_errors=True)
        cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", "--cluster-id", cluster.replace("-", "a")]
        command = Command(
            arguments=[*base, *tool, "--config", str(self.folder / "server.properties")],
            log=self.log,
            environment=java_environment(),
            lock=self._lock,
        )
        if await LeashedProcess.complete(command, FORMAT_SECONDS_MAX) != 0:
            raise SetupError(f"Kafka cannot format {self.folder}: see {self.log}")

    async def _answering(self) -> None:
        assert self._process is not None
        deadline = monotonic() + START_SECONDS_MAX
        while monotonic() < deadline:
            if not self._process.running:
                raise LocalStackError(f"Kafka ended while it started: {_last_line(self.log)} (see {self.log})")
            if await _is_broker(self._ports["broker"]):
                return
            await asyncio.sleep(POLL_SECONDS)
        await self.kill()
        raise LocalStackError(f"Kafka did not answer within {START_SECONDS_MAX:.0f} s: see {self.log}")


def in_properties(text: str) -> str:
    """A value as a file of Java properties holds it: Java reads such files as Latin-1 and undoes the escapes."""
    units = text.replace("\\", "\\\\").encode("utf-16-be")
    codes = (units[at] << 8 | units[at + 1] for at in range(0, len(units), 2))
    return "".join(chr(code) if 32 <= code < 127 else f"\\u{code:04x}" for code in codes)


async def _is_broker(port: int) -> bool:
    """Whether a metadata request is answered with at least one live broker: from then on clients can work."""
    try:
        async with asyncio.timeout(PROBE_SECONDS_MAX):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(struct.pack(">i", len(METADATA_REQUEST)) + METADATA_REQUEST)
                await reader.readexactly(8)  # size of the answer, correlation id
                brokers: int = struct.unpack(">i", await reader.readexactly(4))[0]
            finally:
                writer.close()
    except (OSError, EOFError, TimeoutError):
        return False
    return brokers > 0


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1][:300] if lines else "no output"
