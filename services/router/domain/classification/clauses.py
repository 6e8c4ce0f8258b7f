"""A message as clauses: its risk is that of its riskiest clause, so that a routine sentence drowns no gas leak."""

import re
from collections.abc import Sequence
from itertools import pairwise

from services.router.domain.classification.record import IntentModel, Prediction
from services.router.domain.classification.text import says_something
from services.router.domain.classification.words.asking import only_asks

__all__ = ["CLAUSE_CONFIDENCE", "clauses_of", "doubt_of_clause", "limit_of_clause", "predicted"]

CHARACTERS_MAX = 2000  # of a text that is cut into clauses: as far as a text model reads
CLAUSES_MAX = 8  # that a model is asked about beside the whole; neighbours of a longer text are read together
WORDS_MIN = 3  # of a clause: what is shorter says too little by itself and stays with its neighbour
ENDS = tuple("\n.!?;:,-\u2013\u2014\u2026\u3002\uff01\uff1f")  # of a piece that has nothing to do with the next one

CLAUSE_PROBABILITY = {True: 0.3, False: 0.03}
"""How likely for agents a clause may be, by whether the whole's intent explains it. Chosen on the training texts, by a
model of four fifths of them and the other fifth (docs/text-model.md)."""

CLAUSE_CONFIDENCE = 0.6
"""How sure the likeliest intent of a clause must be that the whole's intent does not explain."""

# Words that begin a clause of their own, in the languages of the starter model first. Clauses that hang on another
# (*who, so, when, while, que, dass ...*) count too: what a person must read stands in them as often.
_BEGINNINGS = (
    "and|but|also|because|since|who|which|that|so|while|until|before|after|as|when|where|if|although",
    "y|e|pero|adem[a\u00e1]s|porque|que|pues|desde|mientras|cuando|donde|hasta|si|aunque",
    "und|aber|denn|weil|ausserdem|au\u00dferdem|dass|seit|damit|bevor|w\u00e4hrend|wenn|bis|obwohl|die|der|das",
    "et|mais|mas|ma|maar|perch\u00e9",
)
_BEGINNING = re.compile("|".join(_BEGINNINGS), re.IGNORECASE)
_BREAK = re.compile(
    r"(?<=[.!?;:\u2026\u3002\uff01\uff1f])\s+|(?<=\n)\s*|(?<=,)\s+|(?<=\s[-\u2013\u2014])\s+"
    rf"|\s(?=(?:{'|'.join(_BEGINNINGS)})\s)",
    re.IGNORECASE,
)
_DASHES = " -\u2013\u2014"


def clauses_of(text: str) -> list[str]:
    """The clauses of a text in order, at most CLAUSES_MAX; [] where it is one clause. What stands before them in a word
    or two (*Status?*, *Hi,*) or only asks (*Can you tell me*) is none: it hides nothing from the whole, and would hide
    the clause that it was joined to.
    """
    pieces = _pieces(text[:CHARACTERS_MAX])
    if len(pieces) < 2:
        return []
    joined: list[str] = []
    for piece in pieces:
        if joined and (_is_short(piece) or (_is_short(joined[-1]) and not joined[-1].endswith(ENDS))):
            joined[-1] = f"{joined[-1]} {piece}"
        else:
            joined.append(piece)
    if len(joined) > CLAUSES_MAX:
        borders = [len(joined) * at // CLAUSES_MAX for at in range(CLAUSES_MAX + 1)]
        return [" ".join(joined[start:end]) for start, end in pairwise(borders)]
    if len(joined) < 2:
        return []
    clauses = joined[1:] if _is_short(joined[0]) else joined
    return [clause.strip() for clause in clauses]


def _pieces(text: str) -> list[str]:
    """What stands between breaks; a beginning alone (*and* where, *but* if) belongs to what follows it."""
    found: list[str] = []
    begun = ""
    for piece in filter(None, _BREAK.split(text)):
        if _BEGINNING.fullmatch(piece):
            begun += f"{piece} "
        else:
            found.append(begun + piece)
            begun = ""
    return [*found, begun.strip()] if begun else found


def _is_short(piece: str) -> bool:
    return len(piece.rstrip(_DASHES).split(None, WORDS_MIN)) < WORDS_MIN or only_asks(piece)


def predicted(
    model: IntentModel, texts: Sequence[str], agent_intents: frozenset[str], most: float
) -> list[Prediction | None]:
    """What a model says of each text with the riskiest of its clauses, in one call for all of them; None for a text
    that holds no words, which it is not asked about. ``most``: what the policy allows for agents.
    """
    asked: list[str] = []
    places: list[tuple[int, int]] = []
    for text in texts:
        start = len(asked)
        if says_something(text):
            asked += [text, *clauses_of(text)]
        places.append((start, len(asked)))
    predictions = model.predict(asked, agent_intents) if asked else []
    parts = (predictions[start:end] for start, end in places)
    return [_with_riskiest(part, agent_intents, most) if part else None for part in parts]


def limit_of_clause(explained: bool, most: float) -> float:
    """How likely for agents a clause may be where the policy allows ``most`` of a whole text."""
    return max(CLAUSE_PROBABILITY[explained], most)


def doubt_of_clause(prediction: Prediction, most: float, *, answered: bool = False) -> str:
    """Why a person should read the riskiest clause, "" where none should. A clause says less than a whole text, so it
    takes more than ``most``, what the policy allows there; of what the whole does not explain it takes little.
    Where the text is ``answered``, one clause was not understood, and the customer was asked for that.
    """
    if prediction.clause_probability > limit_of_clause(prediction.clause_explained, most):
        likeliest = f", likeliest {prediction.clause_intent}" if prediction.clause_intent else ""
        return f"probability {prediction.clause_probability:.3f} of an intent for agents{likeliest}"
    if not answered and not prediction.clause_explained and prediction.clause_confidence < CLAUSE_CONFIDENCE:
        return f"not explained by {prediction.intent}, confidence {prediction.clause_confidence:.2f}"
    return ""


def _with_riskiest(predictions: Sequence[Prediction], agent_intents: frozenset[str], most: float) -> Prediction:
    whole, *clauses = predictions
    if not clauses:
        return whole
    at = max(range(len(clauses)), key=lambda place: _risk(whole, clauses[place], most))
    riskiest = clauses[at]
    likeliest = next((each for each in riskiest.top3 if each[0] in agent_intents), ("", 0.0))
    return whole._replace(
        clause=at + 1,
        clause_probability=riskiest.agent_probability,
        clause_intent=likeliest[0],
        clause_share=likeliest[1],
        clause_confidence=riskiest.confidence,
        clause_explained=_explains(whole, riskiest),
    )


def _risk(whole: Prediction, clause: Prediction, most: float) -> tuple[bool, bool, float]:
    """Orders clauses by how much a person should read them: over the limit, then not understood, then likeliest."""
    explained = _explains(whole, clause)
    strange = not explained and clause.confidence < CLAUSE_CONFIDENCE
    over = clause.agent_probability > limit_of_clause(explained, most)
    return over, strange, clause.agent_probability


def _explains(whole: Prediction, clause: Prediction) -> bool:
    return any(name == whole.intent for name, _ in clause.top3)
