"""How names and tags are written: each pattern with the same in words, for whoever wrote another one."""

import re
from typing import Any

from pydantic import Field

__all__ = ["in_words", "said_in_words", "written"]

_WORDS: dict[str, str] = {}
_SAID = re.compile(r"String should match pattern '(.*)'", re.DOTALL)


def written(pattern: str, words: str, **bounds: Any) -> Any:
    """The field of texts that match a pattern; ``words`` follow "must be"."""
    _WORDS[pattern] = words
    return Field(pattern=pattern, **bounds)


def in_words(pattern: str) -> str:
    """``must be 1 to 64 of a-z, 0-9 and -`` of a pattern that ``written`` was given, else the pattern itself."""
    words = _WORDS.get(pattern)
    return f"must be {words}" if words else f"must match {pattern}"


def said_in_words(message: str) -> str:
    """pydantic's message with its pattern in words; any other one as it is."""
    found = _SAID.fullmatch(message)
    return in_words(found[1]) if found else message
