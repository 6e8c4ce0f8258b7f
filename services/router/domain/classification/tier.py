"""Which tier serves a contact: the highest that anything asks for, hard rules above everything."""

from collections.abc import Iterator

from services.router.domain.classification.case import Case
from services.router.domain.classification.clauses import doubt_of_clause
from services.router.domain.classification.intent import SURE, Recognised
from services.router.domain.classification.policy import RANK, CompiledPolicy
from services.router.domain.classification.record import Prediction
from services.router.domain.classification.score import is_flagged, tier_of
from shared.policy import Rule, Tier

__all__ = ["Asked", "classified_tier", "final_tier", "ground_of", "question"]

Asked = tuple[Tier, str]
"""A tier and who asks for it."""

_PERSON = "a person was asked for"


def classified_tier(case: Case, intent: Recognised, points: int) -> Asked:
    """The tier by score and overrides, before caller and hard rules. Every override is a floor, but one: a machine
    that writes on a customer's behalf goes to the bot first.
    """
    facts = case.facts
    if facts.attributes and is_flagged(facts, "machine") and not intent.is_moment_of_truth:
        return "bot", "machine on a customer's behalf"
    asked = _overrides(case, intent)
    asked.append((tier_of(points, case.policy.policy.classification.score), f"score {points}"))
    if intent.known:
        asked.append((intent.known.floor, f"intent {intent.name}"))
    return max(asked, key=_rank)


def ground_of(case: Case, intent: Recognised, rule: Rule | None) -> str:
    """What is enough by itself for a person to serve a contact, whatever was before; "" where there are doubts only.
    The caller's tier wins over everything but hard rules and safeguards, as with a first message; and but for the wish
    for a person: who sends a tier with every message would lock customers in with a machine.
    """
    reading, served = case.reading, intent.served
    if rule and rule.then.tier == "agent":
        return f"rule {rule.name}"
    if reading.safeguards:
        return f"safeguard {reading.safeguards[0]}"
    if case.facts.hint and case.facts.hint.tier:
        wish = _PERSON if reading.person else ""
        return "caller" if case.facts.hint.tier == "agent" else wish
    if served is not None and intent.is_moment_of_truth:
        return f"moment of truth {served.name}"
    if reading.person:
        return _PERSON
    is_sure = intent.by != "model" or served is not intent.known or intent.confidence >= SURE
    if served is not None and served.floor == "agent" and is_sure:
        return f"intent {served.name}"
    return ""


def _rank(asked: Asked) -> int:
    return RANK[asked[0]]


def _overrides(case: Case, intent: Recognised) -> list[Asked]:
    """In order of precedence; of two that ask for the same tier the first gives the reason."""
    asked: list[Asked] = []
    served = intent.served
    if served is not None and intent.is_moment_of_truth:
        asked.append(("agent", f"moment of truth {served.name}"))
    if case.reading.person:
        asked.append(("agent", _PERSON))
    if intent.by != "caller" and case.reading.delicate:
        asked.append(("agent", "human triage: people or harm are spoken of"))
    if intent.by != "caller" and case.prediction:
        asked += _doubts(case.prediction, case.policy, intent.by, case.facts.answered)
    if intent.known is None:
        tier = case.channel_tier
        why = "no words" if intent.by == "no words" else "no known intent"
        asked.append((tier, f"channel {case.facts.channel}") if tier else ("agent", f"human triage: {why}"))
    return asked


def _doubts(prediction: Prediction, policy: CompiledPolicy, by: str, answered: bool) -> Iterator[Asked]:
    """Why the model would rather have a person read it. A pattern names the intent and so takes away one doubt alone:
    what the text is about.
    """
    limits = policy.limits
    if prediction.agent_probability > limits.agent_probability:
        yield "agent", f"probability {prediction.agent_probability:.3f} of an intent for agents"
    if why := doubt_of_clause(prediction, limits.agent_probability, answered=answered):
        yield "agent", f"clause {prediction.clause}: {why}"
    if prediction.out_of_scope:
        yield "agent", "human triage: out of scope"
    if by == "model" and prediction.confidence < limits.confidence:
        yield "agent", f"human triage: confidence {prediction.confidence:.2f}"


def question(case: Case, intent: Recognised, points: int) -> Asked | None:
    """The bot tier, to ask the customer what they mean, in place of human triage. None where the text is clear enough,
    a moment of truth is among what it may mean, or more than the model's doubts asks for an agent.
    """
    prediction, policy = case.prediction, case.policy
    if intent.by != "model" or prediction is None or intent.known is None or intent.known.floor == "agent":
        return None
    rules = policy.policy.classification
    if case.reading.person or tier_of(points, rules.score) == "agent" or _may_be_moment(prediction, policy):
        return None
    if doubt_of_clause(prediction, policy.limits.agent_probability):
        return None
    if prediction.out_of_scope:
        return "bot", "one question to the customer: out of scope"
    if prediction.confidence < policy.limits.confidence:
        return "bot", f"one question to the customer: confidence {prediction.confidence:.2f}"
    return None


def _may_be_moment(prediction: Prediction, policy: CompiledPolicy) -> bool:
    """Whether one of the three likeliest intents is a moment of truth and not very improbable."""
    least, known = policy.limits.agent_probability, policy.intents
    return any(name in known and known[name].moment_of_truth for name, share in prediction.top3 if share > least)


def final_tier(asked: Asked, caller: Tier | None, rule: Rule | None, safeguards: tuple[str, ...]) -> list[Asked]:
    """The steps to the final tier, which is the last: the caller's word replaces what was classified, a hard rule or a
    safeguard may only raise it.
    """
    steps: list[Asked] = [(caller, "caller") if caller else asked]
    floors: list[Asked] = [("agent", f"safeguard {name}") for name in safeguards]
    if rule and rule.then.tier:
        floors.insert(0, (rule.then.tier, f"rule {rule.name}"))
    for floor in floors:
        if RANK[floor[0]] > RANK[steps[-1][0]]:
            steps.append(floor)
    return steps
