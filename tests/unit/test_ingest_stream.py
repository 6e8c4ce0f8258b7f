"""A record that cannot be read by a fault of ours: one dead letter, whole, and the batch goes on."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from services.ingest.delivery import FAILPOINTS, Delivery
from services.ingest.domain.admission import LogRecord, Route, TopicDoor
from services.ingest.domain.channels.adapter import Adapter, Payload, Reading
from services.ingest.domain.channels.canonical import ADAPTER as CANONICAL
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import Refusal
from services.ingest.domain.way import Way
from services.ingest.metrics import IngestMetrics
from services.ingest.sense import Sense
from services.ingest.stream import Stream
from shared.clock import now_ms
from shared.contract.records import Origin
from shared.process.failpoints import Failpoints
from shared.process.logs import Log
from tests.support.ingest_builders import CHAT, HELP, KEY, Record, body


def broken(_payload: Payload) -> Reading:
    raise KeyError("a fault of the adapter's author")


class BrokenDoor(TopicDoor):
    """Fails by itself, when it has read a record of the topic HELP."""

    def admit(self, record: LogRecord, now_ms: int, admitted: list[Admitted], refused: list[Refusal]) -> None:
        super().admit(record, now_ms, admitted, refused)
        if record.topic == HELP:
            raise KeyError("a fault of ours")


class Delivered:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.admitted: list[Admitted] = []
        self.refused: list[Refusal] = []

    async def deliver(self, admitted: list[Admitted], refused: list[Refusal]) -> None:
        self.admitted += admitted
        self.refused += refused


@pytest.mark.parametrize(
    ("made", "detail"), [(TopicDoor, "the adapter raised KeyError"), (BrokenDoor, "could not be read")]
)
@pytest.mark.parametrize("workspace", ["acme", ""])
async def test_the_dead_letter_of_a_fault_of_ours_is_as_whole_as_any(
    workspace: str, made: type[TopicDoor], detail: str
) -> None:
    said: list[dict[str, Any]] = []
    log = cast("Log", SimpleNamespace(error=lambda text, **what: said.append({"text": text, **what})))
    routes = {
        HELP: Route(Adapter("broken", broken, "email"), Way(source="help", workspace=workspace)),
        CHAT: Route(CANONICAL, Way(source="chat")),
    }
    delivered = Delivered()
    sense = Sense(log, IngestMetrics(CollectorRegistry()), Failpoints("", FAILPOINTS))
    stream = Stream(made(routes, Normaliser(Pseudonyms(KEY))), cast("Delivery", delivered), sense)
    good = json.dumps(body(workspace="acme")).encode()

    at_ms = now_ms() - 5
    await stream.handle([Record(b"payload", (("a", b"b"),), HELP, 2, 9, at_ms), Record(good, topic=CHAT)])

    (refusal,) = delivered.refused
    letter = refusal.letter
    assert letter.workspace == (workspace or None)
    assert (letter.origin, letter.payload, refusal.headers) == (Origin(HELP, 2, 9), b"payload", {"a": "b"})
    assert (letter.reason, letter.path, letter.detail) == ("invalid", "", detail)
    assert letter.at_ms == at_ms, "when the log took it"
    assert [event.channel for event in delivered.admitted] == ["chat"]
    told = [(one["topic"], one["offset"]) for one in said] or refusal.fault
    assert told == [(HELP, 9)] or "test_ingest_stream.py" in str(told)
