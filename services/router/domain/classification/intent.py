"""What a contact is about, by the best word there is: the caller's, a pattern's, the model's, a hard rule's."""

import msgspec

from services.router.domain.classification.case import Case
from services.router.domain.classification.policy import CompiledPolicy, KnownIntent
from shared.policy import Policy

__all__ = ["SURE", "Recognised", "language_of", "named", "recognise"]

CONFIDENCE_DIGITS = 4
SURE = 0.5  # a probability from which an intent is likelier than all others together
MOMENT_SURE = 0.75  # from which a moment of truth goes before others: at 0.5 angry and routine texts did as well
MOMENT_CLAUSE_SURE = 0.9  # the same of a clause, which says less than a whole text


class Recognised(msgspec.Struct, frozen=True, gc=False):
    """The intent in force and whose word it is; ``known`` is the policy's description, None where it has none.

    ``second``: what the text is about as well; ``other`` is its description where that is sure.
    """

    name: str | None
    confidence: float
    by: str
    known: KnownIntent | None
    second: str | None = None
    other: KnownIntent | None = None

    @property
    def served(self) -> KnownIntent | None:
        """The riskier of this intent and the second one: by it the contact finds its queue, skills and priority."""
        known, other = self.known, self.other
        return other if other is not None and (known is None or other.risk > known.risk) else known

    @property
    def is_moment_of_truth(self) -> bool:
        """Whether it is surely about what the policy counts among the moments of truth: a model that thinks so without
        being sure sends the contact to an agent all the same, but not ahead of others.
        """
        served = self.served
        if served is None or not served.moment_of_truth:
            return False
        return served is not self.known or self.by != "model" or self.confidence >= MOMENT_SURE

    @property
    def reason(self) -> str:
        """The sentence for the decision's reasons."""
        if self.name is None:
            return "intent: none, the text holds no words" if self.by == "no words" else "intent: none recognised"
        stranger = "" if self.known else ", not described in the policy"
        return f"intent: {self.name} by {self.by} ({self.confidence:.2f}){stranger}"


_NOBODY = Recognised(None, 0.0, "nobody", None)
_NO_WORDS = Recognised(None, 0.0, "no words", None)


def recognise(case: Case) -> Recognised:
    """The caller's intent, else the riskiest of those whose patterns are in the text, else the predicted one."""
    hint, found, prediction, known = case.facts.hint, case.reading.intents, case.prediction, case.policy.intents
    if hint and hint.intent:
        return named(hint.intent, "caller", case.policy)
    if found:
        first, *others = sorted(found, key=lambda name: known[name].risk, reverse=True)
        sure = _surely_other(case, first)
        return named(first, "patterns", case.policy, next(iter(others), sure), known.get(sure or ""))
    if prediction is None:
        return _NOBODY if case.reading.words else _NO_WORDS
    enough = case.policy.policy.classification.thresholds.second_intent
    likely = [name for name, probability in prediction.top3 if probability >= enough and name != prediction.intent]
    sure = _surely_other(case, prediction.intent)
    confidence = round(prediction.confidence, CONFIDENCE_DIGITS)
    second = sure or next(iter(likely), None)
    tag = known.get(prediction.intent)
    return Recognised(prediction.intent, confidence, "model", tag, second, known.get(sure or ""))


def _surely_other(case: Case, name: str) -> str | None:
    """Another intent that the model is sure of, in the whole or in its riskiest clause; of two the riskier. A moment of
    truth takes more.
    """
    prediction, known = case.prediction, case.policy.intents
    if prediction is None:
        return None
    asked = (
        (prediction.clause_intent, prediction.clause_share, MOMENT_CLAUSE_SURE),
        (prediction.intent, prediction.confidence, MOMENT_SURE),
    )
    sure = [
        each
        for each, share, of_moment in asked
        if each != name and each in known and share >= (of_moment if known[each].moment_of_truth else SURE)
    ]
    return max(sure, key=lambda each: known[each].risk, default=None)


def named(
    name: str, by: str, policy: CompiledPolicy, second: str | None = None, other: KnownIntent | None = None
) -> Recognised:
    """An intent that somebody names for certain."""
    return Recognised(name, 1.0, by, policy.intents.get(name), second, other)


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
    found = ((tag, by) for named, by in candidates if (tag := _served(rules, named)))
    return next(found, (rules.languages[0], "policy") if rules.languages else (None, "nobody"))


def _served(rules: Policy, tag: str | None) -> str | None:
    """The policy's own name of a language; any is served where the policy names none."""
    return rules.language(tag) if tag and rules.languages else tag
