"""What a contact is about, by the best word there is: the caller's, a pattern's, the model's, a hard rule's."""

import msgspec

from services.router.domain.classification.case import Case
from services.router.domain.classification.policy import CompiledPolicy, KnownIntent
from shared.policy import Policy

__all__ = ["Recognised", "language_of", "named", "recognise"]

CONFIDENCE_DIGITS = 4


class Recognised(msgspec.Struct, frozen=True, gc=False):
    """The intent in force and whose word it is; ``known`` is the policy's description, None where it has none."""

    name: str | None
    confidence: float
    by: str
    known: KnownIntent | None
    second: bool = False

    @property
    def is_moment_of_truth(self) -> bool:
        """Whether the policy counts this intent among the moments of truth."""
        return self.known is not None and self.known.moment_of_truth

    @property
    def reason(self) -> str:
        """The sentence for the decision's reasons."""
        if self.name is None:
            return "intent: none recognised"
        stranger = "" if self.known else ", not described in the policy"
        return f"intent: {self.name} by {self.by} ({self.confidence:.2f}){stranger}"


_NOBODY = Recognised(None, 0.0, "nobody", None)


def recognise(case: Case) -> Recognised:
    """The caller's intent, else the riskiest of those whose patterns are in the text, else the predicted one."""
    hint, found, said, known = case.facts.hint, case.reading.intents, case.prediction, case.policy.intents
    if hint and hint.intent:
        return named(hint.intent, "caller", case.policy)
    if found:
        riskiest = found[0] if len(found) == 1 else max(found, key=lambda name: known[name].risk)
        return named(riskiest, "patterns", case.policy, second=len(found) > 1)
    if said is None:
        return _NOBODY
    enough = case.policy.policy.classification.thresholds.second_intent
    second = sum(1 for _, probability in said.top3 if probability >= enough) > 1
    confidence = round(said.confidence, CONFIDENCE_DIGITS)
    return Recognised(said.intent, confidence, "model", known.get(said.intent), second)


def named(name: str, by: str, policy: CompiledPolicy, second: bool = False) -> Recognised:
    """An intent that somebody names for certain."""
    return Recognised(name, 1.0, by, policy.intents.get(name), second)


def language_of(case: Case) -> tuple[str | None, str]:
    """The language to serve the contact in, and who says so: the message, its text, its common words, the customer, the
    channel, else the policy's first. Without languages in the policy the first that anybody names.
    """
    facts, rules = case.facts, case.policy.policy
    served = _served(rules, facts.language)
    if served:
        return served, "message"
    candidates = (
        (case.language, "text"),
        (case.reading.language, "words"),
        (case.journey.language if case.journey else None, "customer"),
        (rules.channel(facts.channel).language, "channel"),
    )
    found = ((tag, by) for said, by in candidates if (tag := _served(rules, said)))
    return next(found, (rules.languages[0], "policy") if rules.languages else (None, "nobody"))


def _served(rules: Policy, tag: str | None) -> str | None:
    """The policy's own name of a language; any is served where the policy names none."""
    return rules.language(tag) if tag and rules.languages else tag
