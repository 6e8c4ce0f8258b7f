"""From committed batches to produce requests: every record once, in order, on its topic, in batches that fit."""

from typing import Any

import pytest

from shared.contract.envelope import Message, to_record
from shared.contract.records import DeadLetter, Event, Origin, Record
from shared.contract.topics import DEAD_LETTERS
from shared.errors import Fatal, Reason
from shared.kafka import OutputLog
from shared.lane.publisher import Wire
from shared.lane.store import OutboxBatch
from shared.process.settings import CommonSettings

LOG = "log"


def event(number: int, *copies: tuple[str, bytes], traceparent: str = "") -> Event:
    body = b'{"number":%d}' % number
    return Event("kind", "acme", f"c{number}", 1000 + number, f"cause-{number}", 0, body, copies, traceparent)


def batch(step: int, first_seq: int, events: list[Event], dead: int = 0) -> OutboxBatch:
    letters = [
        DeadLetter(f"dead-{number}", "acme", Reason.INVALID, "", "", Origin(topic="t", offset=number), b"", 1)
        for number in range(dead)
    ]
    return OutboxBatch(step, first_seq, 0, events, letters)


def sent(*batches: OutboxBatch) -> dict[str, list[Message]]:
    """Records by topic, in the order in which they are made."""
    topics: dict[str, list[Message]] = {}
    for topic, message in Wire("router", LOG).records(batches):
        topics.setdefault(topic, []).append(message)
    return topics


def header(message: Message, name: str) -> bytes | None:
    return dict(message.headers).get(name)


def test_the_log_has_every_event_in_seq_order_over_all_batches() -> None:
    topics = sent(batch(0, 5, [event(1), event(2)]), batch(1, 7, []), batch(2, 7, [event(3)]))
    assert [(header(each, "ce_sequence"), each.value) for each in topics[LOG]] == [
        (b"5", b'{"number":1}'),
        (b"6", b'{"number":2}'),
        (b"7", b'{"number":3}'),
    ]


def test_a_hand_off_copy_has_the_id_of_its_event_and_more_in_its_body_and_no_sequence() -> None:
    topics = sent(batch(0, 1, [event(1, ("bots", b'{"text":"hi"}'), ("offers", b"{}"), traceparent="00-a-b-01")]))
    assert [topics["bots"][0].value, topics["offers"][0].value] == [b'{"number":1,"text":"hi"}', b'{"number":1}']
    for copy in (topics["bots"][0], topics["offers"][0]):
        assert copy.headers == [each for each in topics[LOG][0].headers if each[0] != "ce_sequence"]
        assert copy.key == topics[LOG][0].key


def test_dead_letters_follow_the_order_of_their_batches() -> None:
    topics = sent(batch(0, 1, [event(1)], dead=2), batch(1, 2, [], dead=1))
    assert [header(each, "ce_id") for each in topics[DEAD_LETTERS]] == [b"dead-0", b"dead-1", b"dead-0"]


class Producer:
    """Takes batches of at most three records, as aiokafka takes a number of bytes."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int, list[bytes]]] = []

    async def start(self) -> None:
        """There is nothing to connect to."""

    def create_batch(self) -> "Batch":
        return Batch()

    async def send_batch(self, batch: "Batch", topic: str, *, partition: int) -> Any:
        assert batch.closed
        assert batch._relative_offset == len(batch.values)
        self.sent.append((topic, partition, batch.values))
        return _acknowledged()


class Batch:
    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.closed = False
        self._builder = self
        self._relative_offset = 0

    def append(self, number: int, at_ms: None, key: bytes, value: bytes, headers: Any) -> object | None:
        assert number == len(self.values)
        if len(self.values) == 3 or value == b"huge":
            return None
        self.values.append(value)
        return object()

    def close(self) -> None:
        self.closed = True


async def _acknowledged() -> None:
    """What a broker says."""


async def publish(*records: tuple[str, bytes]) -> list[tuple[str, int, list[bytes]]]:
    producer = Producer()
    outputs = OutputLog(CommonSettings(topic_prefix="p."), lambda **_: producer)
    await outputs.publish_all(4, ((topic, Message(b"k", value, [])) for topic, value in records))
    return producer.sent


async def test_what_does_not_fit_a_batch_begins_the_next_and_topics_do_not_mix() -> None:
    found = await publish(*((topic, b"%d" % number) for number in range(4) for topic in ("one", "two")))
    assert sorted(found) == [
        ("p.one", 4, [b"0", b"1", b"2"]),
        ("p.one", 4, [b"3"]),
        ("p.two", 4, [b"0", b"1", b"2"]),
        ("p.two", 4, [b"3"]),
    ]
    assert [values for topic, _, values in found if topic == "p.one"] == [[b"0", b"1", b"2"], [b"3"]]


async def test_nothing_to_publish_is_nothing_sent() -> None:
    assert await publish() == []


async def test_a_record_that_no_batch_takes_is_fatal_and_nothing_is_sent() -> None:
    with pytest.raises(Fatal, match="does not fit"):
        await publish(("one", b"1"), ("one", b"huge"))


OURS = [("ce_type", b"kind"), ("ce_id", b"1"), ("ce_sequence", b"7"), ("content-type", b"x"), ("traceparent", b"00-1")]


@pytest.mark.parametrize(
    "headers",
    [OURS, OURS[::-1], OURS[1:] + OURS[:1], [OURS[0], *OURS[2:], OURS[1]], [("of a mirror", None), *OURS]],
    ids=["ours", "reversed", "type last", "id last", "one before"],
)
def test_a_record_is_the_same_in_whatever_order_its_headers_come(headers: list[tuple[str, bytes | None]]) -> None:
    assert to_record(3, 1000, b"{}", headers) == Record(3, 1000, "kind", "1", b"{}", 7, "00-1")


@pytest.mark.parametrize(
    ("headers", "kind", "seq"),
    [
        (OURS[:2], "kind", None),
        ([("ce_type", b"\xff")], "", None),
        ([], "", None),
        ([*OURS[:2], ("ce_sequence", b"9" * 5000)], "kind", None),
    ],
)
def test_a_header_that_is_not_there_or_not_readable_is_none(
    headers: list[tuple[str, bytes | None]], kind: str, seq: int | None
) -> None:
    record = to_record(3, 1000, None, headers)
    assert (record.type, record.seq, record.value) == (kind, seq, b"")
