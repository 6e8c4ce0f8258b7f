"""The sla process: its parts, put together."""

import asyncio
from collections.abc import Callable

from prometheus_client import CollectorRegistry

from services.sla.domain.engine import SlaEngine
from services.sla.kafka import Watch
from services.sla.metrics import CommittedTotals, SlaCollector
from services.sla.postgres import SlaStore
from services.sla.settings import SlaSettings
from services.sla.upstream import Upstream
from shared.clock import now_ms
from shared.contract.topics import CONTACT_EVENTS, SLA_EVENTS
from shared.lane.lane import Lane
from shared.lane.service import LaneService, LaneSpec
from shared.postgres import Database
from shared.process.logs import Log, configure
from shared.process.metrics import WorkspaceLabels, registry_for
from shared.process.version import VERSION

__all__ = ["SlaService", "build"]


class SlaService(LaneService):
    """The sla service: lanes with the SLA engine, and a look at ingest and router beside them."""

    def __init__(self, settings: SlaSettings, log: Log) -> None:
        registry = registry_for("sla", VERSION)
        committed = self._committed = CommittedTotals()
        self._upstream = Upstream(self._applied, self._heard)
        groups = settings.group_of_ingest, settings.group_of_router
        self._watch = Watch(settings, groups, self._upstream, log, self._due_ms)
        self._watch.looked = self._looked
        super().__init__(_lanes(settings, registry, log, committed, self._upstream.settled_ms))
        registry.register(
            SlaCollector(
                committed,
                self._engines,
                self._upstream.settled_ms,
                now_ms,
                WorkspaceLabels(settings.metrics_workspaces_max, settings.named_workspaces),
            )
        )

    def moved_here(self) -> set[str]:
        """Partitions whose totals were taken over since the last call, and are shown now."""
        return self._committed.take_moved_here(self._engines())

    async def run(self) -> None:
        """Serve until ``stop``, watching ingest and router meanwhile."""
        watching = asyncio.ensure_future(self._watch.run())
        try:
            await super().run()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def _applied(self) -> dict[int, int]:
        return {lane.partition: lane.claim.next_offset for lane in self.lanes()}

    def _heard(self) -> dict[int, int]:
        return {lane.partition: lane.claim.input_seq for lane in self.lanes()}

    def _due_ms(self) -> int | None:
        """When the earliest warning or breach of all partitions may be told."""
        due = (engine.deadline_ms() for engine in self._engines().values() if engine is not None)
        return min((at_ms for at_ms in due if at_ms is not None), default=None)

    def _looked(self) -> None:
        """A lane on which something is due that may be told now goes on at once."""
        for lane in self.lanes():
            engine = _engine(lane)
            due_ms = engine.deadline_ms() if engine is not None else None
            if due_ms is not None and due_ms <= self._upstream.settled_ms(lane.partition):
                lane.arrivals.hurry()

    def _engines(self) -> dict[int, SlaEngine | None]:
        return {lane.partition: _engine(lane) for lane in self.lanes()}


def _lanes(
    settings: SlaSettings,
    registry: CollectorRegistry,
    log: Log,
    committed: CommittedTotals,
    settled_ms: Callable[[int], int],
) -> LaneSpec:
    """What the lanes of this service are made of; ``committed`` hears of each commit."""

    def store(database: Database) -> SlaStore:
        return SlaStore(
            database,
            committed,
            breach_retention_days=settings.breach_retention_days,
            report_retention_days=settings.report_retention_days,
        )

    def new_engine(partition: int) -> SlaEngine:
        return SlaEngine(CONTACT_EVENTS, partition, lateness_ms=settings.watermark_lateness_ms)

    return LaneSpec(
        service="sla",
        settings=settings,
        registry=registry,
        log=log,
        input_topic=CONTACT_EVENTS,
        log_topic=SLA_EVENTS,
        hand_off_topics=(),
        store=store,
        new_engine=new_engine,
        counted=lambda step: None,
        settled_ms=settled_ms,
    )


def _engine(lane: Lane) -> SlaEngine | None:
    return lane.engine if isinstance(lane.engine, SlaEngine) else None


async def build() -> tuple[SlaService, SlaSettings, Log]:
    """Everything from the environment."""
    settings = SlaSettings()
    log = configure("sla", settings.log_level)
    return SlaService(settings, log), settings, log
