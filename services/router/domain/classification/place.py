"""Where a classified contact goes and what it asks: queue, bot, skills, priority."""

from collections.abc import Mapping

from services.router.domain.classification.case import Case
from services.router.domain.classification.intent import Recognised
from services.router.domain.classification.safeguards import HASTY
from shared.policy import Rule

__all__ = ["bot_of", "kept_skills_of", "priority_of", "queue_of", "skills_of", "unknown_queue"]

NO_SKILLS: Mapping[str, int] = {}


def queue_of(case: Case, intent: Recognised, rule: Rule | None) -> str:
    """The rule's queue, else the caller's, the intent's, the channel's, the default."""
    facts, rules = case.facts, case.policy.policy
    if rule and rule.then.queue:
        return rule.then.queue
    asked = facts.hint.queue if facts.hint else None
    if asked in rules.queues:
        return str(asked)
    served = intent.served
    of_intent = served.queue if served else None
    return of_intent or rules.channel(facts.channel).queue or rules.default_queue


def unknown_queue(case: Case, rule: Rule | None) -> tuple[str, ...]:
    """Said where the caller named a queue that the policy does not have; the sender's word is not repeated."""
    asked = case.facts.hint.queue if case.facts.hint else None
    if asked is None or asked in case.policy.policy.queues or (rule and rule.then.queue):
        return ()
    return ("queue: the policy has no queue of the caller's name",)


def bot_of(case: Case, intent: Recognised, rule: Rule | None, question: bool) -> str:
    """The rule's bot, else the intent's, else the default bot; a ``question`` is asked by the bot for questions."""
    if question:
        return case.policy.policy.classification.clarify.bot or case.policy.policy.default_bot
    of_rule = rule.then.bot if rule else None
    of_intent = intent.known.bot if intent.known else None
    return of_rule or of_intent or case.policy.policy.default_bot


def skills_of(case: Case, intent: Recognised, rule: Rule | None, language: str | None) -> dict[str, int]:
    """Intent's, rule's and caller's skills, the highest level of each; the language, unless the caller names one."""
    served = intent.served
    return _skills(case, rule, language, served.skills if served else NO_SKILLS)


def kept_skills_of(case: Case, rule: Rule | None, language: str | None) -> dict[str, int]:
    """The same without what the intent asks: that belongs to the queue that it named, the rest does not."""
    return _skills(case, rule, language, NO_SKILLS)


def _skills(case: Case, rule: Rule | None, language: str | None, of_intent: Mapping[str, int]) -> dict[str, int]:
    skills = dict(of_intent)
    of_caller = case.facts.hint.skills if case.facts.hint else NO_SKILLS
    languages = case.policy.languages
    if rule:
        _raise(skills, rule.then.skills)
    if of_caller:
        _raise(skills, of_caller)
    if language in languages and languages.isdisjoint(of_caller):
        skills.setdefault(str(language), 1)
    return skills


def _raise(skills: dict[str, int], more: Mapping[str, int]) -> None:
    for skill, level in more.items():
        skills[skill] = max(level, skills.get(skill, 0))


def priority_of(case: Case, intent: Recognised, rule: Rule | None) -> float:
    """Seconds: the caller's, else a moment of truth's, which a hasty safeguard has too; the rule's boost is a floor."""
    asked = case.facts.hint.priority_seconds if case.facts.hint else None
    if asked is None:
        boost = case.policy.policy.classification.moment_of_truth_boost_seconds
        hasty = intent.is_moment_of_truth or not HASTY.isdisjoint(case.reading.safeguards)
        asked = boost if hasty else 0.0
    return max(asked, rule.then.boost_seconds) if rule and rule.then.boost_seconds else asked
