"""The router's gauges: queues, contacts and agents of the partitions that this process owns, read when asked."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.router.domain.engine import RouterEngine
from services.router.domain.insight.standing import QueueStanding, queue_standings, shown_as
from services.router.domain.states import LIVE, Availability, Presence
from services.router.metrics import RouterMetrics
from services.router.model.shelf import ModelShelf
from shared.process.metrics import WorkspaceLabels

__all__ = ["RouterCollector"]

AGENT_STATES = (*Availability, Presence.NOT_READY, Presence.OFFLINE)


class RouterCollector(Collector):
    """Queues, contacts, agents and orphans of the partitions that this process owns now, by workspace.

    Workspaces that share a label are shown as one: their numbers are added, and the oldest of them is the oldest.
    """

    def __init__(
        self,
        engines: Callable[[], Iterable[RouterEngine]],
        now_ms: Callable[[], int],
        models: ModelShelf,
        metrics: RouterMetrics,
        workspaces: WorkspaceLabels,
    ) -> None:
        self._engines = engines
        self._now_ms = now_ms
        self._models = models
        self._metrics = metrics
        self._labels = workspaces
        metrics.before_page = self._begin

    def collect(self) -> Iterator[Metric]:
        """One consistent view: nothing can be committed while this runs."""
        engines = list(self._engines())
        orphans = GaugeMetricFamily("usher_orphans", "Live contacts that nothing will ever move: always 0.")
        orphans.add_metric([], sum(engine.book.orphans() for engine in engines))
        yield from self._queues(engines)
        yield from self._targets(engines)
        yield from (self._contacts(engines), self._agents(engines), orphans)
        yield from self._model_gauges()

    def _begin(self) -> None:
        for engine in self._engines():
            for workspace in engine.book.workspaces.values():
                policy = workspace.rules.policy
                languages = policy.languages if len(policy.languages) > 1 else ()
                self._metrics.begin(workspace.name, languages, policy.classification.intents)

    def _queues(self, engines: list[RouterEngine]) -> Iterator[Metric]:
        """What is known of each queue of each policy."""
        now_ms = self._now_ms()
        found: dict[tuple[str, str], QueueStanding] = {}
        for engine in engines:
            for workspace in engine.book.workspaces.values():
                label = self._labels.of(workspace.name)
                for queue, standing in queue_standings(workspace, engine.at_risk, now_ms):
                    key = (label, queue)
                    found[key] = found[key].and_(standing) if key in found else standing
        by_queue = ["workspace", "queue"]
        waiting = GaugeMetricFamily("usher_queue_waiting", "Contacts waiting.", labels=by_queue)
        overdue = GaugeMetricFamily("usher_queue_overdue", "Contacts waiting past their target.", labels=by_queue)
        oldest = GaugeMetricFamily(
            "usher_queue_oldest_wait_seconds", "Age of the oldest waiting contact.", labels=by_queue
        )
        at_risk = GaugeMetricFamily(
            "usher_contacts_at_risk", "Waiting contacts that will probably not be answered in time.", labels=by_queue
        )
        able = GaugeMetricFamily(
            "usher_queue_agents",
            "Agents signed on who have what the queue asks, by what keeps them.",
            labels=[*by_queue, "state"],
        )
        opened = GaugeMetricFamily("usher_queue_open", "1 within the hours of the queue, else 0.", labels=by_queue)
        for key, standing in sorted(found.items()):
            waiting.add_metric(key, standing.waiting)
            overdue.add_metric(key, standing.overdue)
            oldest.add_metric(key, standing.oldest_seconds)
            at_risk.add_metric(key, standing.at_risk)
            opened.add_metric(key, standing.open)
            for state, number in standing.agents.items():
                able.add_metric([*key, state], number)
        yield from (waiting, overdue, oldest, at_risk, able, opened)

    def _targets(self, engines: list[RouterEngine]) -> Iterator[Metric]:
        """What each queue promises; ``bound`` is the ``le`` of the wait histogram that it is, so that rules can join
        the two. A gauge that has an ``le`` itself is none to promtool. Of workspaces that share a label the longest
        target and the lowest objective."""
        labels = ["workspace", "queue", "kind"]
        target = GaugeMetricFamily("usher_queue_target_seconds", "What a queue promises.", labels=[*labels, "bound"])
        objective = GaugeMetricFamily("usher_queue_objective", "For which share of its contacts.", labels=labels)
        told: dict[tuple[str, str, str], tuple[float, float]] = {}
        for workspace in (each for engine in engines for each in engine.book.workspaces.values()):
            policy = workspace.rules.policy
            for queue in policy.queues:
                for kind, (within, share) in policy.promised_in(queue).items():
                    key = (self._labels.of(workspace.name), queue, str(kind))
                    longest, lowest = told.get(key, (0.0, 1.0))
                    told[key] = max(longest, within), min(lowest, share)
        for key, (seconds, share) in sorted(told.items()):
            target.add_metric([*key, repr(float(seconds))], seconds)
            objective.add_metric(key, share)
        yield from (target, objective)

    def _contacts(self, engines: list[RouterEngine]) -> Metric:
        family = GaugeMetricFamily("usher_contacts", "Live contacts by state.", labels=["workspace", "state"])
        tally = self._from_zero(engines, [str(state) for state in LIVE])
        for engine in engines:
            states = Tally((contact.workspace, contact.state) for contact in engine.book.contacts.values())
            for (workspace, state), number in states.items():
                tally[self._labels.of(workspace), str(state)] += number
        return _filled(family, tally)

    def _agents(self, engines: list[RouterEngine]) -> Metric:
        family = GaugeMetricFamily("usher_agents", "Agents signed on.", labels=["workspace", "availability"])
        tally = self._from_zero(engines, [str(state) for state in AGENT_STATES])
        for engine in engines:
            for workspace in engine.book.workspaces.values():
                label = self._labels.of(workspace.name)
                for agent in workspace.agents.values():
                    tally[label, shown_as(agent)] += 1
        return _filled(family, tally)

    def _from_zero(self, engines: list[RouterEngine], states: list[str]) -> Tally[tuple[str, str]]:
        names = {self._labels.of(name) for engine in engines for name in engine.book.workspaces}
        return Tally({(name, state): 0 for name in names for state in states})

    def _model_gauges(self) -> Iterator[Metric]:
        problems = GaugeMetricFamily("usher_model_problems", "Models that policies name and that cannot be used.")
        problems.add_metric([], len(self._models.problems))
        yield problems
        loaded = GaugeMetricFamily("usher_model_info", "Models in memory.", labels=["model", "version"])
        for name, model in self._models.kept():
            loaded.add_metric([name, model.version], 1)
        yield loaded
        read = CounterMetricFamily("usher_model_loads", "Models read from disk, by how that ended.", labels=["result"])
        read.add_metric(["loaded"], self._models.loaded)
        read.add_metric(["refused"], self._models.refused)
        yield read
        yield self._drift()

    def _drift(self) -> Metric:
        moved = GaugeMetricFamily(
            "usher_model_intent_drift", "Population stability index of late intents against training.", labels=["model"]
        )
        for name, mix in sorted(self._metrics.mixes.items()):
            model = self._models.get(name)
            index = mix.drift(model.trained_on(), model.version) if model else None
            if index is not None:
                moved.add_metric([name], index)
        return moved


def _filled(family: GaugeMetricFamily, tally: Mapping[tuple[str, str], int]) -> Metric:
    for labels, number in sorted(tally.items()):
        family.add_metric(labels, number)
    return family
