"""Signs of a text: words that mean something where they stand together, found in one pass over its words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

__all__ = ["Signs", "tokens_of"]

NEAR_WORDS = 12  # of each other stand the parts of a sign: about a sentence
CACHED_WORDS_MAX = 20_000  # words looked up before; about 3 MB when full
PREFIX_MIN = 2

Phrase = tuple[str, ...]
Hit = tuple[int, int, int]
"""Where a phrase begins in a text, its group, and how many words it has."""


_Rule = tuple[str, frozenset[int], frozenset[int]]
"""A sign's name, the groups that stand beside its first, and those that must not."""


class _Word(NamedTuple):
    """What begins with a word: groups that it is in ``alone``, phrases by the word that comes ``then``, and phrases
    whose next word is ``open`` at its end.
    """

    alone: tuple[int, ...]
    then: Mapping[str, tuple[tuple[int, Phrase], ...]]
    open: tuple[tuple[int, Phrase], ...]


_NOTHING = _Word((), {}, ())


def tokens_of(folded: str, words: Sequence[str]) -> Sequence[str]:
    """A folded text's ``words`` as signs see them: ``don't`` is one word."""
    return words if "n't" not in folded else _joined(words)


def _joined(words: Sequence[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if word == "t" and found and found[-1].endswith("n"):
            found[-1] += "t"
        else:
            found.append(word)
    return found


class Signs:
    """Many signs by name; the syntax is that of ``words/safeguards``. Immutable but for its memory of words."""

    def __init__(self, signs: Iterable[tuple[str, str]]) -> None:
        self._groups: dict[str, int] = {}
        self._starts: dict[str, list[tuple[int, Phrase]]] = {}
        self._prefixes: dict[str, list[tuple[int, Phrase]]] = {}
        self._endings: dict[str, list[tuple[int, Phrase]]] = {}
        self._rules: dict[int, list[_Rule]] = {}
        for name, sign in signs:
            first, *others = sign.split(" & ")
            beside = frozenset(self._group(part) for part in others if part[0] != "!")
            unless = frozenset(self._group(part[1:]) for part in others if part[0] == "!")
            self._rules.setdefault(self._group(first), []).append((name, beside, unless))
        self._longest = max(map(len, (*self._prefixes, *self._endings)), default=0)
        self._cache: dict[str, _Word] = {}

    def found(self, words: Sequence[str]) -> set[str]:
        """The names of the signs in a text of folded words."""
        places = self._places(words)
        standing = places.keys()
        rules = self._rules.get
        found: set[str] = set()
        for group in places:
            for name, beside, unless in rules(group, ()):
                # Few signs of a text have all their parts in it, so that is asked first.
                if name in found or not beside <= standing:
                    continue
                if (not beside and not unless) or _together(places, group, beside, unless):
                    found.add(name)
        return found

    def without(self, words: Sequence[str]) -> Sequence[str]:
        """The words of a text with those of every sign blanked out, the same object where there is none; each sign is
        taken for a phrase of its own.
        """
        kept: list[str] | None = None
        for at, _, length in self._hits(words):
            kept = list(words) if kept is None else kept
            kept[at : at + length] = [""] * length
        return words if kept is None else kept

    def _places(self, words: Sequence[str]) -> dict[int, list[int]]:
        places: dict[int, list[int]] = {}
        for at, group, _ in self._hits(words):
            places.setdefault(group, []).append(at)
        return places

    def _hits(self, words: Sequence[str]) -> Iterator[Hit]:
        known, last = self._cache.get, len(words) - 1
        for at, word in enumerate(words):
            about = known(word) or self._about(word)
            if about is _NOTHING:
                continue
            for group in about.alone:
                yield at, group, 1
            if at == last:
                return
            for group, rest in (*about.then.get(words[at + 1], ()), *about.open):
                if _follows(words, at, rest):
                    yield at, group, 1 + len(rest)

    def _about(self, word: str) -> _Word:
        """What begins with a word, which may go on after a prefix, or end as German compounds do (``*tabletten``)."""
        found = list(self._starts.get(word, ()))
        for length in range(PREFIX_MIN, min(len(word), self._longest) + 1):
            found += self._prefixes.get(word[:length], ())
            found += self._endings.get(word[-length:], ())
        if len(self._cache) >= CACHED_WORDS_MAX:
            self._cache.clear()
        about = self._cache[word] = _sorted(found) if found else _NOTHING
        return about

    def _group(self, alternatives: str) -> int:
        known = self._groups.get(alternatives)
        if known is not None:
            return known
        number = self._groups[alternatives] = len(self._groups)
        for alternative in alternatives.split("|"):
            first, *rest = alternative.split()
            if first.startswith("*"):
                self._endings.setdefault(first[1:], []).append((number, tuple(rest)))
            elif first.endswith("*"):
                self._prefixes.setdefault(first[:-1], []).append((number, tuple(rest)))
            else:
                self._starts.setdefault(first, []).append((number, tuple(rest)))
        return number


def _sorted(found: Iterable[tuple[int, Phrase]]) -> _Word:
    alone: list[int] = []
    then: dict[str, tuple[tuple[int, Phrase], ...]] = {}
    wild: list[tuple[int, Phrase]] = []
    for group, rest in found:
        if not rest:
            alone.append(group)
        elif rest[0].endswith("*"):
            wild.append((group, rest))
        else:
            then[rest[0]] = (*then.get(rest[0], ()), (group, rest))
    return _Word(tuple(alone), then, tuple(wild))


def _follows(words: Sequence[str], at: int, rest: Phrase) -> bool:
    if at + len(rest) >= len(words):
        return False
    for step, each in enumerate(rest, start=1):
        word = words[at + step]
        if word != each and not (each[-1] == "*" and word.startswith(each[:-1])):
            return False
    return True


def _together(places: Mapping[int, list[int]], group: int, beside: frozenset[int], unless: frozenset[int]) -> bool:
    """Whether all parts stand near one place of the first, no two of them the same word, and no other part does."""
    return any(
        all(_is_near(places[other], at) for other in beside)
        and not any(_is_near(places.get(other, ()), at) for other in unless)
        for at in places[group]
    )


def _is_near(places: Sequence[int], at: int) -> bool:
    return any(at != near and abs(at - near) <= NEAR_WORDS for near in places)
