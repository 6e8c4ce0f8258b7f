"""What an adapter makes is within the contract's bounds: read as anybody's event it comes to the same, in each byte."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.channels.adapter import Payload, SourceFacts
from services.ingest.domain.channels.message import Attachment, Message
from services.ingest.domain.cloudevents import OpenedEvent
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.rejection import Rejected
from services.ingest.domain.way import Arrival, Way
from shared.contract.inputs import INPUT_TYPES
from shared.contract.records import Origin
from shared.contract.topics import CHANNELS
from tests.support.ingest_builders import KEY

NOW_MS = 1_769_851_800_000
WAY, ARRIVAL = Way("source", "acme", queue="help"), Arrival(NOW_MS, NOW_MS, Origin(source="source"))
PAYLOAD = Payload(b"{}", SourceFacts("source", frozenset(), "", lambda *_: ""), received_ms=NOW_MS)
NORMALISER = Normaliser(Pseudonyms(KEY))
ANY = st.text(st.characters(), max_size=12)  # lone surrogates and control characters are among them
LONG = st.integers(0, 9000).map(lambda length: "é" * length)
TEXTS = ANY | LONG
ORNAMENTS = {
    "name": TEXTS, "customer_id": TEXTS, "to": TEXTS, "subject": TEXTS, "text": TEXTS, "language": ANY,
    "reply_address": TEXTS, "reply_thread": TEXTS, "public": st.booleans(), "unread": st.lists(ANY, max_size=3),
    "at_ms": st.none() | st.integers(-10, 10**15), "attributes": st.dictionaries(TEXTS, TEXTS, max_size=70),
    "sender": st.sampled_from(["customer", "agent", "bot", "system"]),
    "attachments": st.lists(
        st.builds(
            Attachment, content_type=TEXTS, url=TEXTS, name=TEXTS, size=st.none() | st.integers(-1, 2**64)
        ),
        max_size=34,
    ),
}  # fmt: skip
MESSAGES = st.builds(
    Message,
    channel=st.sampled_from(CHANNELS),
    conversation=TEXTS,
    message_id=TEXTS,
    handle=TEXTS,
    **ORNAMENTS,  # type: ignore[arg-type]
)


def as_anybody_writes_it(event: OpenedEvent) -> OpenedEvent:
    assert event.message is not None
    return event._replace(data=event.message.document(), message=None)


def outcome(event: OpenedEvent, way: Way = WAY) -> Any:
    try:
        return NORMALISER.normalise(event, way, ARRIVAL, b"")
    except Rejected as rejected:
        return rejected.errors


@given(MESSAGES)
def test_a_message_comes_to_the_same_by_whichever_way_it_is_read(message: Message) -> None:
    event = message.event(PAYLOAD)
    assert outcome(event) == outcome(as_anybody_writes_it(event))


GOOD: dict[str, Any] = {"channel": "chat", "conversation": "c", "message_id": "m", "handle": "h"}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"handle": ""}, "from.handle"),
        ({"conversation": ""}, "conversation_id"),
        ({"message_id": ""}, "message_id"),
        ({"channel": "fax"}, "channel"),
        ({"sender": "robot"}, "sender"),
    ],
)
def test_what_a_message_must_have_is_told_by_its_path(wrong: dict[str, Any], path: str) -> None:
    assert path in [error.path for error in outcome(Message(**{**GOOD, **wrong}).event(PAYLOAD))]


def test_a_message_without_a_workspace_is_told_so() -> None:
    (error,) = outcome(Message(**GOOD).event(PAYLOAD), WAY._replace(workspace=""))
    assert error.path == "workspace"


@pytest.mark.parametrize("at_ms", [NOW_MS - 0.5, float(NOW_MS - 1), float("nan"), float("inf"), True])
@pytest.mark.parametrize("size", [5.5, 5.0, True])
def test_numbers_of_anybodys_adapter_are_such_as_the_router_reads(at_ms: Any, size: Any) -> None:
    message = Message(**GOOD, at_ms=at_ms, attachments=[Attachment(size=size)])
    admitted = outcome(message.event(PAYLOAD))
    event: Any = msgspec.json.decode(admitted.body, type=INPUT_TYPES[admitted.type])
    assert event.occurred_ms == (int(at_ms) if at_ms < NOW_MS else NOW_MS)
    assert event.attachments[0].bytes == int(size)
