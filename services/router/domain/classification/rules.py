"""Hard rules: the first whose conditions all hold."""

from services.router.domain.classification.record import MessageFacts
from services.router.domain.classification.text import Reading
from shared.policy import Rule
from shared.policy.classification import When

__all__ = ["first_rule"]


def first_rule(
    rules: tuple[Rule, ...], facts: MessageFacts, reading: Reading, language: str | None, intent: str | None
) -> Rule | None:
    """The first rule that holds, None without one. ``reading.rules`` says which text conditions hold."""
    for index, rule in enumerate(rules):
        when = rule.when
        if when.text is not None and index not in reading.rules:
            continue
        if _is_from(when, facts) and _is_about(when, facts, language, intent):
            return rule
    return None


def _is_from(when: When, facts: MessageFacts) -> bool:
    return (
        (when.channel is None or facts.channel in when.channel)
        and (when.source is None or facts.source in when.source)
        and (when.to is None or facts.to in when.to)
        and (when.public is None or facts.public == when.public)
    )


def _is_about(when: When, facts: MessageFacts, language: str | None, intent: str | None) -> bool:
    return (
        (when.language is None or language in when.language)
        and (when.intent is None or intent in when.intent)
        and (when.attributes is None or when.attributes.items() <= facts.attributes.items())
    )
