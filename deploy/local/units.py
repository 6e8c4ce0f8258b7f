"""What the supervisor keeps alive: the broker, the database server and the services' replicas, under one small port."""

import asyncio
import contextlib
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from deploy.local.errors import LocalStackError
from deploy.local.java import ROOT
from deploy.local.ports import kept
from deploy.local.process import Command, Leashed, LeashedProcess
from deploy.local.state import StateFolder
from shared.clock import monotonic

READY_SECONDS_MAX = 180.0  # a service takes 3-5 s, with five stacks on two cores 30 s; whoever ends is noticed at once
POLL_SECONDS = 0.1
PROBE_SECONDS_MAX = 2.0
DRAIN_SECONDS_MAX = 12.0  # services promise to drain within 10 s
ORPHAN_SECONDS_MAX = 5.0  # without a supervisor everything must be gone within 15 s
REASON_CHARACTERS_MAX = 300


class Unit(Protocol):
    """Something that runs. ``start`` returns when it is ready and may be called again after its end."""

    label: str
    log: Path

    async def start(self) -> None:
        """Start and wait until ready; LocalStackError says why it is not."""

    async def wait(self) -> int:
        """Wait for the end; the exit status."""

    async def stop(self) -> None:
        """An orderly end; returns when nothing of it runs."""

    async def kill(self) -> None:
        """The end at once."""


class ServiceUnit(Leashed):
    """One replica of a service. Its ports are kept over restarts as long as nobody else takes them.

    ``spawned`` is called as soon as there is a new process id. ``ports``: where it listened last time, by kind.
    """

    def __init__(
        self,
        service: str,
        number: int,
        *,
        state: StateFolder,
        environment: Mapping[str, str],
        spawned: Callable[[], None],
        ports: Mapping[str, int],
    ) -> None:
        self.service = service
        self._number = number
        self.label = f"{service}-{number}"
        self.log = state.logs / f"{self.label}.log"
        self.endpoints: dict[str, str] = {}
        self._ready_file = state.ready / f"{self.label}.json"
        self._lock = state.processes_lock
        self._environment = environment
        self._spawned = spawned
        self._wanted = dict(ports)

    @property
    def pid(self) -> int | None:
        """Process id, None before the first start."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the replica and wait until /readyz says so; an earlier port is asked for once."""
        self._ready_file.unlink(missing_ok=True)
        environment = {
            **self._environment,
            **self._kept_ports(),
            "USHER_READY_FILE": str(self._ready_file),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        command = Command(
            arguments=[sys.executable, "-P", "-m", f"services.{self.service}"],
            log=self.log.absolute(),
            environment=environment,
            lock=self._lock,
            grace_seconds=ORPHAN_SECONDS_MAX,
        )
        self._process = await LeashedProcess.start(command)
        self._spawned()
        try:
            await self._ready()
        except LocalStackError:
            self.endpoints = {}  # the ports may have been the reason
            raise

    async def stop(self) -> None:
        """SIGTERM, then time to drain."""
        if self._process is not None:
            await self._process.stop(DRAIN_SECONDS_MAX)

    def ports(self) -> dict[str, int]:
        """Where it listens, by kind (http, metrics)."""
        urls = {"metrics": self.endpoints.get("metrics_url"), "http": self.endpoints.get("ingest_url")}
        return {kind: int(url.split("/")[2].rpartition(":")[2]) for kind, url in urls.items() if url}

    def _kept_ports(self) -> dict[str, str]:
        """Those of before, of this start or the last one; another where somebody else has them now."""
        wanted = {**self._wanted, **self.ports()}
        found = {f"USHER_{kind.upper()}_PORT": str(kept(wanted.get(kind)) or 0) for kind in ("metrics", "http")}
        if self._number > 1:  # one port is one replica's: the first takes the mail
            found["USHER_SMTP_PORT"] = "0"
        return found

    async def _ready(self) -> None:
        assert self._process is not None
        deadline = monotonic() + READY_SECONDS_MAX
        answer = "no ports were written"
        while monotonic() < deadline:
            if not self._process.running:
                raise LocalStackError(f"{self.label} ended while it started: {last_line(self.log)} (see {self.log})")
            endpoints = _read_endpoints(self._ready_file)
            if endpoints:
                answer = await asyncio.to_thread(probe, endpoints["metrics_url"].replace("/metrics", "/readyz"))
                if answer == "":
                    self.endpoints = endpoints
                    return
            await asyncio.sleep(POLL_SECONDS)
        await self.kill()
        raise LocalStackError(f"{self.label} was not ready within {READY_SECONDS_MAX:.0f} s: {answer} (see {self.log})")


def last_line(log: Path) -> str:
    """The last line of a log file, for a message of one line; of a JSON line its event and reason."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    text = lines[-1] if lines else "no output"
    with contextlib.suppress(ValueError, AttributeError):
        entry = json.loads(text)
        text = ": ".join(str(entry[name]) for name in ("event", "reason") if name in entry) or text
    return text[:REASON_CHARACTERS_MAX]


def _read_endpoints(file: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        return {name: str(value) for name, value in json.loads(file.read_text()).items()}
    return {}


def probe(url: str) -> str:
    """Why a server is not ready; empty when it is."""
    try:
        with urllib.request.urlopen(url, timeout=PROBE_SECONDS_MAX):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return " ".join(error.read().decode(errors="replace").split())[:REASON_CHARACTERS_MAX]
    except OSError as error:
        return str(error)
