"""Targets that name what does not exist, can never be due, never apply, or pause on what never pauses them."""

from collections.abc import Iterator

from shared.policy.errors import PolicyError
from shared.policy.kinds import SPANS, TargetKind
from shared.policy.policy import Policy
from shared.policy.references import Names, covers
from shared.policy.targets import Target
from shared.policy.urgency import OverflowTo

__all__ = ["check_targets"]

WEEKS_MAX = 52  # a calendar target that takes longer is beyond what calendars look ahead


def check_targets(policy: Policy, names: Names) -> Iterator[PolicyError]:
    """Faults of all targets: the queues' own, then those of the rules."""
    for path, kind, target in _all(policy):
        yield from names.check(f"{path}.calendar", "calendar", target.calendar)
        yield from _pauses(path, kind, target)
        if target.on_silent is not None and not (kind == "handling" and path.startswith("queues.")):
            yield PolicyError(f"{path}.on_silent", "is a matter of a queue's handling", "queues.NAME.targets.handling")
        yield from _acts(path, kind, target, names)
        known = target.calendar is not None and names.whole(f"calendars.{target.calendar}")
        hours = policy.calendars.get(target.calendar) if target.calendar and known else None
        for name, seconds in _times(target) if hours else ():
            if hours and seconds > hours.weekly_seconds * WEEKS_MAX:
                message = f"takes more than a year of the opening hours of {target.calendar}"
                yield PolicyError(f"{path}.{name}", message, "a shorter time or longer hours")
    yield from _rules(policy, names)


def _all(policy: Policy) -> Iterator[tuple[str, TargetKind, Target]]:
    for name, queue in policy.queues.items():
        for kind, target in queue.targets.items():
            yield f"queues.{name}.targets.{kind}", kind, target
    for index, rule in enumerate(policy.targets):
        for kind, target in rule.then.items():
            yield f"targets[{index}].then.{kind}", kind, target


def _times(target: Target) -> list[tuple[str, float]]:
    """What is counted in the open time of its calendar."""
    after = [] if target.on_silent is None else [("on_silent.after", target.on_silent.after_seconds)]
    return [("within", target.within_seconds), *after]


def _pauses(path: str, kind: TargetKind, target: Target) -> Iterator[PolicyError]:
    allowed = SPANS[kind].may_pause
    for index, hold in enumerate(target.pause_on or ()):
        if hold not in allowed:
            hint = f"it may pause on {', '.join(allowed)}" if allowed else "leave pause_on out"
            yield PolicyError(f"{path}.pause_on[{index}]", f"{kind} does not pause on {hold}", hint)


def _acts(path: str, kind: TargetKind, target: Target, names: Names) -> Iterator[PolicyError]:
    """Faults of what a promise does by itself: all that can be known without its queue's other parts."""
    waits_in = [path.split(".")[1]]
    own = kind == "time_to_answer" and path.startswith("queues.")
    for moment, acts in (("on_warn", target.on_warn), ("on_breach", target.on_breach)):
        here = f"{path}.{moment}"
        if acts and not own:
            hint = "queues.NAME.targets.time_to_answer"
            yield PolicyError(here, "is a matter of a queue's time_to_answer", hint)
        for index, act in enumerate(acts):
            yield from names.check(f"{here}[{index}].add_queue", "queue", act.add_queue)
            if act.add_queue in waits_in:
                message = f"the contact already waits in {act.add_queue!r}"
                yield PolicyError(f"{here}[{index}].add_queue", message, "remove it")
            waits_in += [act.add_queue] if act.add_queue else []
            if act.overflow is not None:
                yield from _way(f"{here}[{index}].overflow", act.overflow, waits_in[0], names)
                if act.overflow.queue and index + 1 < len(acts):
                    message = "is never reached: the contact has left the queue"
                    yield PolicyError(f"{here}[{index + 1}]", message, "write it before the overflow")
    if own and target.on_warn and target.warn_at is None and names.whole(f"{path}.warn_at"):
        yield PolicyError(f"{path}.on_warn", "the target has no warn_at, so it never warns", "add warn_at: 0.75")


def _way(path: str, way: OverflowTo, queue: str, names: Names) -> Iterator[PolicyError]:
    yield from names.check(f"{path}.queue", "queue", way.queue)
    if way.queue == queue:
        yield PolicyError(f"{path}.queue", "a queue cannot overflow to itself", "name another queue")
    if way.schedule:
        message = "never happens: this is done while the queue is open"
        yield PolicyError(f"{path}.schedule", message, "queue: NAME or callback: true")


def _rules(policy: Policy, names: Names) -> Iterator[PolicyError]:
    conditions = [rule.when.model_dump(exclude_none=True) for rule in policy.targets]
    sound = [names.whole(f"targets[{index}].when") for index in range(len(conditions))]
    for index, rule in enumerate(policy.targets):
        path = f"targets[{index}]"
        for queue in rule.when.queue or ():
            yield from names.check(f"{path}.when.queue", "queue", queue)
        if any(earlier.name == rule.name for earlier in policy.targets[:index]):
            yield PolicyError(f"{path}.name", f"{rule.name!r} stands twice", "rename one")
        if "time_to_answer" in rule.then and rule.when.tier and "agent" not in rule.when.tier:
            message = "is never promised: only a contact that waits for an agent has this clock"
            yield PolicyError(f"{path}.then.time_to_answer", message, "add agent to when.tier, or leave it out")
        for kind in rule.then:
            for before, earlier in enumerate(policy.targets[:index]):
                comparable = kind in earlier.then and sound[before] and sound[index]
                if comparable and covers(conditions[before], conditions[index]):
                    message = f"is never reached: rule {earlier.name!r} above holds whenever this one does"
                    yield PolicyError(f"{path}.then.{kind}", message, "first match wins; move it up")
                    break
