"""Intents that a text model brings, under those that the policy describes: the policy has the last word."""

from collections.abc import Iterator, Mapping

from shared.policy import Intent, Policy

__all__ = ["merged"]


def merged(policy: Policy, brought: Mapping[str, Intent]) -> dict[str, Intent]:
    """Every intent that is known, by name.

    A model asks only for skills that the policy itself names somewhere, and for no higher level than it names there:
    nobody could serve a contact that asks for a skill which the workspace has never heard of.
    """
    own = policy.classification.intents
    if not brought:
        return own
    highest = _highest_levels(policy)
    found = {}
    for name, intent in brought.items():
        skills = {skill: min(level, highest[skill]) for skill, level in intent.skills.items() if skill in highest}
        limited = intent.model_copy(update={"skills": skills})
        found[name] = _under(limited, own[name]) if name in own else limited
    return {**own, **found}


def _under(brought: Intent, own: Intent) -> Intent:
    """The policy's entry, with what it leaves open. Tier, points and the moment of truth belong together: who names a
    lower tier has thought about all three.
    """
    open_tier = own.tier is None and not own.moment_of_truth
    same_tier = open_tier or own.tier == brought.tier
    update = {
        "tier": brought.tier if open_tier else own.tier,
        "base": brought.base if own.base is None and same_tier else own.base,
        "moment_of_truth": own.moment_of_truth or (brought.moment_of_truth and same_tier),
        "skills": own.skills or brought.skills,
        "articles": own.articles or brought.articles,
    }
    return own.model_copy(update=update)


def _highest_levels(policy: Policy) -> dict[str, int]:
    highest: dict[str, int] = {}
    for skill, level in _named(policy):
        highest[skill] = max(level, highest.get(skill, 0))
    return highest


def _named(policy: Policy) -> Iterator[tuple[str, int]]:
    for intent in policy.classification.intents.values():
        yield from intent.skills.items()
    for queue in policy.queues.values():
        for group in (queue.requires.must, *queue.requires.any):
            yield from group
        yield from queue.prefers.items()
