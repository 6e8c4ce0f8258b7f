"""One text in one screen: its clauses, what patterns, signs and the model say of each, and where the limits are."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.router.domain.classification.clauses import CLAUSE_CONFIDENCE, clauses_of, limit_of_clause
from services.router.domain.classification.policy import CompiledPolicy
from services.router.domain.classification.text import Reading
from services.router.model.text_model import TextModel

__all__ = ["explained", "lines"]

SHOWN_CHARACTERS = 70
WORDS_SHOWN = 3
WORDS_TRIED_MAX = 60  # of a part: it is read once without each of them, to see which of them its signs need


def explained(text: str, compiled: CompiledPolicy, model: TextModel | None) -> dict[str, Any]:
    """``parts``: the whole, then each clause with what is said of it; ``thresholds``: those that hold."""
    pieces = [("whole", text), *[(f"clause {at}", each) for at, each in enumerate(clauses_of(text), start=1)]]
    return {
        "parts": [{"part": name, "text": piece, **_found_in(piece, compiled, model)} for name, piece in pieces],
        "thresholds": {
            "agent_probability": compiled.limits.agent_probability,
            "clause_agent_probability": limit_of_clause(True, compiled.limits.agent_probability),
            "strange_clause_agent_probability": limit_of_clause(False, compiled.limits.agent_probability),
            "strange_clause_confidence": CLAUSE_CONFIDENCE,
            "confidence": compiled.limits.confidence,
        },
    }


def lines(explained: Mapping[str, Any]) -> Iterator[str]:
    """The same for a person."""
    for part in explained["parts"]:
        yield f"    {part['part']}: {' '.join(part['text'].split())[:SHOWN_CHARACTERS]}"
        yield from (f"      {line}" for line in _lines_of(part))
    limits = explained["thresholds"]
    yield (
        f"    thresholds: P(agent) <= {limits['agent_probability']:.4f}, confidence >= {limits['confidence']:.2f}; "
        f"of a clause P(agent) <= {limits['clause_agent_probability']:.4g}"
    )
    yield (
        f"    of a clause where the whole's intent is not among the three likeliest: P(agent) <= "
        f"{limits['strange_clause_agent_probability']:.4f}, confidence >= {limits['strange_clause_confidence']}"
    )


def _lines_of(part: Mapping[str, Any]) -> Iterator[str]:
    if part["patterns"]:
        yield f"patterns: {', '.join(part['patterns'])}"
    if part["signs"]:
        yield f"signs: {', '.join(_with_words(sign, part['sign_words'].get(sign, [])) for sign in part['signs'])}"
    guess = part["model"]
    if guess is None:
        yield "model: not asked"
        return
    scope = ", out of scope" if guess["out_of_scope"] else ""
    words = f"; words: {', '.join(guess['words'])}" if guess["words"] else ""
    yield f"model: {guess['intent']} {guess['confidence']:.2f}, P(agent) {guess['agent_probability']:.3f}{scope}{words}"


def _with_words(sign: str, words: list[str]) -> str:
    return f"{sign} ({' ... '.join(words)})" if words else sign


def _found_in(piece: str, compiled: CompiledPolicy, model: TextModel | None) -> dict[str, Any]:
    """``patterns`` and ``signs`` by name, ``sign_words`` those that a sign needs; ``model`` is None where not asked."""
    reading = compiled.reader.read(piece)
    signs = _signs(reading)
    asked = model if reading.words else None
    return {
        "patterns": list(reading.intents),
        "signs": signs,
        "sign_words": _needed(piece, signs, compiled),
        "model": _of_model(asked, piece, compiled) if asked else None,
    }


def _signs(reading: Reading) -> list[str]:
    return [*reading.safeguards, *["people or harm"] * reading.delicate, *["a person, please"] * reading.person]


def _needed(piece: str, signs: list[str], compiled: CompiledPolicy) -> dict[str, list[str]]:
    """By sign the words that it needs, in their order; none where any of several is enough."""
    words = piece.split()
    found: dict[str, list[str]] = {sign: [] for sign in signs}
    for at in range(min(len(words), WORDS_TRIED_MAX) if signs else 0):
        left = _signs(compiled.reader.read(" ".join([*words[:at], *words[at + 1 :]])))
        for sign in signs:
            if sign not in left:
                found[sign].append(words[at].strip(".,;:!?\"'()"))
    return found


def _of_model(model: TextModel, piece: str, compiled: CompiledPolicy) -> dict[str, Any]:
    (prediction,) = model.predict([piece], compiled.agent_intents)
    return {
        "intent": prediction.intent,
        "confidence": prediction.confidence,
        "agent_probability": prediction.agent_probability,
        "out_of_scope": prediction.out_of_scope,
        "words": model.evidence(piece, prediction.intent)[:WORDS_SHOWN],
    }
