"""A real Prometheus with the rules, and an Alertmanager, beside the local stack: Debian's packages where they are."""

import asyncio
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy.local.errors import LocalStackError, SetupError
from deploy.local.java import ROOT
from deploy.local.ports import LOOPBACK, keep_or_choose
from deploy.local.process import Command, Leashed, LeashedProcess
from deploy.local.state import StateFolder
from deploy.local.units import POLL_SECONDS, READY_SECONDS_MAX, Unit, last_line, probe
from shared.clock import monotonic

__all__ = ["Observability", "find_programs"]

RULES = ROOT / "deploy" / "prometheus"
SCRAPE_SECONDS = 2  # one machine, a handful of processes: a view that feels live
KEPT = "2d"
PROGRAMS = {"prometheus": ("prometheus",), "alertmanager": ("prometheus-alertmanager", "alertmanager")}


def find_programs() -> dict[str, str]:
    """Where Prometheus and Alertmanager are; SetupError says what to install."""
    found = {name: next(filter(None, map(shutil.which, names)), None) for name, names in PROGRAMS.items()}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise SetupError(
            f"--observability: {' and '.join(missing)} not found; install them (Debian: sudo apt install prometheus "
            "prometheus-alertmanager), or use docker compose --profile observability up"
        )
    return {name: path for name, path in found.items() if path is not None}


class Observability:
    """The two servers. ``scrape`` says which processes there are, whenever that changes."""

    def __init__(self, state: StateFolder) -> None:
        programs = find_programs()
        self._folder = state.observability
        self._alertmanager = _Server("alertmanager", programs["alertmanager"], self._folder, state)
        self._prometheus = _Server("prometheus", programs["prometheus"], self._folder, state)
        self._targets = self._folder / "targets.json"

    @property
    def units(self) -> list[Unit]:
        """What the supervisor keeps alive."""
        return [self._alertmanager, self._prometheus]

    def prepare(self) -> None:
        """Write the configuration of both; ports are chosen here."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._prometheus.options = [
            f"--storage.tsdb.path={self._folder / 'prometheus'}",
            f"--storage.tsdb.retention.time={KEPT}",
            "--enable-feature=exemplar-storage",
        ]
        self._alertmanager.options = [
            f"--storage.path={self._folder / 'alertmanager'}",
            "--cluster.listen-address=",  # one of them: nobody to agree with
        ]
        self._prometheus.configuration.write_text(yaml.safe_dump(self._document(), sort_keys=False))
        self._alertmanager.configuration.write_text((RULES / "alertmanager.yml").read_text())

    def scrape(self, metrics: Mapping[str, Sequence[str]]) -> None:
        """The processes to scrape, by service: their metrics' URLs. Prometheus sees the file change."""
        if not self._folder.exists():
            return
        groups = [
            {"targets": [url.split("/")[2] for url in urls], "labels": {"service_name": service}}
            for service, urls in metrics.items()
            if urls
        ]
        aside = self._targets.with_suffix(".part")
        aside.write_text(json.dumps(groups))
        aside.replace(self._targets)

    def addresses(self) -> dict[str, str]:
        """Where both listen."""
        return {"prometheus": self._prometheus.url, "alertmanager": self._alertmanager.url}

    def pids(self) -> dict[str, int | None]:
        """Process ids."""
        return {"prometheus": self._prometheus.pid, "alertmanager": self._alertmanager.pid}

    def _document(self) -> dict[str, Any]:
        seconds = f"{SCRAPE_SECONDS}s"
        return {
            "global": {"scrape_interval": seconds, "evaluation_interval": seconds},
            "rule_files": [str(RULES / name) for name in ("recording.yml", "alerts.yml")],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [self._alertmanager.address]}]}]},
            "scrape_configs": [
                {
                    "job_name": "usher",
                    "file_sd_configs": [{"files": [str(self._targets)], "refresh_interval": seconds}],
                }
            ],
        }


class _Server(Leashed):
    """One of the two: a program with a configuration file and a port of its own, ready when /-/ready says so."""

    def __init__(self, label: str, program: str, folder: Path, state: StateFolder) -> None:
        self.label = label
        self.log = state.logs / f"{label}.log"
        self.configuration = folder / f"{label}.yml"
        self.options: list[str] = []
        self._program = program
        self._folder = folder
        self._lock = state.processes_lock
        self._port = keep_or_choose(None)

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"http://{self.address}"

    @property
    def pid(self) -> int | None:
        """Process id, None before the first start."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start it, on the port that the others know, and wait until it is ready."""
        arguments = [self._program, f"--config.file={self.configuration}", f"--web.listen-address={self.address}"]
        self._process = await LeashedProcess.start(
            Command(arguments=[*arguments, *self.options], log=self.log, folder=self._folder, lock=self._lock)
        )
        deadline = monotonic() + READY_SECONDS_MAX
        while monotonic() < deadline:
            if not self._process.running:
                raise LocalStackError(f"{self.label} ended while it started: {last_line(self.log)} (see {self.log})")
            if not await asyncio.to_thread(probe, f"{self.url}/-/ready"):
                return
            await asyncio.sleep(POLL_SECONDS)
        await self.kill()
        raise LocalStackError(f"{self.label} was not ready within {READY_SECONDS_MAX:.0f} s (see {self.log})")

    async def stop(self) -> None:
        """SIGTERM, then time to write its data."""
        if self._process is not None:
            await self._process.stop()
