"""Counts that show when customers begin to write of other things than the text model was trained on."""

from services.router.domain.classification import Classification
from services.router.domain.turn import Turn
from services.router.domain.workspace import Workspace

__all__ = ["count"]

TENTHS = 10


def count(turn: Turn, workspace: Workspace, verdict: Classification) -> None:
    """Count a text that a model has judged: its confidence in tenths, whether it is doubtful or out of scope."""
    if not verdict.top3:
        return
    confidence = verdict.top3[0].probability
    tenth = min(int(confidence * TENTHS), TENTHS - 1)
    turn.count("usher_model_confidence_total", f"0.{tenth}")
    if confidence < workspace.rules.policy.classification.thresholds.confidence:
        turn.count("usher_model_doubts_total", "confidence")
    if verdict.out_of_scope:
        turn.count("usher_model_doubts_total", "out_of_scope")
