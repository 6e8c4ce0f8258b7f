"""A workspace's active policy as the engine uses it at every event: milliseconds, and requirements made once."""

from dataclasses import dataclass

import msgspec

from services.router.domain.capacity import ChannelRules
from services.router.domain.matching import Requirement
from shared.policy.policy import Policy
from shared.policy.queues import Queue
from shared.policy.requirements import Requirements
from shared.topics import CHANNELS

REMEMBERED_MAX = 50_000  # distinct requirements kept per policy; skills per contact are few
DIRECT_MS = 60_000  # a contact meant for one agent waits this long for them before it opens to all


@dataclass(frozen=True, slots=True)
class Need:
    """What one kind of contact asks of an agent, in the forms that matcher and events use."""

    requirement: Requirement
    prefer: tuple[tuple[str, int], ...]
    json: msgspec.Raw

    def served_by(self, skills: tuple[tuple[str, int], ...]) -> bool:
        """Whether an agent with these skills may take such a contact."""
        levels = dict(skills)
        need = self.requirement
        return (
            all(levels.get(skill, 0) >= level for skill, level in need.must)
            and all(any(levels.get(skill, 0) >= level for skill, level in group) for group in need.any)
            and not any(skill in levels for skill in need.without)
        )


@dataclass(frozen=True, slots=True)
class QueueRules:
    """One queue of the policy, in milliseconds. ``target_ms`` is what the order of service is computed from."""

    name: str
    requirements: Requirements
    target_ms: int
    target_seconds: float
    boost_ms: int
    late_factor: float
    late_cap_ms: float | None
    agent_order: str
    life_ms: int
    calendar: str | None


class Rules:
    """The compiled form of one policy version."""

    def __init__(self, policy: Policy, version: int) -> None:
        self.policy = policy
        self.version = version
        self.queues = {name: _queue(name, queue) for name, queue in policy.queues.items()}
        self.default_queue = self.queues[policy.default_queue]
        self.channels = _channels(policy)
        self.offer_ms = _ms(policy.offers.timeout_seconds)
        self.decline_ms = _ms(policy.offers.decline_pause_seconds)
        self.not_ready_on_expiry = policy.offers.on_expiry == "not_ready"
        self.parallel = policy.offers.parallel
        self.wrap_ms = _ms(policy.wrap_up.default_seconds)
        self.wrap_end_ms = _ms(policy.wrap_up.forced_end_seconds)
        self.lease_seconds = policy.presence.lease_seconds or 0.0
        self.requeue_lost = policy.presence.on_lost == "requeue"
        self.self_service_ms = _ms(policy.self_service.max_seconds)
        self.life_ms = max(queue.life_ms for queue in self.queues.values())
        self._needs: dict[tuple[object, ...], Need] = {}

    def queue(self, name: str | None) -> QueueRules:
        """The queue of that name, the default queue for None or a name the policy does not have."""
        return self.queues.get(name or "", self.default_queue)

    def bot_ms(self, bot: str) -> int:
        """How long a bot may keep a contact without reporting an outcome."""
        return _ms(self.policy.bot(bot).max_seconds)

    def due_ms(self, queue: QueueRules, entered_ms: int) -> int:
        """When the queue's answer is due, in the target's calendar."""
        return self.policy.calendar(queue.calendar).add_open_time(entered_ms, queue.target_seconds)

    def need(self, queue: QueueRules, skills: dict[str, int], channel: str) -> Need:
        """What a contact with these skills asks in this queue."""
        key = (queue.name, channel, *skills.items())
        found = self._needs.get(key)
        if found is None:
            if len(self._needs) >= REMEMBERED_MAX:
                self._needs.clear()
            wanted = queue.requirements.plus(skills)
            requirement = Requirement(wanted.must, wanted.any, wanted.without, channel)
            found = Need(requirement, wanted.prefer, msgspec.Raw(msgspec.json.encode(wanted.as_json())))
            self._needs[key] = found
        return found


def _queue(name: str, queue: Queue) -> QueueRules:
    return QueueRules(
        name=name,
        requirements=queue.requirements,
        target_ms=_ms(queue.answer_seconds),
        target_seconds=queue.answer_seconds,
        boost_ms=_ms(queue.boost_seconds),
        late_factor=queue.late_factor,
        late_cap_ms=None if queue.late_cap_seconds is None else _ms(queue.late_cap_seconds),
        agent_order=queue.agent_order,
        life_ms=_ms(queue.life_max_seconds),
        calendar=queue.answer_calendar,
    )


def _channels(policy: Policy) -> ChannelRules:
    rules = {channel: policy.channel(channel) for channel in CHANNELS}
    return ChannelRules(
        costs={channel: found.units for channel, found in rules.items()},
        maximum={channel: found.max for channel, found in rules.items() if found.max},
        reserve={channel: found.reserve for channel, found in rules.items() if found.reserve},
        exclusive=tuple(channel for channel, found in rules.items() if found.exclusive),
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
