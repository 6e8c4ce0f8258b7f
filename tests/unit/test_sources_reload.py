"""A sources file that is looked at while somebody writes into it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from services.ingest.domain.sources import Sources
from services.ingest.metrics import IngestMetrics
from services.ingest.reload import SourcesWatch
from services.ingest.sense import Sense
from services.ingest.settings import load_sources
from shared.process.failpoints import Failpoints
from tests.support.lane_process import SILENT

FILE = """
workspaces:
  acme: {api_keys: [{name: shop, sha256: "%s", may: [contacts]}]}
  globex: {api_keys: [{name: desk, sha256: "%s", may: [contacts]}]}
"""
OLD, NEW = FILE % ("1" * 64, "2" * 64), FILE % ("3" * 64, "4" * 64)


class Watched:
    """A watch over a file, and what it put in force."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.used: list[Sources] = []
        file.write_text(OLD)
        sense = Sense(SILENT, IngestMetrics(CollectorRegistry()), Failpoints("", ()))
        self.watch = SourcesWatch(self.load, self._use, self.load(), sense)

    def load(self) -> Sources:
        return load_sources(str(self.file))

    async def _use(self, sources: Sources) -> list[str]:
        self.used.append(sources)
        return []

    def looks(self, *contents: str) -> list[Sources]:
        """What is put in force by a look at each of these contents, one after another."""

        async def play() -> None:
            for content in contents:
                self.file.write_text(content)
                await self.watch.look()

        self.used.clear()
        asyncio.run(play())
        return self.used


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "sources.yaml")


def test_a_file_that_is_empty_or_cut_off_for_a_moment_takes_nobodys_key(watched: Watched) -> None:
    cut_off = NEW[: NEW.index("  globex")]
    new = watched.looks("", cut_off, NEW, NEW)
    assert [len(each.credentials) for each in new] == [2]
    assert new == [watched.load()]
    assert watched.looks("", NEW) == [], "as it was"


def test_a_file_that_stays_as_it_is_is_put_in_force_once(watched: Watched) -> None:
    assert [len(each.credentials) for each in watched.looks("", "", "", "")] == [0]
    assert watched.looks(NEW, "workspaces: no", NEW) == [], "what was seen before a fault is no second look"
    assert len(watched.looks(NEW)) == 1


def test_the_second_look_at_a_change_comes_soon(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    contents = iter((OLD, NEW, NEW, NEW))

    async def wait(stopping: asyncio.Event, seconds: float) -> None:
        waits.append(seconds)
        content: Any = next(contents, None)
        if content is None:
            stopping.set()
        else:
            watched.file.write_text(content)

    monkeypatch.setattr("services.ingest.reload.wait_for", wait)
    asyncio.run(watched.watch.run(5.0, asyncio.Event()))
    assert waits == [5.0, 5.0, 0.2, 5.0, 5.0]
    assert len(watched.used) == 1
