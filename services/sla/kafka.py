"""How far ingest and the router have come, asked of Kafka: what they have not read or told is unknown."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from aiokafka.errors import KafkaError, for_code

from services.sla.pace import LOOK_EVERY_SECONDS, rest_seconds
from services.sla.upstream import Look, Upstream
from shared.clock import monotonic, now_ms
from shared.contract.progress import read_note
from shared.contract.topics import CONTACT_EVENTS, INGEST_GROUPS, ROUTER_INPUT
from shared.kafka.security import connection
from shared.process.logs import Log
from shared.process.settings import CommonSettings
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Watch", "accepted"]

TOPICS_EVERY_SECONDS = 10.0  # how soon a topic that was deleted no longer counts, and a partition that was added does
UNREAD_SECONDS_MAX = 10.0  # nothing was taken of a topic for so long: is it read at all?
PAUSE_SECONDS = 1.0  # after a fault of Kafka
REQUEST_MS_MAX = 2_000
STABLE = "Stable"  # a group whose members have agreed on who reads what
STOP_SECONDS_MAX = 2.0

Offsets = Mapping[TopicPartition, int]


def accepted(response: Any) -> Any:
    """The response. KafkaError where it is nothing but an error, as of a coordinator that has not loaded its groups:
    aiokafka would read that as a group without offsets."""
    code = getattr(response, "error_code", 0)
    if code:
        raise for_code(code)(f"{type(response).__name__}: error {code}")
    return response


class _Admin(AIOKafkaAdminClient):  # type: ignore[misc]
    """Asks once where a group is looked after. Who no longer does says an error, and then another client asks anew."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._coordinators: dict[str, int] = {}

    async def find_coordinator(self, group_id: str, coordinator_type: int = 0) -> int:
        if group_id not in self._coordinators:
            self._coordinators[group_id] = await super().find_coordinator(group_id, coordinator_type)
        return self._coordinators[group_id]

    async def _send_request(self, request: Any, node_id: int | None = None) -> Any:
        return accepted(await super()._send_request(request, node_id))


class _Clients(NamedTuple):
    admin: _Admin
    reader: AIOKafkaConsumer


class Watch:
    """Looks at ingest and router through Kafka and lets ``upstream`` draw the conclusions.

    ingest's offset moves only after delivery and the router's only after its events are acknowledged. So the router's
    input is looked at after ingest's offsets, and its output after its own; an end and the offset that is compared with
    it together. Those inbound topics count that ingest has read, until it runs and reads them no more.
    """

    def __init__(
        self,
        settings: CommonSettings,
        groups: tuple[str, str],
        upstream: Upstream,
        log: Log,
        due_ms: Callable[[], int | None],
    ) -> None:
        """``groups``: what the names of ingest's groups begin with, and the router's group. ``due_ms``: from when on
        somebody waits for a look; None: nobody does."""
        self._settings = settings
        self._ingest_group, self._router_group = groups
        self._upstream = upstream
        self._log = log
        self._due_ms = due_ms
        self.looked: Callable[[], None] = lambda: None  # called when more may be known
        self._known: set[str] = set()  # topics that ingest has offsets in, as of the last look
        self._places: dict[str, list[TopicPartition]] = {}  # by topic
        self._places_at: float | None = None
        self._untaken: dict[TopicPartition, tuple[int, float]] = {}  # of what waits: ingest's offset, and since when

    async def run(self) -> None:
        """Look until cancelled; a fault of Kafka only means that nothing is settled meanwhile."""
        while True:
            try:
                await self._watch()
            except (KafkaError, OSError) as error:
                self._log.warning("the progress of ingest and router is unknown", error=repr(error))
                await asyncio.sleep(PAUSE_SECONDS)

    async def _watch(self) -> None:
        clients = _Clients(
            _Admin(**connection(self._settings), request_timeout_ms=REQUEST_MS_MAX),
            AIOKafkaConsumer(**connection(self._settings), enable_auto_commit=False, request_timeout_ms=REQUEST_MS_MAX),
        )
        try:
            await clients.admin.start()
            await clients.reader.start()
            while True:
                await self._look(clients)
                self.looked()
                await self._rest(monotonic())
        finally:
            await _stop(clients)

    async def _rest(self, looked_at: float) -> None:
        """Until the next look; what falls due sooner than was known is noticed meanwhile."""
        while True:
            due_ms = self._due_ms()
            due_seconds = None if due_ms is None else (due_ms - now_ms()) / MILLISECONDS_PER_SECOND
            left = rest_seconds(monotonic() - looked_at, due_seconds)
            if left <= 0:
                return
            await asyncio.sleep(min(left, LOOK_EVERY_SECONDS))

    async def _look(self, clients: _Clients) -> None:
        partitions = self._upstream.partitions()
        if not partitions:
            return
        door_ms = await self._look_at_doors(clients)
        inputs = self._at(ROUTER_INPUT, partitions)
        ends, noted = await asyncio.gather(
            self._ends(clients, inputs),
            clients.admin.list_consumer_group_offsets(self._router_group, partitions=inputs),
        )
        notes = [read_note(each.metadata) if (each := noted.get(source)) is not None else None for source in inputs]
        looks = {
            partition: partial(
                self._upstream.looked,
                partition,
                Look(door_ms, ends[source]),
                handled=noted[source].offset if source in noted else 0,
                note=note,
            )
            for partition, source, note in zip(partitions, inputs, notes, strict=True)
        }
        unheard = [partition for partition, looked in looks.items() if looked()]
        output_ends = await self._ends(clients, self._at(CONTACT_EVENTS, unheard))
        for output, end in output_ends.items():
            looks[output.partition](output_end=end)

    async def _look_at_doors(self, clients: _Clients) -> int:
        places = await self._inbound(clients)
        at_ms = now_ms()
        ends, noted = await asyncio.gather(self._ends(clients, places), self._offsets(clients))
        looked_at, self._known = self._known, {place.topic for offsets in noted.values() for place in offsets}
        if not self._known <= looked_at:
            return 0  # ingest has begun to read another topic: the next look sees it
        taken = await self._taken(clients, ends, noted)
        unread = self._unread(ends, taken)
        if unread:
            unread &= await self._given_up(clients, noted)
        ends = {place: end for place, end in ends.items() if place.topic not in unread}
        return self._upstream.door_looked(at_ms, ends, taken)

    async def _inbound(self, clients: _Clients) -> list[TopicPartition]:
        """All partitions of the topics that ingest's groups have offsets in, as far as they still exist.

        The broker is asked for them: a client's memory holds the topics that it was asked for before, and no others.
        """
        old = self._places_at is None or monotonic() - self._places_at > TOPICS_EVERY_SECONDS
        if self._known and (old or not self._known <= self._places.keys()):
            self._places_at = monotonic()
            # All topics, not these by name: asking for one that was deleted may create it.
            found = {each["topic"]: each for each in await clients.admin.describe_topics()}
            self._places = {topic: _places(found.get(topic)) for topic in self._known}
        return [place for topic in sorted(self._known) for place in self._places[topic]]

    async def _ends(self, clients: _Clients, places: list[TopicPartition]) -> Offsets:
        ends: Offsets = await clients.reader.end_offsets(places) if places else {}
        return ends

    async def _offsets(self, clients: _Clients) -> dict[str, dict[TopicPartition, int]]:
        """How far each of ingest's groups has delivered."""
        groups = [f"{self._ingest_group}.{name}" for name in INGEST_GROUPS]
        noted = await asyncio.gather(*map(clients.admin.list_consumer_group_offsets, groups))
        return {
            group: {place: each.offset for place, each in offsets.items() if each.offset >= 0}
            for group, offsets in zip(groups, noted, strict=True)
        }

    async def _taken(self, clients: _Clients, ends: Offsets, noted: Mapping[str, Offsets]) -> Offsets:
        """How far ingest has delivered; where it has said nothing yet, it begins where the log begins."""
        said = {place: offset for offsets in noted.values() for place, offset in offsets.items()}
        unsaid = [place for place, end in ends.items() if end and place not in said]
        begins: Offsets = await clients.reader.beginning_offsets(unsaid) if unsaid else {}
        return {**dict.fromkeys(ends, 0), **said, **begins}

    def _unread(self, ends: Offsets, taken: Offsets) -> set[str]:
        """Topics in which records wait and of which nothing was taken for long."""
        at, before = monotonic(), self._untaken
        waiting = [place for place, end in ends.items() if taken[place] < end]
        self._untaken = {
            place: before[place] if before.get(place, (None, 0))[0] == taken[place] else (taken[place], at)
            for place in waiting
        }
        return {place.topic for place, (_, since) in self._untaken.items() if at - since > UNREAD_SECONDS_MAX}

    async def _given_up(self, clients: _Clients, noted: Mapping[str, Offsets]) -> set[str]:
        """Topics of which ingest has offsets and that none of its members reads, while it runs: of a source that was
        taken out of its settings nothing will ever come. An ingest that is away gives up nothing."""
        given_up: set[str] = set()
        for group, offsets in noted.items():
            (reply,) = await clients.admin.describe_consumer_groups([group])
            for error, _, state, _, _, members, *_ in reply.groups:
                if not error and state == STABLE:
                    read = {topic for member in members for topic in _subscription(member)}
                    given_up |= {place.topic for place in offsets} - read
        return given_up

    def _at(self, topic: str, partitions: list[int]) -> list[TopicPartition]:
        return [TopicPartition(self._settings.topic_prefix + topic, partition) for partition in partitions]


def _places(topic: Mapping[str, Any] | None) -> list[TopicPartition]:
    """The partitions of a topic as the broker describes it; none of one that does not exist."""
    if topic is None:
        return []
    if topic["error_code"]:
        raise for_code(topic["error_code"])(f"{topic['topic']} is not described")
    return [
        TopicPartition(topic["topic"], number) for number in sorted(part["partition"] for part in topic["partitions"])
    ]


def _subscription(member: Any) -> list[str]:
    """The topics that a member of a group asked for."""
    *_, metadata, _ = member
    topics: list[str] = ConsumerProtocolMemberMetadata.decode(metadata).subscription
    return topics


async def _stop(clients: _Clients) -> None:
    closing = [asyncio.ensure_future(clients.admin.close()), asyncio.ensure_future(clients.reader.stop())]
    await asyncio.wait(closing, timeout=STOP_SECONDS_MAX)
    for task in closing:
        task.cancel()
    await asyncio.gather(*closing, return_exceptions=True)
