"""A workspace's active policy as the engine uses it at every event: milliseconds, and requirements made once."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec

from services.router.domain.classification.record import ModelRef
from services.router.domain.matcher.matching import Requirement
from services.router.domain.rules.queue_rules import Answer, ChannelRules, QueueRules, queue_rules, to_ms
from shared.contract.topics import CHANNELS
from shared.policy import Policy
from shared.policy.first_rule import FirstRule

REMEMBERED_MAX = 50_000  # distinct requirements kept per policy; skills per contact are few
SKILLS_REMEMBERED_MAX = 200_000  # in all that is kept: whoever sends hundreds of new skills a contact costs 30 MB


@dataclass(frozen=True, slots=True)
class Need:
    """What one kind of contact asks of an agent, in the forms that matcher and events use."""

    requirement: Requirement
    prefer: tuple[tuple[str, int], ...]
    json: msgspec.Raw

    def served_by(self, skills: tuple[tuple[str, int], ...]) -> bool:
        """Whether an agent with these skills may take such a contact."""
        return self.requirement.met_by(dict(skills))


class Promised(Protocol):
    """What of a contact decides which answer it is promised, and since when it waits for it."""

    @property
    def channel(self) -> str:
        """The channel it came on."""

    @property
    def boost_ms(self) -> int:
        """Its own head start."""

    @property
    def traits(self) -> Mapping[str, str]:
        """What is known of it, for rules to ask."""

    @property
    def waits_since_ms(self) -> int:
        """When its wait began."""


class Silence(NamedTuple):
    """How long an agent may owe an answer, in the open time of ``handling``'s calendar, and whether the contact then
    goes to somebody else."""

    after_seconds: float
    requeues: bool
    calendar: str | None


class Rules:
    """The compiled form of one policy version."""

    def __init__(self, policy: Policy, version: int, model_version: str | None = None) -> None:
        """``model_version``: the content of the policy's text model that decides, None without one."""
        self.policy = policy
        self.version = version
        self.model_version = model_version
        self._answers = _answers(policy)
        self._answered_by = [rule.when for rule in policy.targets if rule.name in self._answers]
        self._first_rule = FirstRule(policy.targets)
        soonest = min((answer.seconds for answer in self._answers.values()), default=math.inf)
        self.queues = {name: queue_rules(name, queue, soonest) for name, queue in policy.queues.items()}
        self.default_queue = self.queues[policy.default_queue]
        self.channels = _channels(policy)
        self.idle_ms = _silences(policy)
        self.target_attributes = policy.target_attributes
        self.silences = _silent_agents(policy)
        self.age_ms = to_ms(policy.age_max_seconds)
        self.offer_ms = to_ms(policy.offers.timeout_seconds)
        self.decline_ms = to_ms(policy.offers.decline_pause_seconds)
        self.keep_ms = to_ms(policy.offers.keep_for_seconds)
        self.not_ready_on_expiry = policy.offers.on_expiry == "not_ready"
        self.parallel = policy.offers.parallel
        self.wrap_ms = to_ms(policy.wrap_up.default_seconds)
        self.wrap_end_ms = to_ms(policy.wrap_up.forced_end_seconds)
        self.lease_seconds = policy.presence.lease_seconds or 0.0
        self.requeue_lost = policy.presence.on_lost == "requeue"
        self.self_service_ms = to_ms(policy.self_service.max_seconds)
        self.clarify_ms = to_ms(policy.classification.clarify.wait_seconds)
        self.sticky_ms = to_ms(policy.sticky.within_seconds) if policy.sticky else None
        self.sticky_wait_ms = to_ms(policy.sticky.wait_seconds) if policy.sticky else 0
        self.protects = any(queue.allowance is not None for queue in self.queues.values())
        self.life_ms = max(queue.life_ms for queue in self.queues.values())
        self.skills = _named_skills(policy)
        self._kept = 0  # skills in what is remembered
        self._needs: dict[tuple[object, ...], Need] = {}
        self._skills: dict[tuple[tuple[str, int], ...], dict[str, int]] = {}

    def models(self) -> list[ModelRef]:
        """The text models that the policy names: the one that decides, and its shadow."""
        classification = self.policy.classification
        decides = [ModelRef(classification.model, self.model_version or "")] if classification.model else []
        return [*decides, ModelRef(classification.shadow)] if classification.shadow else decides

    def queue(self, name: str | None) -> QueueRules:
        """The queue of that name, the default queue for None or a name the policy does not have."""
        return self.queues.get(name or "", self.default_queue)

    def bot_ms(self, bot: str) -> int:
        """How long a bot may keep a contact without reporting an outcome."""
        return to_ms(self.policy.bot(bot).max_seconds)

    def answer(self, queue: QueueRules, contact: Promised) -> Answer:
        """What the contact is promised in this queue: by the first rule that holds, else by the queue itself."""
        if not self._answers:
            return queue.answer
        priority_seconds = (contact.boost_ms + queue.boost_ms) / 1000
        rule = self._first_rule.of(
            "time_to_answer", queue.name, contact.channel, "agent", priority_seconds, contact.traits
        )
        return queue.answer if rule is None else self._answers[rule.name]

    def promises_answers(self, queue: QueueRules) -> bool:
        """Whether anybody in the queue is promised an answer; else its order of service is all that a target is for."""
        rules = (when.queue for when in self._answered_by)
        return queue.answer.promised or any(not named or queue.name in named for named in rules)

    def due_ms(self, answer: Answer, since_ms: int, share: float = 1) -> int:
        """When the answer to a wait since then is due, or this share of the time is over, in the target's calendar."""
        if answer.calendar is None:
            return since_ms + round(answer.ms * share)
        return self.policy.calendar(answer.calendar).add_open_time(since_ms, answer.seconds * share)

    def stage_ms(self, queue: QueueRules, contact: Promised, share: float) -> int | None:
        """When this share of the time that the contact was promised is over, or the first time after that at which the
        queue is open; None where it never opens."""
        at_ms = self.due_ms(self.answer(queue, contact), contact.waits_since_ms, share)
        return at_ms if self.is_open(queue, at_ms) else self.next_opening_ms(queue, at_ms)

    def silent_ms(self, silence: Silence, since_ms: int) -> int:
        """When an agent who owes an answer since then has owed it for too long; nobody owes one at night."""
        return self.policy.calendar(silence.calendar).add_open_time(since_ms, silence.after_seconds)

    def put_off_ms(self, queue: str, silent_ms: int, since_ms: int, until_ms: int) -> int:
        """The end of an agent's silence in that queue, where the time between these does not count: what of it was open
        follows later. All of it, where the queue minds no more."""
        silence = self.silences.get(queue)
        calendar = self.policy.calendar(None if silence is None else silence.calendar)
        return calendar.add_open_time(silent_ms, calendar.open_seconds_between(since_ms, until_ms))

    def is_open(self, queue: QueueRules, at_ms: int) -> bool:
        """Whether the queue is within its hours."""
        return self.policy.calendar(queue.hours).is_open(at_ms)

    def next_closing_ms(self, queue: QueueRules, at_ms: int) -> int | None:
        """When the hours of an open queue are over; None when it is closed, or open for a week and more."""
        return self.policy.calendar(queue.hours).next_closing(at_ms)

    def next_opening_ms(self, queue: QueueRules, at_ms: int) -> int | None:
        """When the queue opens next; None when it never does."""
        return self.policy.calendar(queue.hours).next_opening(at_ms)

    def shared(self, skills: dict[str, int]) -> dict[str, int]:
        """The same skills, held once for all contacts that have them; nobody changes them in place."""
        found = self._skills.get(key := tuple(skills.items()))
        if found is None:
            self._make_room(len(skills))
            found = self._skills[key] = skills
        return found

    def _make_room(self, more: int) -> None:
        """Forget everything that was remembered once it is too much; it is made again when it is asked for."""
        self._kept += more + 1
        if self._kept > SKILLS_REMEMBERED_MAX or len(self._needs) + len(self._skills) >= REMEMBERED_MAX:
            self._needs.clear()
            self._skills.clear()
            self._kept = more + 1

    def need(
        self, queue: QueueRules, skills: dict[str, int], channel: str, relaxed: int = 0, home: QueueRules | None = None
    ) -> Need:
        """What a contact with these skills asks in this queue after the first steps of its home queue (or this one)."""
        home = home or queue
        key = (queue.name, home.name, relaxed, channel, *skills.items())
        found = self._needs.get(key)
        if found is None:
            self._make_room(len(skills))
            wanted = queue.requirements.plus(skills)
            for step in home.relax[:relaxed]:
                wanted = step.applied(wanted)
            protected = "" if home.allowance is None else home.name
            requirement = Requirement(wanted.must, wanted.any, wanted.without, channel, protected)
            found = Need(requirement, wanted.prefer, msgspec.Raw(msgspec.json.encode(wanted.as_json())))
            self._needs[key] = found
        return found


def _answers(policy: Policy) -> dict[str, Answer]:
    """Promises of an answer that depend on more than the queue, by the rule that makes them, in order."""
    return {
        rule.name: Answer(target.within_seconds, to_ms(target.within_seconds), target.calendar, True, rule.name)
        for rule in policy.targets
        if (target := rule.then.get("time_to_answer")) is not None
    }


def _named_skills(policy: Policy) -> list[str]:
    """What the policy asks of agents somewhere, and the languages where there is a choice, in order."""
    named = set(policy.languages if len(policy.languages) > 1 else ())
    for queue in policy.queues.values():
        asked = queue.requirements
        named.update(skill for group in (asked.must, *asked.any) for skill, _ in group)
    for intent in policy.classification.intents.values():
        named.update(intent.skills)
    return sorted(named)


def _silences(policy: Policy) -> dict[str, int]:
    """How long a contact of a channel may be silent before it is idle; channels without a limit are left out."""
    idle_seconds = {channel: policy.channel(channel).idle_after_seconds for channel in CHANNELS}
    return {channel: to_ms(seconds) for channel, seconds in idle_seconds.items() if seconds is not None}


def _channels(policy: Policy) -> ChannelRules:
    rules = {channel: policy.channel(channel) for channel in CHANNELS}
    return ChannelRules(
        costs={channel: found.units for channel, found in rules.items()},
        maximum={channel: found.max for channel, found in rules.items() if found.max},
        reserve={channel: found.reserve for channel, found in rules.items() if found.reserve},
        exclusive=tuple(channel for channel, found in rules.items() if found.exclusive),
    )


def _silent_agents(policy: Policy) -> dict[str, Silence]:
    """By queue, where somebody minds."""
    found: dict[str, Silence] = {}
    for name, queue in policy.queues.items():
        handling = queue.targets.get("handling")
        if handling is not None and handling.on_silent is not None:
            on_silent = handling.on_silent
            found[name] = Silence(on_silent.after_seconds, on_silent.do == "requeue", handling.calendar)
    return found
