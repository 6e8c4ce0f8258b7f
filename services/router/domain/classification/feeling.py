"""How loud a text is: capitals, repeated marks, emoji, insults. It only adds points and never decides."""

import re
from collections.abc import Collection
from typing import Literal

from services.router.domain.classification.words.insults import ANGRY_EMOJI, INSULTS, NOW

__all__ = ["SENTIMENTS", "Sentiment", "Urgency", "sentiment_of", "urgency_of"]

Sentiment = Literal["strong_negative", "negative", "neutral", "positive"]
Urgency = Literal["normal", "urgent", "very_urgent"]

SENTIMENTS: tuple[Sentiment, ...] = ("strong_negative", "negative", "positive")  # the first that is found counts
CHARACTERS_MAX = 2000  # of a text that are listened to
SHOUTED_WORDS_MIN = 3  # in capitals, and most of the text: fewer are names and abbreviations
SHOUTED_SHARE_MIN = 0.6
_MARKS = re.compile(r"[!?\uff01\uff1f]{3,}|!{2,}|\?!|!\?")
_ANGRY = re.compile(f"[{''.join(ANGRY_EMOJI)}]")
_SHOUT = re.compile(r"[^\W\d_a-z]{2}")  # two letters that may be capitals: most texts have none and are done
_CAPITALS = re.compile(r"\b[^\W\d_a-z]{2,}\b")
_LETTERS = re.compile(r"\b[^\W\d_]{2,}\b")


def sentiment_of(text: str, words: Collection[str], found: Collection[str]) -> Sentiment:
    """By the word lists that were ``found``, one degree worse where it is loud; praise is not worse for being loud."""
    sentiment: Sentiment = next((kind for kind in SENTIMENTS if kind in found), "neutral")
    start = text[:CHARACTERS_MAX]
    if not INSULTS.isdisjoint(words) or (not start.isascii() and _ANGRY.search(start)):
        return "strong_negative"
    if sentiment == "positive" or not (_is_shouted(start) or _MARKS.search(start)):
        return sentiment
    if sentiment == "neutral":
        return "negative" if _is_shouted(start) else "neutral"
    return "strong_negative" if sentiment == "negative" else sentiment


def urgency_of(text: str, found: Collection[str]) -> Urgency:
    """Urgent by its words or a ``NOW``; very urgent where that is said loudly as well."""
    start = text[:CHARACTERS_MAX]
    cried = _SHOUT.search(start) is not None and any(word in NOW for word in _CAPITALS.findall(start))
    if not cried and "urgent" not in found:
        return "normal"
    loud = _is_shouted(start) or _MARKS.search(start) is not None or (cried and "urgent" in found)
    return "very_urgent" if loud else "urgent"


def _is_shouted(text: str) -> bool:
    if _SHOUT.search(text) is None:
        return False
    words: list[str] = _LETTERS.findall(text)
    capitals = sum(map(str.isupper, words))
    return capitals >= SHOUTED_WORDS_MIN and capitals >= SHOUTED_SHARE_MIN * len(words)
