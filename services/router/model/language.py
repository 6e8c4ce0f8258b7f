"""Which of the served languages a text is in; texts that say too little stay unnamed."""

import re
from collections.abc import Collection
from typing import Any

__all__ = ["LanguageReader"]

CHARACTERS_MAX = 2000  # of a text that are read; the rest rarely changes the language
WORDS_MIN = 3  # fewer say too little
PROBABILITY_MIN = 0.8  # below, the customer's or the channel's language is the better guess

_WORD = re.compile(r"[^\W\d_]+")


class LanguageReader:
    """py3langid, restricted to some languages; opening it takes half a second and 100 MB for a moment."""

    def __init__(self, languages: Collection[str]) -> None:
        """``languages`` are tags (``en``, ``pt-BR``) or codes; unknown ones are left out."""
        self._tags: dict[str, str] = {}
        for tag in sorted(languages):
            self._tags.setdefault(tag.partition("-")[0], tag)
        self._identifier = _identifier(self._tags)

    def read(self, text: str) -> str | None:
        """The tag of the text's language, or None when it cannot be told."""
        if self._identifier is None:
            return None
        start = text[:CHARACTERS_MAX]
        if sum(1 for _ in _WORD.finditer(start)) < WORDS_MIN:
            return None
        code, probability = self._identifier.classify(start)
        return self._tags[code] if probability >= PROBABILITY_MIN else None


def _identifier(tags: dict[str, str]) -> Any:
    """None when there is nothing to choose between."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [code for code in tags if code in whole.labels]
    if len(known) < 2:
        return None
    whole.set_languages(known)
    # A copy with the chosen columns alone lets go of the other languages' tables.
    return LanguageIdentifier(
        whole.nb_ptc.copy(),
        whole.nb_pc.copy(),
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
