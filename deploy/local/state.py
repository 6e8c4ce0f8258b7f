"""The state folder of a local stack: who holds it, what lies where, and whether its parts belong together."""

import asyncio
import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from deploy.local.accounts import remove_folder
from deploy.local.cluster import write_private
from deploy.local.errors import SetupError
from deploy.local.java import ROOT, is_checkout
from shared.clock import monotonic

LEFTOVER_SECONDS_MAX = 20.0  # a crashed stack's processes end by themselves within 15 s
POLL_SECONDS = 0.1
CLAIM_TRIES = 3  # somebody who only asks who the owner is holds the lock for an instant
DEMO = "demo"  # the part of the show, which leaves nothing
ANEW = "usher down --wipe starts anew without the data"


def state_folder() -> Path:
    """USHER_LOCAL_DIR, else .local of the repository around the current folder or of this code, else the user's."""
    named = os.environ.get("USHER_LOCAL_DIR")
    if named:
        return Path(named).absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").exists() and (folder / "services").is_dir():
            return folder / ".local"
    return ROOT / ".local" if is_checkout() else Path(os.path.expanduser("~/.local/state/usher"))


class StateFolder:
    """Everything that a local stack keeps. ``claim`` it before anything is started or deleted."""

    def __init__(self, path: Path, part: str | None = None) -> None:
        """``part``: whose data; "" the stack's, DEMO the show's, None those of whatever runs."""
        self.path = path
        self.logs = path / "logs"
        self.ready = path / "ready"
        self.stack_file = path / "stack.json"
        self.part = str((self.read_stack() or {}).get("part", "")) if part is None else part
        data = path / self.part
        self.data = data
        self.kafka = data / "kafka"
        self.postgres = data / "postgres"
        self.sources_file = data / "sources.yaml"
        self.keys_file = data / "api-keys.json"
        self.memory_file = data / "memory.json"
        self.observability = data / "observability"
        self.processes_lock = path / "processes.lock"
        self._owner_lock = path / "supervisor.lock"

    @contextlib.contextmanager
    def claim(self) -> Iterator[None]:
        """Be the only supervisor while inside; SetupError if another one is."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            file = self._owner_lock.open("a+")
        except OSError as error:
            raise SetupError(
                f"{self.path} cannot be used ({error.strerror}): set USHER_LOCAL_DIR to a folder"
            ) from None
        with file:
            if not _lock_soon(file.fileno()):
                raise SetupError(f"a stack runs already (process {self.owner()}): usher down stops it")
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def owner(self) -> int | None:
        """Process id of the supervisor that holds the folder, None if nobody does."""
        try:
            with self._owner_lock.open("r") as file:
                if _try_lock(file.fileno()):
                    return None
                return int(file.read() or 0) or None
        except (OSError, ValueError):
            return None

    async def leftovers_gone(self, seconds_max: float = LEFTOVER_SECONDS_MAX) -> bool:
        """Wait until no process of an earlier stack is left; False if one still is after ``seconds_max``."""
        if not self.processes_lock.exists():
            return True
        deadline = monotonic() + seconds_max
        with self.processes_lock.open("r") as file:
            while not _try_lock(file.fileno()):
                if monotonic() >= deadline:
                    return False
                await asyncio.sleep(POLL_SECONDS)
        return True

    def clean(self) -> None:
        """Forget the processes of an earlier stack; its data stay. SetupError where something else lies in the way."""
        try:
            self.make_logs()
            self.stack_file.unlink(missing_ok=True)
            self.ready.mkdir(exist_ok=True)
            for file in self.ready.iterdir():
                file.unlink()
        except OSError as error:
            raise SetupError(f"{error.filename} is in the way ({error.strerror}): {ANEW}") from None

    def make_logs(self) -> None:
        """The folder of logs, and what it lies in; SetupError if a file is in its place."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SetupError(
                f"{self.logs} cannot be made ({error.strerror}): move what is in its place, "
                "or set USHER_LOCAL_DIR to a folder"
            ) from None

    def forget_stack(self) -> None:
        """Nothing runs any more; whatever stands in the place of stack.json goes."""
        with contextlib.suppress(NotADirectoryError):
            _remove(self.stack_file)

    def write_stack(self, document: Mapping[str, Any]) -> None:
        """Publish what runs, by rename."""
        write_private(self.stack_file, document)

    def read_stack(self) -> dict[str, Any] | None:
        """What was published last, None if nothing was."""
        with contextlib.suppress(OSError, ValueError):
            document = json.loads(self.stack_file.read_text())
            return document if isinstance(document, dict) else None
        return None

    def remember(self, **facts: Any) -> None:
        """Keep facts for the next start."""
        write_private(self.memory_file, {**self.recall(), **facts})

    def recall(self) -> dict[str, Any]:
        """What was remembered; SetupError if the file was damaged."""
        if not self.memory_file.exists():
            return {}
        try:
            facts = dict(json.loads(self.memory_file.read_text()))
            if not isinstance(facts.get("partitions", 1), int):
                raise ValueError("no number of partitions")
            return facts
        except (OSError, ValueError, TypeError):
            raise SetupError(f"{self.memory_file} cannot be read: {ANEW}") from None

    def wipe(self) -> None:
        """Delete all data and keys; only what a stack makes is touched, whatever else lies in the folder."""
        for part in ("", DEMO):
            StateFolder(self.path, part).wipe_data()
        for made in (self.logs, self.ready, self.stack_file):
            _remove(made)

    def wipe_data(self) -> None:
        """Delete the data and keys of this part."""
        remove_folder(self.postgres / "data")
        for folder in (self.postgres, self.kafka):
            remove_folder(folder)
        for made in (
            self.postgres,
            self.kafka,
            self.sources_file,
            self.keys_file,
            self.memory_file,
            self.observability,
        ):
            _remove(made)
        if self.part:
            remove_folder(self.data)


def check_together(state: StateFolder, *, kafka: bool, postgres: bool) -> None:
    """SetupError if log and database (of those that are ours) are not the pair that worked together last time."""
    known = state.recall()
    for wanted, name, identity in ((kafka, "kafka", kafka_identity), (postgres, "postgres", postgres_identity)):
        if wanted and name in known and identity(state) != known[name]:
            fate = "replaced" if identity(state) else "deleted or damaged"
            raise SetupError(f"{state.path / name} was {fate}: log and database no longer belong together; {ANEW}")


def kafka_identity(state: StateFolder) -> str | None:
    """The cluster id that Kafka's data were formatted with."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        for line in (state.kafka / "log" / "meta.properties").read_text().splitlines():
            if line.startswith("cluster.id="):
                return line.partition("=")[2].strip()
    return None


def postgres_identity(state: StateFolder) -> str | None:
    """A digest of the password that was made with the cluster, as its mark."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        password = json.loads((state.postgres / "server.json").read_text())["password"]
        return sha256(str(password).encode()).hexdigest()
    return None


def _remove(path: Path) -> None:
    """Delete a file, or a folder that stands in its place."""
    if path.is_dir() and not path.is_symlink():
        remove_folder(path)
    else:
        path.unlink(missing_ok=True)


def _lock_soon(descriptor: int) -> bool:
    for _ in range(CLAIM_TRIES):
        if _try_lock(descriptor):
            return True
        time.sleep(POLL_SECONDS)
    return False


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
