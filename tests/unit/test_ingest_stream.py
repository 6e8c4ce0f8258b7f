"""A record that an adapter cannot read by a fault of its own: one dead letter, whole, and the batch goes on."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from services.ingest.delivery import FAILPOINTS, Delivery
from services.ingest.domain.admission import Route, TopicDoor
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


class Delivered:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.admitted: list[Admitted] = []
        self.refused: list[Refusal] = []

    async def deliver(self, admitted: list[Admitted], refused: list[Refusal]) -> None:
        self.admitted += admitted
        self.refused += refused


@pytest.mark.parametrize("workspace", ["acme", ""])
async def test_the_dead_letter_of_an_adapter_that_raises_is_as_whole_as_any(workspace: str) -> None:
    said: list[dict[str, Any]] = []
    log = cast("Log", SimpleNamespace(error=lambda text, **what: said.append({"text": text, **what})))
    routes = {
        HELP: Route(Adapter("broken", broken, "email"), Way(source="help", workspace=workspace)),
        CHAT: Route(CANONICAL, Way(source="chat")),
    }
    delivered = Delivered()
    sense = Sense(log, IngestMetrics(CollectorRegistry()), Failpoints("", FAILPOINTS))
    stream = Stream(TopicDoor(routes, Normaliser(Pseudonyms(KEY))), cast("Delivery", delivered), sense)
    good = json.dumps(body(workspace="acme")).encode()

    at_ms = now_ms() - 5
    await stream.handle([Record(b"payload", (("a", b"b"),), HELP, 2, 9, at_ms), Record(good, topic=CHAT)])

    (refusal,) = delivered.refused
    letter = refusal.letter
    assert letter.workspace == (workspace or None)
    assert (letter.origin, letter.payload, refusal.headers) == (Origin(HELP, 2, 9), b"payload", {"a": "b"})
    assert (letter.reason, letter.path, letter.detail) == ("invalid", "", "could not be read")
    assert letter.at_ms == at_ms, "when the log took it"
    assert [event.channel for event in delivered.admitted] == ["chat"]
    assert (said[0]["topic"], said[0]["offset"]) == (HELP, 9)
