"""The sla service's totals as families of Prometheus: each partition's, with the partition as a label."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric, SummaryMetricFamily

from services.sla.domain.account import PHASE_COUNT, PHASE_SECONDS
from services.sla.domain.stretches import AGENT_SECONDS, UNIT_SECONDS
from services.sla.domain.totals import (
    ABOVE_ALL,
    ANNOUNCED,
    BREACHES,
    CLOCKS,
    LATE_BOUNDS,
    LATE_BUCKET,
    LATE_SUM,
    RISKS,
    WAIT_BOUND,
    WAIT_BOUNDS,
    WAIT_BUCKET,
    WAIT_SUM,
    Key,
)

__all__ = ["counters", "lateness", "phases", "waits"]

Shown = Mapping[int, Mapping[Key, float]]
"""The totals of each partition."""

_MOVES = {
    "transfers": "Contacts that an agent passed on, by the queue they came from.",
    "requeues": "Contacts that went back into a queue, by that queue.",
    "overflows": "Contacts that a rule of their queue sent elsewhere.",
    "callbacks": "Contacts that a rule of their queue promised a call back.",
    "non_responses": "Offers that an agent let expire.",
    "declines": "Offers that an agent declined.",
}


def counters() -> list[tuple[CounterMetricFamily, str]]:
    """The counters, each with the name of its totals. Every one has ``partition``, so that a partition that moves to
    another process is another series and no jump of one."""
    clocks = ["workspace", "kind", "target", "queue", "result", "partition"]
    breaches = ["workspace", "kind", "target", "queue", "channel", "partition"]
    agents, units, moves = (["workspace", *names, "partition"] for names in (["state", "reason"], ["use"], ["queue"]))
    return [
        (CounterMetricFamily("usher_agent_seconds", "Time of agents by what they did.", labels=agents), AGENT_SECONDS),
        (
            CounterMetricFamily(
                "usher_agent_unit_seconds", "Agents' units times seconds: all, and taken.", labels=units
            ),
            UNIT_SECONDS,
        ),
        *((CounterMetricFamily(f"usher_{name}", text, labels=moves), name) for name, text in _MOVES.items()),
        (
            CounterMetricFamily(
                "usher_sla_risks",
                "Announced risks of a late answer, by what became of them.",
                labels=["workspace", "queue", "outcome", "partition"],
            ),
            RISKS,
        ),
        (
            CounterMetricFamily(
                "usher_sla_breaches_announced",
                "Late answers, by whether that was announced in time.",
                labels=["workspace", "queue", "announced", "partition"],
            ),
            ANNOUNCED,
        ),
        (CounterMetricFamily("usher_sla_clocks", "Clocks decided.", labels=clocks), CLOCKS),
        (CounterMetricFamily("usher_sla_breaches", "Clocks breached, each once.", labels=breaches), BREACHES),
    ]


def phases(totals: Shown) -> Metric:
    """Time in each phase of a contact's course."""
    family = SummaryMetricFamily(
        "usher_phase_seconds",
        "Time that contacts spent in a phase of their course, when they left it.",
        labels=["workspace", "phase", "queue", "channel", "partition"],
    )
    for partition, values in totals.items():
        for key in sorted(key for key in values if key[0] == PHASE_COUNT):
            family.add_metric([*key[1:], str(partition)], int(values[key]), values[PHASE_SECONDS, *key[1:]])
    return family


def waits(totals: Shown) -> Metric:
    """Waits by how they ended; the bounds are those of every partition, so that all can be added."""
    family = HistogramMetricFamily(
        "usher_queue_wait_seconds",
        "Wait in queue by how it ended.",
        labels=["workspace", "queue", "channel", "outcome", "partition"],
    )
    seen = (float(key[1]) for values in totals.values() for key in values if key[0] == WAIT_BOUND)
    bounds = sorted({*WAIT_BOUNDS, *seen})
    return _filled(family, totals, (WAIT_BUCKET, WAIT_SUM), bounds)


def lateness(totals: Shown) -> Metric:
    """By how much late work was late, in seconds by the wall."""
    family = HistogramMetricFamily(
        "usher_sla_lateness_seconds",
        "How long after its due time late work was done.",
        labels=["workspace", "kind", "queue", "partition"],
    )
    return _filled(family, totals, (LATE_BUCKET, LATE_SUM), LATE_BOUNDS)


def _filled(
    family: HistogramMetricFamily, totals: Shown, names: tuple[str, str], bounds: Sequence[float]
) -> HistogramMetricFamily:
    """``names``: of the totals that hold its buckets, and its sums."""
    for partition, values in totals.items():
        numbers: dict[Key, dict[float, float]] = defaultdict(dict)
        for key, number in values.items():
            if key[0] == names[0]:
                numbers[key[1:-1]][float(key[-1])] = number
        for key in sorted(values):
            if key[0] == names[1]:
                labels = key[1:]
                family.add_metric([*labels, str(partition)], _cumulative(numbers[labels], bounds), values[key])
    return family


def _cumulative(numbers: Mapping[float, float], bounds: Sequence[float]) -> list[tuple[str, float]]:
    total, result = 0.0, []
    for bound in bounds:
        total += numbers.get(bound, 0)
        result.append((repr(bound), total))
    return [*result, (ABOVE_ALL, total + numbers.get(float("inf"), 0))]
