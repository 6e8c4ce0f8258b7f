"""Sends refused inputs once more, as they came in and to where they came in; marked only when Kafka has them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from shared.contract.envelope import UNREADABLE_KEY, Message
from shared.contract.ids import derive
from shared.contract.records import Origin, refusal_id
from shared.contract.topics import ROUTER_INPUT, channel_topic
from shared.kafka import OutputLog, partition_of
from shared.kafka.reader import ConsumerRecord, LogReader
from shared.lane.dead_letters import Letter, LetterStore, State
from shared.process.settings import CommonSettings

__all__ = ["Replay", "replay"]

LETTERS_AT_ONCE_MAX = 50  # a payload is kept up to 1 MiB, so this bounds memory to some 50 MiB

Refused = dict[str, str]


class Replay(NamedTuple):
    """What was sent, in order, and by id why the others were not."""

    replayed: list[str]
    refused: Refused


class _Unsendable(Exception):
    """Why a letter cannot be sent again."""


class _Again(NamedTuple):
    """A record to publish; ``origin`` tells items of one batch, which are sent once, with their whole record."""

    topic: str
    partition: int
    message: Message
    origin: tuple[Any, ...]


async def replay(settings: CommonSettings, store: LetterStore, ids: Sequence[str]) -> Replay:
    """Send the open ones among these letters, in this order.

    At least once: after an error nothing of the group under way is marked, and some of it may be on its topic; what is
    sent twice is recognised by its ids. Retryable when Kafka or the database does not answer.
    """
    done = Replay([], {})
    output = OutputLog(settings)
    try:
        async with LogReader(settings) as reader:
            sender = _Sender(settings, reader, await reader.topics(), output)
            for first in range(0, len(ids), LETTERS_AT_ONCE_MAX):
                async with store.locked(ids[first : first + LETTERS_AT_ONCE_MAX]) as letters:
                    sent, refused = await sender.send(letters)
                    await store.mark(sent, State.REPLAYED)
                done.replayed.extend(sent)
                done.refused.update(refused)
    finally:
        await output.stop()
    return done


class _Sender:
    def __init__(self, settings: CommonSettings, reader: LogReader, topics: set[str], output: OutputLog) -> None:
        self._settings = settings
        self._reader = reader
        self._topics = topics
        self._output = output

    async def send(self, letters: Sequence[Letter]) -> tuple[list[str], Refused]:
        """(ids whose records Kafka acknowledged, ids with the reason why not)."""
        ready: dict[str, _Again] = {}
        refused: Refused = {}
        # A deadline is nothing to send: the mark is what lets its partition try it when it is opened the next time.
        deadlines = [letter.id for letter in letters if letter.state == State.OPEN and "deadline" in letter.origin]
        for letter in letters:
            if letter.id in deadlines:
                continue
            try:
                ready[letter.id] = await self._record(letter)
            except _Unsendable as why:
                refused[letter.id] = str(why)
        by_place: dict[tuple[str, int], list[Message]] = defaultdict(list)
        for again in {again.origin: again for again in ready.values()}.values():
            by_place[again.topic, again.partition].append(again.message)
        for (topic, partition), messages in by_place.items():
            await self._output.publish(topic, partition, messages)
        return [*ready, *deadlines], refused

    async def _record(self, letter: Letter) -> _Again:
        if letter.state != State.OPEN:
            raise _Unsendable(f"is {letter.state} already")
        match letter.service:
            case "ingest":
                return self._as_it_came(letter)
            case "router":
                return await self._from_the_log(letter)
            case _:
                raise _Unsendable(
                    f"a record that {letter.service} refused is a fact on the log: it cannot be said again"
                )

    def _as_it_came(self, letter: Letter) -> _Again:
        """The stored payload to its topic, or to that of its source; there the same adapter reads it."""
        if len(letter.payload) < letter.payload_bytes:
            raise _Unsendable(f"only {len(letter.payload)} of its {letter.payload_bytes} bytes were kept")
        origin, prefix = letter.origin, self._settings.topic_prefix
        key = (letter.workspace or UNREADABLE_KEY).encode()
        topic = origin.get("topic")
        if topic is None:
            topic, partition = channel_topic(origin["source"]), partition_of(key, self._settings.partitions)
        elif not topic.startswith(prefix):
            raise _Unsendable(f"its topic {topic} is not of this deployment: set USHER_TOPIC_PREFIX")
        else:
            topic, partition = topic.removeprefix(prefix), origin["partition"]
        if topic not in self._topics:
            raise _Unsendable(f"its topic {prefix}{topic} does not exist; run `usher topics`")
        # A header without a value may have been a null; both count as absent.
        headers = [(name, value.encode()) for name, value in letter.headers.items() if value]
        where = (topic, partition, origin["offset"]) if "offset" in origin else (letter.id,)
        return _Again(topic, partition, Message(key, letter.payload, headers), where)

    async def _from_the_log(self, letter: Letter) -> _Again:
        """The record of the router's own log, with its headers. It was refused, so the id in its body is unknown;
        by a new ``ce_id`` the router knows that it is to be judged anew, and was not just read twice by the door."""
        found = await self._logged(letter)
        if found is None:
            raise _Unsendable(f"its record is no longer on {ROUTER_INPUT}: its sender must send it anew")
        anew = derive("replay", letter.id, str(found.partition), str(found.offset)).encode()
        headers = [(name, anew if name == "ce_id" else value or b"") for name, value in found.headers]
        message = Message(found.key or b"", found.value or b"", headers)
        return _Again(ROUTER_INPUT, found.partition, message, (letter.id,))

    async def _logged(self, letter: Letter) -> ConsumerRecord | None:
        """The record at its place; the letter names its sender's place, so it is found by the time the log gave it."""
        origin = letter.origin
        if origin.get("topic") == ROUTER_INPUT:
            partition = origin["partition"]
        elif letter.workspace is not None:
            partition = partition_of(letter.workspace.encode(), self._settings.partitions)
        else:
            return None
        async for record in self._reader.at_time(ROUTER_INPUT, partition, letter.occurred_ms):
            if letter.id in _refusals(record, letter):
                return record
        return None


def _refusals(record: ConsumerRecord, letter: Letter) -> set[str | None]:
    """Ids of the dead letters that this record of the router's log may have become, if it came from the letter's
    origin."""
    event_id = dict(record.headers).get("ce_id") or b""
    place = derive("dead", ROUTER_INPUT, str(record.partition), str(record.offset))
    return {place, refusal_id(event_id.decode(errors="replace"), msgspec.convert(letter.origin, Origin))}
