"""How far the router has come: only when it and we have nothing left to read may the wall clock breach a promise."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.clock import now_ms
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT
from shared.kafka.security import connection
from shared.process.logs import Log
from shared.process.settings import CommonSettings

__all__ = ["SETTLED_AGE_MS", "RouterProgress"]

LOOK_EVERY_SECONDS = 0.2  # three small requests each time, for all partitions together
# The router tells its offsets twice a second, so under steady input the newest look that they cover is this old.
SETTLED_AGE_MS = 500
LOOKS_MAX = 32  # looks remembered while the router is behind: the newest covered one decides, so older ones are enough
PAUSE_SECONDS = 0.02  # an idle lane whose clock is due asks again at once; this keeps it from spinning meanwhile
REQUEST_MS_MAX = 2_000
STOP_SECONDS_MAX = 2.0


class Look(NamedTuple):
    """At ``at_ms`` (wall clock) a log ended at ``end``."""

    at_ms: int
    end: int


class RouterProgress:
    """Watches the router through Kafka. A partition is *settled* as of a time when every input that the log held then
    was handled by the router, its events were acknowledged, and our lane has applied them.

    The router's group offset moves only after its events are acknowledged, so in this order: end of its input, its
    offset, end of its output, our own offset. A router that is down, slow or unreachable is never settled.
    """

    def __init__(
        self, settings: CommonSettings, router_group: str, applied: Callable[[], Mapping[int, int]], log: Log
    ) -> None:
        self._settings = settings
        self._group = router_group
        self._applied = applied
        self._log = log
        self._inputs: dict[int, deque[Look]] = {}
        self._outputs: dict[int, deque[Look]] = {}
        self._settled_ms: dict[int, int] = {}
        self._asked_at: dict[int, int | None] = {}

    async def settled(self, partition: int) -> bool:
        """Whether the partition is settled as of at most SETTLED_AGE_MS ago.

        Whoever asks twice without having applied anything in between waits PAUSE_SECONDS before hearing no again.
        """
        if now_ms() - self.settled_ms(partition) <= SETTLED_AGE_MS:
            return True
        applied = self._applied().get(partition)
        if applied == self._asked_at.get(partition):
            await asyncio.sleep(PAUSE_SECONDS)
        self._asked_at[partition] = applied
        return False

    def settled_ms(self, partition: int) -> int:
        """The latest time (ms since the epoch) as of which the partition is known to be settled; 0: never."""
        applied = self._applied().get(partition)
        if applied is not None:
            covered = _newest_covered(self._outputs.get(partition, deque()), applied)
            self._settled_ms[partition] = max(self._settled_ms.get(partition, 0), covered)
        return self._settled_ms.get(partition, 0)

    async def run(self) -> None:
        """Look until cancelled; a fault of Kafka only means that nothing is settled meanwhile."""
        while True:
            try:
                await self._watch()
            except (KafkaError, OSError) as error:
                self._log.warning("the router's progress is unknown", error=repr(error))
                await asyncio.sleep(1.0)

    async def _watch(self) -> None:
        admin = AIOKafkaAdminClient(**connection(self._settings), request_timeout_ms=REQUEST_MS_MAX)
        reader = AIOKafkaConsumer(
            **connection(self._settings), enable_auto_commit=False, request_timeout_ms=REQUEST_MS_MAX
        )
        try:
            await admin.start()
            await reader.start()
            while True:
                await self._look(admin, reader)
                await asyncio.sleep(LOOK_EVERY_SECONDS)
        finally:
            await _stop(admin, reader)

    async def _look(self, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer) -> None:
        partitions = sorted(self._applied())
        if not partitions:
            return
        at_ms = now_ms()
        inputs = self._at(ROUTER_INPUT, partitions)
        ends = await reader.end_offsets(inputs)
        committed = await admin.list_consumer_group_offsets(self._group, partitions=inputs)
        outputs = self._at(CONTACT_EVENTS, partitions)
        output_ends = await reader.end_offsets(outputs)
        for partition, source, target in zip(partitions, inputs, outputs, strict=True):
            handled = committed[source].offset if source in committed else 0
            self.looked(partition, Look(at_ms, ends[source]), handled=handled, output_end=output_ends[target])

    def looked(self, partition: int, inputs: Look, *, handled: int, output_end: int) -> None:
        """Take in one look: the end of the router's input, then its offset, then the end of its output."""
        looks = self._inputs.setdefault(partition, deque(maxlen=LOOKS_MAX))
        looks.append(inputs)
        covered_ms = _newest_covered(looks, handled)
        if covered_ms:
            self._outputs.setdefault(partition, deque(maxlen=LOOKS_MAX)).append(Look(covered_ms, output_end))

    def _at(self, topic: str, partitions: list[int]) -> list[TopicPartition]:
        return [TopicPartition(self._settings.topic_prefix + topic, partition) for partition in partitions]


def _newest_covered(looks: deque[Look], offset: int) -> int:
    """The time of the newest look whose log end is not beyond the offset; 0 without one."""
    return next((look.at_ms for look in reversed(looks) if look.end <= offset), 0)


async def _stop(admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer) -> None:
    closing = [asyncio.ensure_future(admin.close()), asyncio.ensure_future(reader.stop())]
    await asyncio.wait(closing, timeout=STOP_SECONDS_MAX)
    for task in closing:
        task.cancel()
    await asyncio.gather(*closing, return_exceptions=True)
