"""One text in one screen: its clauses, what patterns, signs and the model say of each, and where the limits are."""

from collections.abc import Iterator

from services.router.domain.classification.clauses import clauses_of
from services.router.domain.classification.policy import CompiledPolicy
from services.router.domain.classification.tier import CLAUSE_PROBABILITY
from services.router.model.text_model import TextModel

__all__ = ["explained"]

SHOWN_CHARACTERS = 70
WORDS_SHOWN = 3


def explained(text: str, compiled: CompiledPolicy, model: TextModel | None) -> Iterator[str]:
    """Lines: the whole and each clause with its words' reasons, then the thresholds that hold."""
    pieces = [("whole", text), *[(f"clause {at}", each) for at, each in enumerate(clauses_of(text), start=1)]]
    for name, piece in pieces:
        yield f"    {name}: {' '.join(piece.split())[:SHOWN_CHARACTERS]}"
        yield from (f"      {line}" for line in _said(piece, compiled, model))
    limits = compiled.limits
    yield (
        f"    thresholds: P(agent) <= {limits.agent_probability:.4f}, in one clause <= {CLAUSE_PROBABILITY}, "
        f"confidence >= {limits.confidence:.2f}"
    )


def _said(piece: str, compiled: CompiledPolicy, model: TextModel | None) -> Iterator[str]:
    reading = compiled.reader.read(piece)
    if reading.intents:
        yield f"patterns: {', '.join(reading.intents)}"
    if reading.safeguards or reading.delicate or reading.person:
        found = [*reading.safeguards, *["people or harm"] * reading.delicate, *["a person, please"] * reading.person]
        yield f"signs: {', '.join(found)}"
    if model is None or not reading.words:
        yield "model: not asked"
        return
    (said,) = model.predict([piece], compiled.agent_intents)
    scope = ", out of scope" if said.out_of_scope else ""
    words = ", ".join(model.evidence(piece, said.intent)[:WORDS_SHOWN])
    yield f"model: {said.intent} {said.confidence:.2f}, P(agent) {said.agent_probability:.3f}{scope}; words: {words}"
