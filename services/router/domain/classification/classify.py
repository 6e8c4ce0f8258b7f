"""Classify a contact: hard rules, then what is known or predicted of its intent, then score, then thresholds.

A wrong deflection costs far more than a needless agent: whatever is unclear goes to a person.
"""

import msgspec

from services.router.domain.classification.case import Case
from services.router.domain.classification.clauses import predicted
from services.router.domain.classification.intent import Recognised, language_of, named, recognise
from services.router.domain.classification.place import (
    bot_of,
    kept_skills_of,
    priority_of,
    queue_of,
    skills_of,
    unknown_queue,
)
from services.router.domain.classification.policy import RANK, CompiledPolicy, compile_policy
from services.router.domain.classification.record import (
    Classification,
    IntentModel,
    Journey,
    Likely,
    MessageFacts,
    Prediction,
    facts_of,
)
from services.router.domain.classification.rules import first_rule
from services.router.domain.classification.score import Scored, is_flagged, level_of, score
from services.router.domain.classification.text import Reading
from services.router.domain.classification.tier import Asked, classified_tier, final_tier, ground_of, question
from shared.policy import Rule, Tier

__all__ = ["classify", "classify_predicted", "compile_policy", "facts_of", "whole_text"]

ANSWERS_MAX = 4096  # remembered by a policy, at about 1 KB each

_CALLERS_TIERS: dict[str | None, Tier] = {"self_service": "self_service", "bot": "bot", "agent": "agent"}


def classify(
    facts: MessageFacts, policy: CompiledPolicy, model: IntentModel | None = None, journey: Journey | None = None
) -> Classification:
    """The classification of one contact; same input, same answer. Any Unicode text is accepted."""
    if model is None:
        return classify_predicted(facts, policy, None, journey)
    (prediction,) = predicted(model, [whole_text(facts)], policy.agent_intents, policy.limits.agent_probability)
    return classify_predicted(facts, policy, prediction, journey, model.version)


def classify_predicted(
    facts: MessageFacts,
    policy: CompiledPolicy,
    prediction: Prediction | None,
    journey: Journey | None = None,
    model_version: str | None = None,
    language: str | None = None,
) -> Classification:
    """The same with a prediction made before, in a batch, and the ``language`` that the text was found to be in.

    Without a prediction and a journey only few values are left that anything can depend on, and messages of the same
    kind have the same ones: their answer is made once.
    """
    reading = policy.reader.read(whole_text(facts))
    if prediction is not None or journey is not None or facts.hint is not None or facts.attributes:
        return _classified(Case(facts, policy, reading, prediction, journey, language), model_version)
    seen = (
        reading, language, facts.channel, facts.source, facts.to, facts.public, facts.language, facts.attachments,
        facts.may_ask, model_version,
    )  # fmt: skip
    known = policy.answers.get(seen)
    if known is None:
        if len(policy.answers) >= ANSWERS_MAX:
            policy.answers.clear()
        case = Case(facts, policy, reading, None, None, language)
        known = policy.answers[seen] = _classified(case, model_version)
    return known


def _classified(case: Case, model_version: str | None) -> Classification:
    facts, policy = case.facts, case.policy
    intent = recognise(case)
    spoken = language_of(case)
    rule = first_rule(policy.rules, facts, case.reading, spoken[0], intent.name)
    judged = _judge(case, intent)
    if facts.may_ask and rule is None and judged.tier[0] == "agent" and facts.channel in policy.asks_on:
        asks = question(case, intent, judged.scored.points)
        judged = judged if asks is None else msgspec.structs.replace(judged, tier=asks, asks=True)
    if rule and rule.then.intent and rule.then.intent != intent.name:
        judged = _renamed(case, judged, named(rule.then.intent, f"rule {rule.name}", policy))
    return _recorded(case, judged, rule, spoken, model_version)


class _Judged(msgspec.Struct, frozen=True, gc=False):
    """An intent with its score and the tier that follows from both. ``asks``: the bot's, for its question."""

    intent: Recognised
    scored: Scored
    tier: Asked
    asks: bool = False


def _judge(case: Case, intent: Recognised) -> _Judged:
    scored = score(case, intent)
    return _Judged(intent, scored, classified_tier(case, intent, scored.points))


def _renamed(case: Case, before: _Judged, intent: Recognised) -> _Judged:
    """Judged again with the intent that a rule names; a rule never lowers a tier that another intent asked for."""
    after = _judge(case, intent)
    lowers = before.intent.name is not None and RANK[after.tier[0]] < RANK[before.tier[0]]
    return msgspec.structs.replace(after, tier=before.tier) if lowers else after


def _recorded(
    case: Case, judged: _Judged, rule: Rule | None, spoken: tuple[str | None, str], model_version: str | None
) -> Classification:
    intent, scored = judged.intent, judged.scored
    facts, policy, reading, prediction = case.facts, case.policy, case.reading, case.prediction
    language, said_by = spoken
    caller = _CALLERS_TIERS.get(facts.hint.tier) if facts.hint else None
    steps = final_tier(judged.tier, caller, rule, reading.safeguards)
    asks = judged.asks and steps[-1] is judged.tier
    return Classification(
        intent=intent.name,
        confidence=intent.confidence,
        top3=tuple(Likely(*each) for each in prediction.top3) if prediction else (),
        out_of_scope=bool(prediction and prediction.out_of_scope),
        language=language,
        sentiment=reading.sentiment,
        urgency=reading.urgency,
        complexity=scored.points,
        level=level_of(scored.points, policy.policy.classification.score),
        moment_of_truth=intent.is_moment_of_truth,
        signals=_signals(facts, reading),
        skills=skills_of(case, intent, rule, language),
        kept_skills=kept_skills_of(case, rule, language),
        tier=steps[-1][0],
        queue=queue_of(case, intent, rule),
        bot=bot_of(case, intent, rule, asks),
        article_ids=intent.known.articles if intent.known else (),
        question=asks,
        priority_seconds=priority_of(case, intent, rule),
        second_intent=intent.second,
        ground=ground_of(case, intent, rule),
        reasons=(
            *_reasons(rule, intent, _spoken(policy, language, said_by), scored, steps),
            *unknown_queue(case, rule),
        ),
        model_version=model_version,
        rules_version=policy.rules_version,
    )


def whole_text(facts: MessageFacts) -> str:
    """Subject and text as one text, the form in which models and patterns see them."""
    return f"{facts.subject}\n{facts.text}" if facts.subject and facts.text else facts.subject or facts.text


def _reasons(
    rule: Rule | None, intent: Recognised, spoken: tuple[str, ...], scored: Scored, steps: list[Asked]
) -> tuple[str, ...]:
    """Every term in the order of deciding; none holds a word of the customer."""
    of_rule = (f"rule {rule.name}: {_done_by(rule)}",) if rule else ()
    second = (f"second intent: {intent.second}",) if intent.second else ()
    return (
        *of_rule,
        intent.reason,
        *second,
        *spoken,
        *scored.reasons,
        *[f"tier: {tier} by {why}" for tier, why in steps],
    )


def _spoken(policy: CompiledPolicy, language: str | None, said_by: str) -> tuple[str, ...]:
    """Who said the language, where there was a choice and the message itself did not say it."""
    if said_by == "message" or len(policy.policy.languages) < 2:
        return ()
    return (f"language: {language} by {said_by}",)


def _done_by(rule: Rule) -> str:
    """What a rule does, in words: ``tier agent, queue complaints, boost 600 s``."""
    then = rule.then
    parts = [f"{name} {value}" for name in ("tier", "queue", "intent", "bot") if (value := getattr(then, name))]
    parts += [f"{skill}>={level}" for skill, level in then.skills.items()]
    if then.boost_seconds:
        parts.append(f"boost {then.boost_seconds:g} s")
    return ", ".join(parts)


def _signals(facts: MessageFacts, reading: Reading) -> tuple[str, ...]:
    found: list[str] = []
    if reading.person:
        found.append("person_asked")
    if reading.buying:
        found.append("prospect")
    if facts.public and reading.is_negative:
        found.append("public_complaint")
    if facts.attributes:
        found += [name for name in ("machine", "vip", "vulnerable") if is_flagged(facts, name)]
    return (*found, *reading.safeguards)
