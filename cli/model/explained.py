"""One text in one screen: its clauses, what patterns, signs and the model say of each, and where the limits are."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.router.domain.classification.clauses import CLAUSE_CONFIDENCE, clauses_of, limit_of_clause
from services.router.domain.classification.policy import CompiledPolicy
from services.router.model.text_model import TextModel

__all__ = ["explained", "lines"]

SHOWN_CHARACTERS = 70
WORDS_SHOWN = 3


def explained(text: str, compiled: CompiledPolicy, model: TextModel | None) -> dict[str, Any]:
    """``parts``: the whole, then each clause with what is said of it; ``thresholds``: those that hold."""
    pieces = [("whole", text), *[(f"clause {at}", each) for at, each in enumerate(clauses_of(text), start=1)]]
    return {
        "parts": [{"part": name, "text": piece, **_said(piece, compiled, model)} for name, piece in pieces],
        "thresholds": {
            "agent_probability": compiled.limits.agent_probability,
            "clause_agent_probability": limit_of_clause(True, compiled.limits.agent_probability),
            "strange_clause_agent_probability": limit_of_clause(False, compiled.limits.agent_probability),
            "strange_clause_confidence": CLAUSE_CONFIDENCE,
            "confidence": compiled.limits.confidence,
        },
    }


def lines(said: Mapping[str, Any]) -> Iterator[str]:
    """The same for a person."""
    for part in said["parts"]:
        yield f"    {part['part']}: {' '.join(part['text'].split())[:SHOWN_CHARACTERS]}"
        yield from (f"      {line}" for line in _lines_of(part))
    limits = said["thresholds"]
    yield (
        f"    thresholds: P(agent) <= {limits['agent_probability']:.4f}, confidence >= {limits['confidence']:.2f}; "
        f"of a clause P(agent) <= {limits['clause_agent_probability']}"
    )
    yield (
        f"    of a clause where the whole's intent is not among the three likeliest: P(agent) <= "
        f"{limits['strange_clause_agent_probability']}, confidence >= {limits['strange_clause_confidence']}"
    )


def _lines_of(part: Mapping[str, Any]) -> Iterator[str]:
    if part["patterns"]:
        yield f"patterns: {', '.join(part['patterns'])}"
    if part["signs"]:
        yield f"signs: {', '.join(part['signs'])}"
    said = part["model"]
    if said is None:
        yield "model: not asked"
        return
    scope = ", out of scope" if said["out_of_scope"] else ""
    yield (
        f"model: {said['intent']} {said['confidence']:.2f}, P(agent) {said['agent_probability']:.3f}{scope}; "
        f"words: {', '.join(said['words'])}"
    )


def _said(piece: str, compiled: CompiledPolicy, model: TextModel | None) -> dict[str, Any]:
    """``patterns`` and ``signs`` by name; ``model`` is None where it is not asked."""
    reading = compiled.reader.read(piece)
    signs = [*reading.safeguards, *["people or harm"] * reading.delicate, *["a person, please"] * reading.person]
    asked = model if reading.words else None
    return {
        "patterns": list(reading.intents),
        "signs": signs,
        "model": _of_model(asked, piece, compiled) if asked else None,
    }


def _of_model(model: TextModel, piece: str, compiled: CompiledPolicy) -> dict[str, Any]:
    (said,) = model.predict([piece], compiled.agent_intents)
    return {
        "intent": said.intent,
        "confidence": said.confidence,
        "agent_probability": said.agent_probability,
        "out_of_scope": said.out_of_scope,
        "words": model.evidence(piece, said.intent)[:WORDS_SHOWN],
    }
