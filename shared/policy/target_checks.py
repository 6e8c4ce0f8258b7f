"""Targets that name what does not exist, can never be due, never apply, or pause on what never pauses them."""

from collections.abc import Iterator

from shared.policy.errors import PolicyError
from shared.policy.kinds import SPANS, TargetKind
from shared.policy.policy import Policy
from shared.policy.references import Names, covers
from shared.policy.targets import Target

__all__ = ["check_targets"]

WEEKS_MAX = 52  # a calendar target that takes longer is beyond what calendars look ahead


def check_targets(policy: Policy, names: Names) -> Iterator[PolicyError]:
    """Faults of all targets: the queues' own, then those of the rules."""
    for path, kind, target in _all(policy):
        yield from names.check(f"{path}.calendar", "calendar", target.calendar)
        yield from _pauses(path, kind, target)
        if target.on_silent is not None and not (kind == "handling" and path.startswith("queues.")):
            yield PolicyError(f"{path}.on_silent", "is a matter of a queue's handling", "queues.NAME.targets.handling")
        hours = policy.calendars.get(target.calendar) if target.calendar else None
        if hours and target.within_seconds > hours.weekly_seconds * WEEKS_MAX:
            message = f"takes more than a year of the opening hours of {target.calendar}"
            yield PolicyError(f"{path}.within", message, "a shorter time or longer hours")
    yield from _rules(policy, names)


def _all(policy: Policy) -> Iterator[tuple[str, TargetKind, Target]]:
    for name, queue in policy.queues.items():
        for kind, target in queue.targets.items():
            yield f"queues.{name}.targets.{kind}", kind, target
    for index, rule in enumerate(policy.targets):
        for kind, target in rule.then.items():
            yield f"targets[{index}].then.{kind}", kind, target


def _pauses(path: str, kind: TargetKind, target: Target) -> Iterator[PolicyError]:
    allowed = SPANS[kind].may_pause
    for index, hold in enumerate(target.pause_on or ()):
        if hold not in allowed:
            hint = f"it may pause on {', '.join(allowed)}" if allowed else "leave pause_on out"
            yield PolicyError(f"{path}.pause_on[{index}]", f"{kind} does not pause on {hold}", hint)


def _rules(policy: Policy, names: Names) -> Iterator[PolicyError]:
    conditions = [rule.when.model_dump(exclude_none=True) for rule in policy.targets]
    for index, rule in enumerate(policy.targets):
        path = f"targets[{index}]"
        for queue in rule.when.queue or ():
            yield from names.check(f"{path}.when.queue", "queue", queue)
        if any(earlier.name == rule.name for earlier in policy.targets[:index]):
            yield PolicyError(f"{path}.name", f"{rule.name!r} stands twice", "rename one")
        for kind in rule.then:
            for before, earlier in enumerate(policy.targets[:index]):
                if kind in earlier.then and covers(conditions[before], conditions[index]):
                    message = f"is never reached: rule {earlier.name!r} above holds whenever this one does"
                    yield PolicyError(f"{path}.then.{kind}", message, "first match wins; move it up")
                    break
