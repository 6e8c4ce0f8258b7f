"""The documents as tests read them: fenced blocks, tables, and the story that the integrators' page tells."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from services.ingest.domain.adapters import canonical
from services.ingest.domain.cloudevents import NO_ATTRIBUTES
from services.ingest.domain.fields import rfc3339_ms
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.types import AREAS, MESSAGE, Area
from services.ingest.domain.way import Arrival, Way
from shared.contract.envelope import merged
from shared.contract.records import Event, Origin, Record
from tests.support.router_builders import Router

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ARRIVES_AFTER_MS = 12  # of the examples: so long after it happened
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FREE_TEXT = "sentence"  # worded anew whenever somebody finds better words


class Block(NamedTuple):
    """A fenced block: its language, the words after it, and what stands inside; ``line`` is where it begins."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int


def blocks(path: Path) -> list[Block]:
    """All fenced blocks of a page, in order."""
    page = path.read_text()
    return [
        Block(found[1], tuple(found[2].split()), found[3], page.count("\n", 0, found.start()) + 1)
        for found in BLOCK.finditer(page)
    ]


def tables(page: str) -> list[list[list[str]]]:
    """All tables of a page as rows of cells, without their heads."""
    found = re.findall(r"^\|.*\|\n\|[-| ]+\|\n((?:\|.*\|\n)+)", page, re.MULTILINE)
    return [[[cell.strip() for cell in row.strip().strip("|").split("|")] for row in table.splitlines()]
            for table in found]  # fmt: skip


class Story:
    """The examples of a page, put through the door and the router in the order in which they stand there."""

    def __init__(self) -> None:
        self.router = Router(None)
        self.told: list[Event] = []
        self._workspace = ""
        self._normaliser = Normaliser(Pseudonyms(b"the key of the examples"))

    def begin(self, policy: str) -> None:
        """The policy of the examples is in force."""
        self.router.now_ms = rfc3339_ms("2026-03-02T09:00:00.000Z")
        document = yaml.safe_load(policy)
        self._workspace = document["workspace"]
        self.router.activate(document)

    def post(self, area: str, text: str) -> Admitted:
        """Post an example to /v1/<area> as the HTTP door does; what it brings about is in ``told``. Rejected."""
        body = json.loads(text)
        raw = json.dumps(body).encode()
        (event,) = canonical(raw, NO_ATTRIBUTES, MESSAGE if area == Area.CONTACTS else "")
        assert event.type in AREAS[Area(area)], f"{event.type} is not posted to /v1/{area}"
        at_ms = rfc3339_ms(body["occurred_at"]) + ARRIVES_AFTER_MS if "occurred_at" in body else self.router.now_ms
        arrival = Arrival(at_ms, at_ms, Origin(source="api"))
        admitted = self._normaliser.normalise(event, Way("api", self._workspace), arrival, raw)
        self.router.now_ms = at_ms
        record = Record(self.router.offset, at_ms, admitted.type, admitted.event_id, admitted.body)
        self.router.offset += 1
        self.told = self.router.batch([record])
        return admitted

    def published(self, kind: str, topic: str = "") -> list[dict[str, Any]]:
        """Bodies of this type that the last example brought about: on the log, or on a hand-off topic."""
        events = [event for event in self.told if event.type == kind]
        if topic:
            return [
                json.loads(merged(event.body, more)) for event in events for name, more in event.copies if name == topic
            ]
        return [json.loads(event.body) for event in events]


def differences(shown: Any, real: Any, path: str = "") -> list[str]:
    """Where a document shows what is not so; a document may leave fields out."""
    if isinstance(shown, dict) and isinstance(real, dict):
        return [
            difference
            for name, value in shown.items()
            for difference in (
                differences(value, real[name], f"{path}.{name}") if name in real else [f"{path}.{name} is not there"]
            )
        ]
    if path.endswith(f".{FREE_TEXT}"):
        return [] if isinstance(real, str) and real else [f"{path} is no sentence"]
    return [] if shown == real else [f"{path}: shown {shown!r}, really {real!r}"]
