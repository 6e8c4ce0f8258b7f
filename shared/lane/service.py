"""A stateful service's process: the lane's parts put together the same way for every engine."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from shared.contract.topics import DEAD_LETTERS
from shared.errors import Fatal, Retryable
from shared.kafka import InputLog, OutputLog, read_tail, topic_problem
from shared.lane.engine import Engine, Step
from shared.lane.lane import Lane
from shared.lane.parts import LaneParts
from shared.lane.patience import until_ready
from shared.lane.phases import FAILPOINTS
from shared.lane.publisher import Wire
from shared.lane.sense import Sense
from shared.lane.store import LaneStore
from shared.lane.traces import StepTraces
from shared.lane.worker import Worker
from shared.migrate import migrate
from shared.postgres import Database
from shared.process.failpoints import Failpoints
from shared.process.logs import Log
from shared.process.memory import spare_the_collector
from shared.process.metrics import LaneMetrics
from shared.process.settings import LaneSettings
from shared.process.traces import traces_of
from shared.process.version import VERSION

__all__ = ["LaneService", "LaneSpec", "group_of", "owner_name"]

CONNECTIONS_MAX = 8  # a lane uses one at a time; more lanes than this take turns
PROBE_SECONDS_MAX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSpec:
    """What makes one stateful service different from the other."""

    service: str
    settings: LaneSettings
    registry: CollectorRegistry
    log: Log
    input_topic: str
    log_topic: str
    hand_off_topics: tuple[str, ...]
    store: Callable[[Database], LaneStore]
    new_engine: Callable[[int], Engine]
    counted: Callable[[Step], None]
    settled_ms: Callable[[int], int] | None = None


class LaneService:
    """One process of a stateful service; a shared.process.service.Application."""

    def __init__(self, spec: LaneSpec) -> None:
        settings = spec.settings
        self.registry = spec.registry
        self._spec = spec
        self._log = spec.log
        self._stopping = asyncio.Event()
        metrics = LaneMetrics(spec.registry, spec.service)
        self._database = Database(
            settings.postgres_dsn.get_secret_value(),
            connections_max=CONNECTIONS_MAX,
            seconds_max=settings.commit_seconds_max,
            connect_seconds_max=settings.connect_seconds_max,
            waited=metrics.pool_wait_seconds.observe,
        )
        self._outputs = OutputLog(settings)
        self._inputs = InputLog(settings, spec.input_topic, group_of(settings, spec.service))
        failpoints = Failpoints(settings.failpoints, FAILPOINTS)
        self._traces = traces_of(settings, spec.service, VERSION)
        parts = LaneParts(
            service=spec.service,
            settings=settings,
            owner=owner_name(settings),
            store=spec.store(self._database),
            inputs=self._inputs,
            outputs=self._outputs,
            wire=Wire(spec.service, spec.log_topic),
            read_output_tail=lambda partition: read_tail(settings, spec.log_topic, partition),
            new_engine=spec.new_engine,
            counted=spec.counted,
            sense=Sense(spec.log, metrics, failpoints),
            settled_ms=spec.settled_ms,
            loaded=spare_the_collector,
            traces=StepTraces(self._traces, spec.service) if self._traces is not None else None,
        )
        self._worker = Worker(parts, self._inputs)
        self._started = False

    def lanes(self) -> list[Lane]:
        """Lanes that are open now; metrics read their engines."""
        return list(self._worker.lanes)

    async def run(self) -> None:
        """Wait for schema and topics, then serve until ``stop``."""
        await self._database.open()
        try:
            await self._until_ready("the schema", self._schema_problem)
            await self._until_ready("the topics", self._topic_problem)
            if not self._stopping.is_set():
                self._started = True
                await self._worker.run()
        finally:
            await self._inputs.stop()  # also of a service that ended before it began to read
            await self._outputs.stop()
            await self._database.close()
            if self._traces is not None:
                await self._traces.close()

    def stop(self) -> None:
        """Begin a clean end."""
        self._stopping.set()
        self._worker.stop()

    def endpoints(self) -> dict[str, str]:
        """Nothing but health and metrics."""
        return {}

    async def problems(self) -> list[str]:
        """Schema, topics and partitions; the database must answer."""
        if not self._started:
            return ["waiting for the schema and the topics"]
        try:
            await self._database.call(lambda connection: connection.fetchval("SELECT 1"), seconds_max=PROBE_SECONDS_MAX)
        except (Retryable, Fatal) as error:
            return [str(error), *self._worker.problems()]
        return self._worker.problems()

    def notes(self) -> list[str]:
        """Deadlines that are left out."""
        return self._worker.notes()

    async def _schema_problem(self) -> str | None:
        report = await migrate(self._spec.settings.postgres_dsn.get_secret_value(), check=True)
        return f"migrations {', '.join(report.missing)} are missing; run `usher migrate`" if report.missing else None

    async def _topic_problem(self) -> str | None:
        names = (self._spec.input_topic, self._spec.log_topic, *self._spec.hand_off_topics, DEAD_LETTERS)
        return await topic_problem(self._spec.settings, names)

    async def _until_ready(self, what: str, problem: Callable[[], Awaitable[str | None]]) -> None:
        await until_ready(what, problem, self._stopping, self._spec.log)


def group_of(settings: LaneSettings, service: str) -> str:
    """Consumer group of a service: its name behind the topic prefix, so that two deployments share a cluster."""
    return settings.group or f"{settings.topic_prefix}usher.{service}"


def owner_name(settings: LaneSettings) -> str:
    """Who this process is in the lane table."""
    return settings.instance or f"{socket.gethostname()}:{os.getpid()}"
