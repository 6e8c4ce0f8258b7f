"""What nobody could serve: skills that a policy asks for and no agent has, and combinations that no one agent has."""

from collections.abc import Iterator, Mapping, Sequence

from shared.policy.errors import PolicyError
from shared.policy.policy import Policy
from shared.policy.requirements import Requirements

__all__ = ["unstaffed"]

HINT = "let an agent sign on with it, or ask for less"
_HINT_TOGETHER = "let one agent sign on with all of it, or ask for less"

Levels = Mapping[str, int]


def unstaffed(policy: Policy, agents: Sequence[Levels]) -> list[PolicyError]:
    """What no agent has, given the skills and levels of each; in the order of the policy file. Nothing is wrong with
    such a policy: agents may still come. What contacts ask for themselves, and preferences, are not looked at.
    """
    best: dict[str, int] = {}
    for levels in agents:
        for skill, level in levels.items():
            best[skill] = max(level, best.get(skill, 0))
    return [*_languages(policy, best), *_classification(policy, agents, best), *_queues(policy, agents, best)]


def _languages(policy: Policy, best: Levels) -> Iterator[PolicyError]:
    for index, tag in enumerate(policy.languages):
        yield from _lacking(f"languages[{index}]", {tag: 1}, best)


def _classification(policy: Policy, agents: Sequence[Levels], best: Levels) -> Iterator[PolicyError]:
    for name, intent in policy.classification.intents.items():
        path = f"classification.intents.{name}.skills"
        lacking = list(_lacking(path, intent.skills, best, by_skill=True))
        yield from lacking
        queue = policy.queues[intent.queue or policy.default_queue].requires
        wanted = queue.plus(intent.skills)
        if intent.skills and not lacking and _each(queue, best):
            yield from _together(path, wanted, agents)
    for index, rule in enumerate(policy.classification.rules):
        yield from _lacking(f"classification.rules[{index}].then.skills", rule.then.skills, best, by_skill=True)


def _queues(policy: Policy, agents: Sequence[Levels], best: Levels) -> Iterator[PolicyError]:
    for name, queue in policy.queues.items():
        path, wanted = f"queues.{name}.requires", queue.requires
        yield from _lacking(path, dict(wanted.must), best)
        for group in wanted.any:
            if not any(best.get(skill, 0) >= level for skill, level in group):
                yield PolicyError(path, f"no agent has any of {_shown(group)}", HINT)
        if _each(wanted, best):
            yield from _together(path, wanted, agents)


def _lacking(path: str, wanted: Levels, best: Levels, *, by_skill: bool = False) -> Iterator[PolicyError]:
    for skill, level in wanted.items():
        if best.get(skill, 0) < level:
            most = f", the most is {best[skill]}" if skill in best else ""
            where = f"{path}.{skill}" if by_skill else path
            yield PolicyError(where, f"no agent has {skill} >= {level}{most}", HINT)


def _each(wanted: Requirements, best: Levels) -> bool:
    """Whether everything is there, with one agent or another."""
    return all(best.get(skill, 0) >= level for skill, level in wanted.must) and all(
        any(best.get(skill, 0) >= level for skill, level in group) for group in wanted.any
    )


def _together(path: str, wanted: Requirements, agents: Sequence[Levels]) -> Iterator[PolicyError]:
    if any(_each(wanted, levels) and not set(levels).intersection(wanted.without) for levels in agents):
        return
    parts = [_shown(wanted.must), *(f"one of {_shown(group)}" for group in wanted.any)]
    parts += [f"not {skill}" for skill in wanted.without]
    text = ", ".join(part for part in parts if part)
    yield PolicyError(path, f"no one agent has {text} together", _HINT_TOGETHER)


def _shown(pairs: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{skill} >= {level}" for skill, level in pairs)
