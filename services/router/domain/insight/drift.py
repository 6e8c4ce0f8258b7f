"""Counts that show when customers begin to write of other things than the text model was trained on, and how a
candidate would decide."""

from services.router.domain.classification.classifying import Classify, Verdict
from services.router.domain.classification.policy import RANK
from services.router.domain.classification.record import Classification
from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.turn import Turn

__all__ = ["count", "retagged"]

TENTHS = 10
NONE = "none"


def count(turn: Turn, workspace: Workspace, verdict: Verdict) -> None:
    """Count what was decided: the language where there is a choice, and what the models said."""
    policy = workspace.rules.policy
    decided, prediction, candidate = verdict.decided, verdict.prediction, verdict.candidate
    if len(policy.languages) > 1:
        turn.count("usher_languages_total", decided.language or NONE)
    if candidate is not None:
        _compare(turn, policy.classification.shadow or NONE, decided, candidate)
    if prediction is None:
        return
    model = policy.classification.model or NONE
    tenth = min(int(prediction.confidence * TENTHS), TENTHS - 1)
    turn.count("usher_model_confidence_total", f"0.{tenth}")
    turn.count("usher_model_intents_total", model, prediction.intent)
    turn.add(prediction.unknown_share, "usher_model_unknown_share_total", model)
    if prediction.confidence < verdict.limits.confidence:
        turn.count("usher_model_doubts_total", "confidence")
    if prediction.out_of_scope:
        turn.count("usher_model_doubts_total", "out_of_scope")


def retagged(turn: Turn, workspace: Workspace, contact: Contact, disposition: str, classify: Classify) -> None:
    """Count what an agent says a contact was about, where that is an intent: confirmed, or changed."""
    rules = workspace.rules
    if contact.intent and classify.knows(rules.policy, rules.model_version, disposition):
        result = "confirmed" if disposition == contact.intent else "changed"
        turn.count("usher_intent_reviews_total", contact.intent, result)


def _compare(turn: Turn, shadow: str, decided: Classification, candidate: Classification) -> None:
    """Tiers up and moments gained: the candidate would have been more careful."""
    turn.count("usher_shadow_total", shadow, "agreed" if decided.intent == candidate.intent else "differed")
    before, after = RANK[decided.tier], RANK[candidate.tier]
    if before != after:
        turn.count("usher_shadow_flips_total", shadow, "tier_up" if after > before else "tier_down")
    if decided.moment_of_truth != candidate.moment_of_truth:
        turn.count("usher_shadow_flips_total", shadow, "moment_gained" if candidate.moment_of_truth else "moment_lost")
