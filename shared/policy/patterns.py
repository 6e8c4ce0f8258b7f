"""Operators' patterns over customers' texts: RE2 (linear time, whatever the text), blind to case and accents."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any

import re2
from pydantic import AfterValidator, Field, WithJsonSchema

from shared.folding import fold, unaccented
from shared.policy.fields import fault

__all__ = ["Pattern", "PatternSet", "compile_pattern", "literal"]

PATTERN_CHARACTERS_MAX = 1000
PROGRAM_SIZE_MAX = 4000  # RE2 instructions; a counted repeat of a counted repeat explodes long before that is useful
MEMORY_BYTES = 16 * 1024 * 1024  # the automaton's cache for one set; it is filled only as texts need it
CACHE_ENTRIES = 4096  # compiled patterns remembered between validations

_DEAF_BOUNDARY = re.compile(r"\\b[^\x00-\x7f]|[^\x00-\x7f]\\b")


def _folded_pattern(pattern: str) -> str:
    """Accents go, case stays: lower-casing would turn ``\\S`` into ``\\s``; RE2 ignores the case itself."""
    return pattern if pattern.isascii() else unaccented(pattern.replace("\u1e9e", "ss"))


def literal(phrase: str) -> str:
    """A pattern that finds a word or phrase as a whole."""
    folded = fold(phrase.strip())
    start = r"\b" if folded[:1].isascii() and folded[:1].isalnum() else ""
    end = r"\b" if folded[-1:].isascii() and folded[-1:].isalnum() else ""
    return f"{start}{re2.escape(folded)}{end}"


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MEMORY_BYTES
    return options


def compile_pattern(pattern: str) -> Any:
    """The compiled pattern, for folded texts (``shared/folding.py``); a fault says where the error is."""
    if len(pattern) > PATTERN_CHARACTERS_MAX:
        raise fault(f"is {len(pattern)} characters long", f"at most {PATTERN_CHARACTERS_MAX}; use several patterns")
    try:
        return _compiled(_folded_pattern(pattern))
    except re2.error as error:
        raise _explained(pattern, error) from None


@lru_cache(maxsize=CACHE_ENTRIES)
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, _options())


def _explained(pattern: str, error: Exception) -> Exception:
    words = error.args[0] if error.args else b"not a pattern"
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    _, _, fragment = text.partition(": ")
    at = _folded_pattern(pattern).find(fragment) if fragment else -1
    position = f" at character {at + 1}" if at >= 0 else ""
    hint = "RE2 syntax: no look-around, no back-references"
    return fault(f"is not a pattern: {text}{position}", hint)


def _check(pattern: str) -> str:
    folded = _folded_pattern(pattern)
    compiled = compile_pattern(pattern)
    if compiled.programsize > PROGRAM_SIZE_MAX:
        raise fault("is too large once its repeats are unrolled", "use smaller counts, or * and +")
    if compiled.search("") is not None:
        raise fault("matches the empty text, so it matches everything", "ask for at least one character")
    if _DEAF_BOUNDARY.search(folded):
        raise fault(r"has \b beside a letter that is not a-z: RE2's \b knows only those", r"write (^|\PL) or (\PL|$)")
    return pattern


Pattern = Annotated[
    str, Field(min_length=1), AfterValidator(_check), WithJsonSchema({"type": "string", "minLength": 1})
]
"""A pydantic field type: an RE2 pattern that compiles."""


class PatternSet:
    """Many patterns matched in one pass over a text; the cost hardly depends on how many there are."""

    __slots__ = ("_set",)

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = None
        if patterns:
            self._set = re2.Set.SearchSet(_options())
            for pattern in patterns:
                self._set.Add(_folded_pattern(pattern))
            self._set.Compile()

    def matches(self, folded: str) -> list[int]:
        """Indices of the patterns found in a folded text, ascending."""
        if self._set is None:
            return []
        found = self._set.Match(folded.encode("utf-8", "replace"))
        return sorted(found) if found else []
