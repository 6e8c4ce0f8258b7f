"""The router process: its parts, put together."""

import asyncio
from collections.abc import Sequence
from itertools import chain, islice

from services.router.domain.classification.classifying import Foreseen, Opener, Verdict
from services.router.domain.classification.record import Journey, ModelRef
from services.router.domain.classification.triage import Triage
from services.router.domain.engine import RouterEngine
from services.router.domain.matcher import Matcher
from services.router.domain.matcher.matching import Match
from services.router.gauges import RouterCollector
from services.router.metrics import RouterMetrics
from services.router.model.shelf import ModelShelf
from services.router.postgres import RouterStore
from services.router.settings import RouterSettings
from services.router.watching import keep_looking
from shared.clock import WALL, monotonic, now_ms
from shared.contract.topics import AGENT_OFFERS, BOT, CONTACT_EVENTS, ROUTER_INPUT, SELF_SERVICE
from shared.lane.service import LaneService, LaneSpec
from shared.process.logs import Log, configure
from shared.process.metrics import WorkspaceLabels, registry_for
from shared.process.version import VERSION

__all__ = ["RouterService", "build"]

LOST_SAID_MAX = 3  # contacts: one is a fault, and who looks at it finds out about the others


class RouterService(LaneService):
    """The router: lanes with the router engine."""

    def __init__(self, settings: RouterSettings, log: Log) -> None:
        registry = registry_for("router", VERSION)
        workspaces = WorkspaceLabels(settings.metrics_workspaces_max, settings.named_workspaces)
        metrics = RouterMetrics(registry, workspaces, self._knows)
        models = self._models = ModelShelf(settings.models_dir, log, self._models_in_use)
        triage = _TimedTriage(models, metrics)

        def new_matcher() -> Matcher:
            return _TimedMatcher(metrics)

        super().__init__(
            LaneSpec(
                service="router",
                settings=settings,
                registry=registry,
                log=log,
                input_topic=ROUTER_INPUT,
                log_topic=CONTACT_EVENTS,
                hand_off_topics=(SELF_SERVICE, BOT, AGENT_OFFERS),
                store=lambda database: RouterStore(database, models.fetch, settings.kept, self._has_open),
                new_engine=lambda partition: RouterEngine(partition, triage, new_matcher),
                counted=metrics.counted,
            )
        )
        registry.register(RouterCollector(self._engines, now_ms, models, metrics, workspaces))

    def notes(self) -> list[str]:
        """Beside what every lane tells: contacts that nothing will ever move, which only a fault of ours can bring."""
        lost = islice(chain.from_iterable(engine.book.lost() for engine in self._engines()), LOST_SAID_MAX)
        named = [f"contact {each}: nothing will ever move it; next: usher explain {each}" for each in lost]
        return [*super().notes(), *named]

    def _models_in_use(self) -> set[ModelRef]:
        return {ref for engine in self._engines() for ref in engine.book.models()}

    def _knows(self, workspace: str, label: str, value: str) -> bool:
        """Whether the policy of a workspace, or its text model, knows a value that a sender may choose."""
        for engine in self._engines():
            found = engine.book.workspaces.get(workspace)
            if found is not None:
                policy = found.rules.policy
                if label == "language":
                    return value in policy.languages
                name = policy.classification.model
                model = self._models.get(name) if name else None
                return value in policy.classification.intents or (model is not None and value in model.labels)
        return False

    def _has_open(self, workspace: str, some_id: str) -> bool:
        """Whether a customer came with this id and the contact is live."""
        found = (engine.book.workspaces.get(workspace) for engine in self._engines())
        return any(each is not None and some_id in each.customers for each in found)

    async def run(self) -> None:
        """Serve until ``stop``, with an eye on who is at risk."""
        looking = asyncio.ensure_future(keep_looking(self._engines, WALL, self._log))
        try:
            await super().run()
        finally:
            looking.cancel()
            await asyncio.wait({looking})

    def _engines(self) -> list[RouterEngine]:
        return [lane.engine for lane in self.lanes() if isinstance(lane.engine, RouterEngine)]


class _TimedTriage(Triage):
    """Classification under a stopwatch; the engine itself knows no clock."""

    def __init__(self, models: ModelShelf, metrics: RouterMetrics) -> None:
        super().__init__(models)
        self._observe = metrics.classify_seconds.observe

    def foresee(self, openers: Sequence[Opener]) -> list[Foreseen]:
        started = monotonic()
        found = super().foresee(openers)
        share = (monotonic() - started) / max(1, len(found))
        return [each._replace(seconds=share) if each.prediction else each for each in found]

    def __call__(self, opener: Opener, journey: Journey | None = None, foreseen: Foreseen | None = None) -> Verdict:
        started = monotonic()
        found = super().__call__(opener, journey, foreseen)
        self._observe(monotonic() - started + (foreseen.seconds if foreseen else 0.0))
        return found


class _TimedMatcher(Matcher):
    """The matcher under a stopwatch."""

    def __init__(self, metrics: RouterMetrics) -> None:
        super().__init__()
        self._observe = metrics.decision_seconds.observe

    def agent_for(self, contact_id: str, now: float) -> Match | None:
        started = monotonic()
        match = super().agent_for(contact_id, now)
        self._observe(monotonic() - started)
        return match

    def contact_for(self, agent_id: str, now: float) -> Match | None:
        started = monotonic()
        match = super().contact_for(agent_id, now)
        self._observe(monotonic() - started)
        return match


async def build() -> tuple[RouterService, RouterSettings, Log]:
    """Everything from the environment."""
    settings = RouterSettings()
    log = configure("router", settings.log_level)
    return RouterService(settings, log), settings, log
