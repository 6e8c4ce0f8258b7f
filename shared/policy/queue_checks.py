"""Steps and rules of a queue that can never have an effect, and overflow that goes round in circles."""

from collections.abc import Callable, Iterator, Sequence
from math import inf

from shared.policy.errors import PolicyError
from shared.policy.policy import Policy
from shared.policy.queues import Overflow, Queue, RelaxStep
from shared.policy.references import Names
from shared.policy.urgency import OverflowTo

__all__ = ["all_protected", "check_queue", "overflow_cycles"]


def check_queue(path: str, name: str, queue: Queue, policy: Policy, names: Names) -> Iterator[PolicyError]:
    """Faults of one queue's relaxation and overflow; ``path`` is the queue's own, ``names`` are the whole policy's."""
    whole = names.whole
    contradiction = sorted(set(queue.prefers).intersection(queue.requires.without))
    if contradiction:
        message = f"{contradiction[0]} is both preferred and excluded"
        yield PolicyError(f"{path}.prefers.{contradiction[0]}", message, "drop one of the two")
    promised = "time_to_answer" in queue.targets or not whole(f"{path}.targets.time_to_answer")
    if queue.protect is not None and not promised:
        message = "protects a promise that the queue does not make"
        yield PolicyError(f"{path}.protect", message, "add targets.time_to_answer")
    life_seconds = queue.life_max_seconds if whole(f"{path}.life_max") else inf
    levels = _levels(name, queue, policy) if _levels_known(path, names) else {}
    yield from _Relaxing(name, life_seconds, levels).check(f"{path}.relax", queue.relax)
    yield from _overflow(path, name, queue, life_seconds, whole)


def _levels_known(path: str, names: Names) -> bool:
    """Whether all that asks for skills in a queue could be read; else no level is known to be the highest."""
    skills = [f"classification.intents.{intent}.skills" for intent in names.intent or ()]
    parts = [f"{path}.requires", f"{path}.prefers", "classification.rules", *skills]
    return names.intent is not None and all(map(names.whole, parts))


def _levels(name: str, queue: Queue, policy: Policy) -> dict[str, int]:
    """The highest level that anything in the policy asks for in this queue, by skill."""
    asked = [*queue.requires.must, *queue.prefers.items()]
    asked += [pair for group in queue.requires.any for pair in group]
    for intent in policy.classification.intents.values():
        if intent.queue in (None, name):
            asked += intent.skills.items()
    for rule in policy.classification.rules:
        asked += rule.then.skills.items()
    levels: dict[str, int] = {}
    for skill, level in asked:
        levels[skill] = max(level, levels.get(skill, 0))
    return levels


class _Relaxing:
    """Walks the steps of a queue in order, keeping what is still asked for."""

    def __init__(self, name: str, life_seconds: float, levels: dict[str, int]) -> None:
        self._life_seconds = life_seconds
        self._levels = levels
        self._dropped: set[str] = set()
        self._queues = {name}
        self._after = 0.0

    def check(self, path: str, steps: Sequence[RelaxStep]) -> Iterator[PolicyError]:
        for index, step in enumerate(steps):
            here = f"{path}[{index}]"
            yield from self._times(here, step)
            yield from self._skills(here, step)
            if step.add_queue in self._queues:
                yield PolicyError(f"{here}.add_queue", f"the contact already waits in {step.add_queue!r}", "remove it")
            elif step.add_queue:
                self._queues.add(step.add_queue)

    def _times(self, here: str, step: RelaxStep) -> Iterator[PolicyError]:
        if step.after_seconds < self._after:
            yield PolicyError(f"{here}.after", "comes before the step above it", "write the steps in order of time")
        if step.after_seconds >= self._life_seconds:
            yield PolicyError(f"{here}.after", "is never reached: life_max ends the contact before", "a shorter time")
        self._after = max(self._after, step.after_seconds)

    def _skills(self, here: str, step: RelaxStep) -> Iterator[PolicyError]:
        for skill in step.drop or ():
            if skill in self._dropped:
                message = f"{skill} is already dropped by an earlier step"
                yield PolicyError(f"{here}.drop", message, "remove it")
            self._dropped.add(skill)
        for skill, level in (step.min_level or {}).items():
            if skill in self._dropped:
                message = f"has no effect: an earlier step drops {skill}"
                yield PolicyError(f"{here}.min_level.{skill}", message, "remove it, or drop it later")
            elif level >= self._levels.get(skill, level + 1):
                message = f"asks for no less than before (level {self._levels[skill]})"
                yield PolicyError(f"{here}.min_level.{skill}", message, "relaxing must lower the level")
            else:
                self._levels[skill] = level


def _overflow(
    path: str, name: str, queue: Queue, life_seconds: float, whole: Callable[[str], bool]
) -> Iterator[PolicyError]:
    never_closes = queue.hours is None and whole(f"{path}.hours")
    sound = [whole(f"{path}.overflow[{index}].when") for index in range(len(queue.overflow))]
    for index, rule in enumerate(queue.overflow):
        here = f"{path}.overflow[{index}]"
        if rule.to.queue == name:
            yield PolicyError(f"{here}.to.queue", "a queue cannot overflow to itself", "name another queue")
        if rule.when.waiting and queue.waiting_max and rule.when.waiting > queue.waiting_max:
            message = f"is never reached: at most {queue.waiting_max} wait (waiting_max)"
            yield PolicyError(f"{here}.when.waiting", message, "a smaller number")
        if rule.when.waited_seconds is not None and rule.when.waited_seconds >= life_seconds:
            yield PolicyError(f"{here}.when.waited", "is never reached: life_max ends the contact before", "less time")
        if never_closes and (rule.when.closed or rule.to.schedule):
            yield PolicyError(here, "the queue has no hours, so it never closes and never opens", "add hours: CALENDAR")
        earlier = [before for before, known in zip(queue.overflow[:index], sound, strict=False) if known]
        if sound[index] and any(_holds_earlier(before, rule) for before in earlier):
            yield PolicyError(here, "is never reached: a rule above holds whenever this one does", "move it up")


def _holds_earlier(before: Overflow, rule: Overflow) -> bool:
    """Whether the rule above holds in every case in which this one does."""
    given = rule.when.model_dump(exclude_none=True)
    return all(key in given and given[key] >= limit for key, limit in before.when.model_dump(exclude_none=True).items())


def all_protected(policy: Policy, names: Names) -> Iterator[PolicyError]:
    """Protection takes from the queues without it: where there is none, it only leaves agents idle."""
    first = min(policy.queues)
    readable = set(names.queue or ()) <= set(policy.queues)
    if readable and all(queue.protect for queue in policy.queues.values()):
        yield PolicyError(f"queues.{first}.protect", "every queue is protected", "protect only what few agents can do")


def overflow_cycles(policy: Policy) -> Iterator[PolicyError]:
    """Overflow that could hand a contact round in a circle; each circle is named once, at its first queue by name."""
    following = {
        name: sorted({way.queue for way in _ways(queue) if way.queue and way.queue != name})
        for name, queue in policy.queues.items()
    }
    done: set[str] = set()
    for start in sorted(following):
        circle = _circle_through(start, following, done)
        if circle:
            shown = " -> ".join([*circle, start])
            yield PolicyError(f"queues.{start}.overflow", f"goes round in a circle: {shown}", "let one of them end it")
            done.update(circle)
        done.add(start)


def _ways(queue: Queue) -> list[OverflowTo]:
    """Where contacts may go from the queue without anybody's doing."""
    promised = queue.targets.get("time_to_answer")
    acts = (*promised.on_warn, *promised.on_breach) if promised else ()
    return [*(rule.to for rule in queue.overflow), *(act.overflow for act in acts if act.overflow)]


def _circle_through(start: str, following: dict[str, list[str]], done: set[str]) -> list[str]:
    """A way from the queue back to itself over queues that are not done; [] without one."""
    stack = [[start]]
    seen = set(done)
    while stack:
        way = stack.pop()
        for queue in following.get(way[-1], ()):
            if queue == start:
                return way
            if queue not in seen:
                seen.add(queue)
                stack.append([*way, queue])
    return []
