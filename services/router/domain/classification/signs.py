"""Signs of a text: words that mean something where they stand together, found in one pass over its words."""

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Signs", "tokens_of"]

NEAR_WORDS = 12  # of each other stand the parts of a sign: about a sentence
CACHED_WORDS_MAX = 20_000  # words looked up before; about 3 MB when full
PREFIX_MIN = 2

Phrase = tuple[str, ...]
_NOTHING: tuple[tuple[int, Phrase], ...] = ()


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
        self._rules: dict[int, list[tuple[str, tuple[int, ...]]]] = {}
        for name, sign in signs:
            first, *others = [self._group(part) for part in sign.split(" & ")]
            self._rules.setdefault(first, []).append((name, tuple(others)))
        self._longest = max(map(len, self._prefixes), default=0)
        self._cache: dict[str, tuple[tuple[int, Phrase], ...]] = {}

    def found(self, words: Sequence[str]) -> set[str]:
        """The names of the signs in a text of folded words."""
        places = self._places(words)
        return {
            name
            for group in places
            for name, others in self._rules.get(group, ())
            if not others or _together(places, group, others)
        }

    def without(self, words: Sequence[str]) -> list[str]:
        """The words of a text with those of every sign blanked out; each is taken for a phrase of its own."""
        kept = list(words)
        for at, word in enumerate(words):
            for _, rest in self._about(word):
                if _follows(words, at, rest):
                    kept[at : at + 1 + len(rest)] = [""] * (1 + len(rest))
        return kept

    def _places(self, words: Sequence[str]) -> dict[int, list[int]]:
        places: dict[int, list[int]] = {}
        known = self._cache.get
        for at, word in enumerate(words):
            about = known(word)
            if about is None:
                about = self._about(word)
            for group, rest in about:
                if not rest or _follows(words, at, rest):
                    places.setdefault(group, []).append(at)
        return places

    def _about(self, word: str) -> tuple[tuple[int, Phrase], ...]:
        """The groups that a word is in or begins a phrase of."""
        found = list(self._starts.get(word, ()))
        for length in range(PREFIX_MIN, min(len(word), self._longest) + 1):
            found += self._prefixes.get(word[:length], ())
        about = tuple(found) if found else _NOTHING
        if len(self._cache) >= CACHED_WORDS_MAX:
            self._cache.clear()
        self._cache[word] = about
        return about

    def _group(self, alternatives: str) -> int:
        known = self._groups.get(alternatives)
        if known is not None:
            return known
        number = self._groups[alternatives] = len(self._groups)
        for alternative in alternatives.split("|"):
            first, *rest = alternative.split()
            if first.endswith("*"):
                self._prefixes.setdefault(first[:-1], []).append((number, tuple(rest)))
            else:
                self._starts.setdefault(first, []).append((number, tuple(rest)))
        return number


def _follows(words: Sequence[str], at: int, rest: Phrase) -> bool:
    if at + len(rest) >= len(words):
        return not rest
    for step, each in enumerate(rest, start=1):
        word = words[at + step]
        if word != each and not (each[-1] == "*" and word.startswith(each[:-1])):
            return False
    return True


def _together(places: Mapping[int, list[int]], group: int, others: tuple[int, ...]) -> bool:
    """Whether all parts stand near one place of the first, and no two of them are the same word."""
    if any(other not in places for other in others):
        return False
    return any(
        all(any(at != near and abs(at - near) <= NEAR_WORDS for near in places[other]) for other in others)
        for at in places[group]
    )
