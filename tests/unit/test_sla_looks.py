"""What a look asks of Kafka, and when: whatever happens between two answers, nothing is known before it is true."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from services.sla.app import SlaService
from services.sla.domain.engine import SlaEngine
from services.sla.kafka import Watch
from services.sla.settings import SlaSettings
from services.sla.upstream import Upstream
from shared.contract.progress import Note, note_of
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT
from tests.support.lane_process import SILENT
from tests.support.virtual_time import START_MS, VirtualClock, run

DOORS = ("chat", "mail")
SECONDS = 4.0


class Way:
    """Customers, ingest, router and our lane, each at a pace of its own; every request takes a while, and its answer is
    of some moment of that while. ``notes``: whether the router says with which event it has told what it says."""

    def __init__(self, clock: VirtualClock, chance: random.Random, *, notes: bool) -> None:
        self.clock, self.chance, self.notes = clock, chance, notes
        self.came: dict[str, list[int]] = {door: [] for door in DOORS}  # when what stands on each topic happened
        self.delivered: list[int] = []  # of the router's input, when it happened
        self.taken = dict.fromkeys(DOORS, 0)
        self.committed = dict(self.taken)
        self.handled = self.noted = self.told = self.applied = 0
        self.asked: list[str] = []
        self.looks = 0

    def looked(self) -> None:
        self.looks += 1

    async def live(self, pace: float) -> None:
        """Something happens somewhere, again and again."""
        moves = [self.come, self.deliver, self.commit, self.handle, self.note, self.apply]
        while True:
            await asyncio.sleep(self.chance.expovariate(pace))
            self.chance.choice(moves)()

    def come(self) -> None:
        self.came[self.chance.choice(DOORS)].append(self.clock.now_ms())

    def deliver(self) -> None:
        for door in DOORS:
            end = self.chance.randint(self.taken[door], len(self.came[door]))
            self.delivered += self.came[door][self.taken[door] : end]
            self.taken[door] = end

    def commit(self) -> None:
        self.committed = dict(self.taken)

    def handle(self) -> None:
        self.handled = self.chance.randint(self.handled, len(self.delivered))

    def note(self) -> None:
        self.told = self.noted = self.handled  # its events are acknowledged, and then it is noted

    def apply(self) -> None:
        self.applied = self.chance.randint(self.applied, self.told)

    def known_ms(self) -> int:
        """The time as of which the truth is applied."""
        came = sorted(at_ms for door in DOORS for at_ms in self.came[door][self.taken[door] :])
        return min([self.clock.now_ms(), *came, *self.delivered[self.applied :]])

    # ---- what a look asks ----

    async def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        ends = {ROUTER_INPUT: lambda: len(self.delivered), CONTACT_EVENTS: lambda: self.told}
        places = list(places)
        self.asked += [place.topic for place in places]
        await self._while()
        found = {place: ends.get(place.topic, lambda topic=place.topic: len(self.came[topic]))() for place in places}
        await self._while()
        return found

    async def list_consumer_group_offsets(self, group: str, partitions: Any = None) -> dict[TopicPartition, Any]:
        await self._while()
        found: dict[TopicPartition, Any] = {}
        if group == "router":
            note = note_of(Note(self.clock.now_ms(), self.noted)) if self.notes else ""
            found = {place: OffsetAndMetadata(self.noted, note) for place in partitions}
        elif group == "ingest.contacts":
            found = {TopicPartition(door, 0): OffsetAndMetadata(end, "") for door, end in self.committed.items()}
        await self._while()
        return found

    async def describe_topics(self) -> list[dict[str, Any]]:
        return [{"topic": door, "error_code": 0, "partitions": [{"partition": 0}]} for door in DOORS]

    async def start(self) -> None:
        """The clients of the look are this."""

    stop = close = start

    async def _while(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.01))


def watched(play: Callable[[Way, Upstream], Coroutine[Any, Any, None]], seed: int, *, notes: bool) -> None:
    """Play it while somebody looks, and leave nothing running."""

    async def main(clock: VirtualClock) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("services.sla.kafka.now_ms", clock.now_ms)
            asked = count()  # a moment passes with each question, or a rest of less than the clock can show never ends
            patch.setattr("services.sla.kafka.monotonic", lambda: clock.monotonic() + next(asked) / 1e6)
            way = Way(clock, random.Random(seed), notes=notes)
            patch.setattr("services.sla.kafka._Admin", lambda **_: way)
            patch.setattr("services.sla.kafka.AIOKafkaConsumer", lambda **_: way)
            upstream = Upstream(lambda: {0: way.applied}, lambda: {0: way.applied})
            watch = Watch(SlaSettings(), ("ingest", "router"), upstream, SILENT, clock.now_ms)
            watch.looked = way.looked
            looking = asyncio.ensure_future(watch.run())
            try:
                await play(way, upstream)
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)

    run(main)


@pytest.mark.parametrize("notes", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_no_time_is_known_before_all_that_happened_up_to_it_is_applied(seed: int, notes: bool) -> None:
    async def play(way: Way, upstream: Upstream) -> None:
        living = asyncio.ensure_future(way.live(200.0 + 400 * seed))
        try:
            while way.clock.monotonic() < SECONDS:
                await asyncio.sleep(way.chance.uniform(0, 0.01))
                assert upstream.settled_ms(0) <= way.known_ms()
            assert upstream.settled_ms(0) > START_MS + SECONDS * 1000 / 2, "and it goes on"
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)

    watched(play, seed, notes=notes)


def test_the_end_of_the_log_is_asked_for_only_while_what_the_router_told_is_not_all_applied() -> None:
    async def play(way: Way, upstream: Upstream) -> None:
        await asyncio.sleep(1.0)
        assert upstream.settled_ms(0) > START_MS
        assert CONTACT_EVENTS not in way.asked
        way.delivered.append(way.clock.now_ms())
        way.told = way.noted = 1
        await asyncio.sleep(1.0)
        assert CONTACT_EVENTS in way.asked
        way.applied = 1
        await asyncio.sleep(0.2)
        way.asked.clear()
        way.looks = 0
        await asyncio.sleep(1.0)
        assert abs(way.asked.count(ROUTER_INPUT) - way.looks) <= 1, "whoever waits hears of each look when it is over"
        assert CONTACT_EVENTS not in way.asked

    watched(play, 1, notes=True)


async def test_a_lane_hurries_when_what_is_due_on_it_is_known_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    class Due(SlaEngine):
        """Something falls due, or nothing does."""

        at_ms: int | None = 500

        def deadline_ms(self) -> int | None:
            return self.at_ms

    hurried, lanes = [], []
    for partition, engine in enumerate([*(Due(CONTACT_EVENTS, number, lateness_ms=0) for number in range(4)), None]):
        arrivals = SimpleNamespace(hurry=partial(hurried.append, partition))
        lanes.append(SimpleNamespace(partition=partition, engine=engine, arrivals=arrivals))
    lanes[3].engine.at_ms = None
    service = SlaService(SlaSettings(), SILENT)
    try:
        monkeypatch.setattr(service, "lanes", lambda: lanes)
        monkeypatch.setattr(service._upstream, "settled_ms", [499, 500, 900, 900, 900].__getitem__)
        service._watch.looked()
    finally:
        await service._inputs.stop()  # never started, but its client complains when it is dropped
    assert hurried == [1, 2]
