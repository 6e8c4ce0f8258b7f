"""What a workspace promises: which target applies to a contact, and when it is due."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.sla.domain.clock import Kind
from shared.policy.calendar import ALWAYS_OPEN, Calendar
from shared.policy.fields import format_duration
from shared.policy.policy import Policy

__all__ = ["Promises", "Target", "promises_of", "stated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One promise of a queue. ``seconds`` pass in the calendar's open time; ``warn_at`` is a share of them.

    ``name`` is the label in events and metrics: the duration as a policy writes it (``20s``, ``4h``), so that it is
    bounded by the policies and never mixes two promises.
    """

    queue: str
    name: str
    seconds: float
    calendar: Calendar
    warn_at: float | None

    def due_ms(self, started_ms: int) -> int:
        """When the promise is due that started then."""
        return self.calendar.add_open_time(started_ms, self.seconds)

    def warn_ms(self, started_ms: int) -> int | None:
        """When to warn about the promise that started then; None when nobody asked for a warning."""
        if self.warn_at is None:
            return None
        return self.calendar.add_open_time(started_ms, self.seconds * self.warn_at)


class Promises:
    """The targets of one policy version, by queue and kind; the first match of a contact is its queue's own."""

    def __init__(self, version: int, default_queue: str, queues: Mapping[str, Mapping[Kind, Target]]) -> None:
        self.version = version
        self._default_queue = default_queue
        self._queues = queues
        self._kinds = frozenset(kind for targets in queues.values() for kind in targets)

    def of(self, kind: Kind, queue: str | None) -> Target | None:
        """The target of a contact in that queue; without a queue (bot, self-service) that of the default queue."""
        return self._queues.get(queue or self._default_queue, {}).get(kind)

    def any_of(self, kind: Kind) -> bool:
        """Whether any queue promises this."""
        return kind in self._kinds

    def seconds_of(self, kind: Kind) -> set[float]:
        """All target seconds of a kind."""
        return {targets[kind].seconds for targets in self._queues.values() if kind in targets}


def stated(queue: str, seconds: float) -> Target:
    """A target of which only the seconds are known, counted at all hours and without a warning."""
    return Target(queue=queue, name=format_duration(seconds), seconds=seconds, calendar=ALWAYS_OPEN, warn_at=None)


def promises_of(policy: Policy, version: int) -> Promises:
    """The targets of a validated policy. Kinds that no clock runs for yet are read and kept like the others."""
    return Promises(
        version,
        policy.default_queue,
        {
            name: {
                Kind(kind): Target(
                    queue=name,
                    name=format_duration(target.within_seconds),
                    seconds=target.within_seconds,
                    calendar=policy.calendar(target.calendar),
                    warn_at=target.warn_at,
                )
                for kind, target in queue.targets.items()
            }
            for name, queue in policy.queues.items()
        },
    )
