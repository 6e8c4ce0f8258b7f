"""What a valid policy says that its author hardly meant: told by ``usher policy check``, refused by nobody."""

from collections.abc import Iterator

from shared.policy.errors import PolicyError, did_you_mean
from shared.policy.fields import format_duration
from shared.policy.handling import Tier
from shared.policy.policy import Policy

__all__ = ["doubts"]

_LAST_MINUTE = "23:59"
_NOTHING = frozenset({"self_service"})  # tiers to which nothing can be moved up
_TIER_OF: dict[str, Tier] = {  # of kinds that a contact of this tier alone has
    "next_response": "agent",
    "handling": "agent",
    "self_service_response": "self_service",
    "bot_response": "bot",
}


def doubts(policy: Policy) -> list[PolicyError]:
    """The doubts, in the order of the file's parts."""
    return [*_rules(policy), *_steps(policy), *_lives(policy), *_acts(policy), *_promises(policy), *_days(policy)]


def _rules(policy: Policy) -> Iterator[PolicyError]:
    for index, rule in enumerate(policy.classification.rules):
        then = rule.then.model_dump(exclude_defaults=True, exclude_none=True)
        if not {key: value for key, value in then.items() if not (key == "tier" and value in _NOTHING)}:
            message = f"rule {rule.name!r} can do nothing: a rule only moves contacts up"
            yield PolicyError(f"classification.rules[{index}].then", message, "name a higher tier, a queue or a boost")


def _steps(policy: Policy) -> Iterator[PolicyError]:
    """A step that gives up what nothing in the policy asks for is a slip of the pen, or for what callers ask alone."""
    asked = _asked(policy)
    for name, queue in policy.queues.items():
        for index, step in enumerate(queue.relax):
            for key, skills in (("drop", step.drop or ()), ("min_level", step.min_level or ())):
                for skill in sorted(set(skills) - asked):
                    path = f"queues.{name}.relax[{index}].{key}"
                    yield PolicyError(path, f"nothing here asks for {skill!r}", did_you_mean(skill, sorted(asked)))


def _asked(policy: Policy) -> set[str]:
    """Every skill that queues, intents, rules and languages ask for."""
    intents, rules = policy.classification.intents.values(), policy.classification.rules
    skills = [*(intent.skills for intent in intents), *(rule.then.skills for rule in rules)]
    queues = [{*queue.requires.skills, *dict(queue.prefers)} for queue in policy.queues.values()]
    return {*policy.languages}.union(*skills, *queues)


def _lives(policy: Policy) -> Iterator[PolicyError]:
    for name, queue in policy.queues.items():
        for kind, target in queue.targets.items():
            if target.within_seconds >= queue.life_max_seconds:
                life, within = format_duration(queue.life_max_seconds), format_duration(target.within_seconds)
                message = f"ends contacts after {life}, before targets.{kind} of {within} is over"
                yield PolicyError(f"queues.{name}.life_max", message, "a longer life, or a shorter target")


def _acts(policy: Policy) -> Iterator[PolicyError]:
    """The order of service knows of no pause: a contact may be moved on for a promise whose clock rests."""
    for name, queue in policy.queues.items():
        target = queue.targets.get("time_to_answer")
        if target is not None and target.pause_on and (target.on_warn or target.on_breach):
            message = "rests the clock alone: on_warn and on_breach act as if nothing rested"
            yield PolicyError(f"queues.{name}.targets.time_to_answer.pause_on", message, "leave it out")


def _promises(policy: Policy) -> Iterator[PolicyError]:
    for index, rule in enumerate(policy.targets):
        for kind in rule.then:
            tier = _TIER_OF.get(kind)
            if tier and rule.when.tier and tier not in rule.when.tier:
                message = f"is never promised: only a contact of tier {tier} has this clock"
                yield PolicyError(f"targets[{index}].then.{kind}", message, f"add {tier} to when.tier, or leave it out")


def _days(policy: Policy) -> Iterator[PolicyError]:
    for name, hours in policy.calendars.items():
        for days, spans in hours.open.items():
            for span in spans:
                if span.endswith(_LAST_MINUTE):
                    message = f"{span} is closed during the last minute of the day"
                    yield PolicyError(f"calendars.{name}.open.{days}", message, "write 24:00 for midnight")
