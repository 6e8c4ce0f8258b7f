"""Reading a text: which patterns and words of a workspace are in it, all found in one pass."""

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from services.router.domain.classification.denied import Deniable, Heard, undenied
from services.router.domain.classification.disguise import undisguised
from services.router.domain.classification.feeling import Sentiment, Urgency, sentiment_of, urgency_of
from services.router.domain.classification.safeguards import DELICATE, Safeguards
from services.router.domain.classification.words import LEXICONS, NUMERALS, Lexicon
from services.router.domain.classification.words.insults import INSULTS
from services.router.domain.classification.words.person import ELSEWHERE
from services.router.domain.classification.words.telling import TELLING
from shared.folding import fold
from shared.policy.classification import Classification as ClassificationRules
from shared.policy.classification import Words
from shared.policy.patterns import PatternSet, literal

__all__ = ["Reading", "TextReader", "says_something"]

Length = Literal["short", "long", "very_long"]

WORDS_LONG = 120
WORDS_VERY_LONG = 300
QUESTIONS_MANY = 3
LANGUAGE_SAMPLE = 60  # words at the start of a text that are looked at
READINGS_MAX = 2048  # remembered by a policy: a text is read when it is foreseen and again at its turn
READING_CHARACTERS_MAX = 1000  # of a text whose reading is remembered; all of them take 2 MB, 8 in wide scripts


DENIABLE = frozenset(("strong_negative", "negative", "positive", "urgent", "person", "buying"))
"""What a text may say of itself by denying it; rules, intents and safeguards hold however they are put."""

NO_RULES: frozenset[str | int] = frozenset()
_WORD = re.compile(r"\w+")
_QUESTION = re.compile(
    r"\?[?!\s]*(?![\w%.-]*[=&])|\uff1f[?!\uff1f\uff01\s]*"
)  # one however loud, and none in an address
_BLANKED = bytes(code if _WORD.match(chr(code)) else ord(" ") for code in range(128)) + bytes(range(128, 256))


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What was found in one text, no finer than anything depends on, so that texts of a kind have equal readings.

    ``rules`` are indices of hard rules whose text condition holds; ``questions``: it asks several;
    ``delicate``: it speaks of people, bodies or harm, as routine matters seldom do; ``words``: it says anything at all,
    beside numbers and emoji.
    """

    length: Length
    questions: bool
    rules: frozenset[str | int]
    intents: tuple[str, ...]
    sentiment: Sentiment
    urgency: Urgency
    person: bool
    buying: bool
    safeguards: tuple[str, ...]
    delicate: bool
    words: bool
    language: str | None

    @property
    def is_negative(self) -> bool:
        """Whether there is any negative sentiment."""
        return self.sentiment in ("negative", "strong_negative")


class TextReader:
    """All patterns and word lists of one policy, compiled once."""

    def __init__(self, rules: ClassificationRules, languages: tuple[str, ...]) -> None:
        self._patterns: list[str] = []
        self._meanings: list[tuple[str, str | int]] = []
        self._kinds: dict[str, set[str]] = {}  # of single words: what they are a sign of
        self._firsts: dict[str, set[str]] = {}  # the same of words with which a phrase of feeling begins
        for index, rule in enumerate(rules.rules):
            if rule.when.text is not None:
                self._add("rule", index, rule.when.text)
        for name, intent in rules.intents.items():
            self._add("intent", name, *intent.patterns)
        for tag in languages or tuple(LEXICONS):
            self._add_language(tag)
        # Whoever is not understood asks for a person in their own language, whatever the policy's.
        self._add("person", "", *(each for lexicon in LEXICONS.values() for each in lexicon.person), *ELSEWHERE)
        self._telling = _telling(languages or tuple(LEXICONS))
        self._add_operators_words(rules.words)
        self._safeguards = Safeguards(rules.words) if rules.safeguards else None
        self._set = PatternSet(self._patterns)
        self._signs = frozenset(self._kinds)
        self._deniable = Deniable(
            self._signs | INSULTS | self._firsts.keys(),
            frozenset(word for word, kinds in self._kinds.items() if "positive" in kinds),
            frozenset(word for words in (self._kinds, self._firsts) for word in words if "urgent" in words[word]),
        )
        self._readings: dict[str, Reading] = {}

    def read(self, text: str) -> Reading:
        """What is in the text; linear in its length, whatever it holds."""
        known = self._readings.get(text)
        if known is None:
            known = self._read(text)
            if len(text) <= READING_CHARACTERS_MAX:
                if len(self._readings) >= READINGS_MAX:
                    self._readings.clear()
                self._readings[text] = known
        return known

    def _read(self, text: str) -> Reading:
        folded = fold(text)
        tokens = words_of(folded)
        found, feeling = self._heard(folded, tokens)
        signs = self._signs_of(folded, tokens)
        for hidden in undisguised(folded, tokens):  # beside safeguards, what only ever raises a tier
            letters = words_of(hidden)
            signs |= self._signs_of(hidden, letters)
            self._find(hidden, found, ("rule",))
            self._find(self._undenied(hidden, letters).text, found, ("person",))
        return Reading(
            length=_length(len(tokens)),
            questions=len(_QUESTION.findall(text)) >= QUESTIONS_MANY,
            rules=frozenset(found["rule"]) if "rule" in found else NO_RULES,
            intents=_names(found["intent"]) if "intent" in found else (),
            sentiment=sentiment_of(text, feeling, found),
            urgency=urgency_of(text, found),
            person="person" in found,
            buying="buying" in found,
            safeguards=tuple(sorted(signs - {DELICATE})),
            delicate=DELICATE in signs,
            words=any(map(_is_word, tokens)),
            language=self._language(tokens) if len(self._telling) > 1 else None,
        )

    def _heard(self, folded: str, tokens: list[str]) -> tuple[dict[str, set[str | int]], list[str]]:
        """What is found in a folded text, cut into ``tokens``, and the words in which its writer feels something."""
        found = self._all(folded, tokens)
        if DENIABLE.isdisjoint(found) and INSULTS.isdisjoint(tokens):
            return found, tokens
        heard = self._undenied(folded, tokens)
        if heard.text is folded:
            return found, tokens
        feeling = words_of(heard.text)
        meant = self._all(heard.text, feeling)
        kept = {kind: where for kind, where in found.items() if kind not in DENIABLE or kind in meant}
        if heard.complains:
            kept.setdefault("negative", set())
        return kept, feeling

    def _all(self, folded: str, tokens: list[str]) -> dict[str, set[str | int]]:
        found: dict[str, set[str | int]] = {}
        self._find(folded, found)
        for word in self._signs.intersection(tokens):
            for kind in self._kinds[word]:
                found.setdefault(kind, set())
        return found

    def _undenied(self, folded: str, tokens: Sequence[str]) -> Heard:
        return undenied(folded, tokens, self._deniable)

    def _find(self, folded: str, found: dict[str, set[str | int]], kinds: Container[str] | None = None) -> None:
        for index in self._set.matches(folded):
            kind, meaning = self._meanings[index]
            if kinds is None or kind in kinds:
                found.setdefault(kind, set()).add(meaning)

    def _signs_of(self, folded: str, tokens: Sequence[str]) -> frozenset[str]:
        return self._safeguards.found(folded, tokens) if self._safeguards else frozenset()

    def _language(self, tokens: list[str]) -> str | None:
        """The language whose own words outnumber those of all others; one word is enough where no other has any."""
        sample = set(tokens[:LANGUAGE_SAMPLE])
        hits = [(len(telling & sample), tag) for tag, telling in self._telling]
        best, tag = max(hits, key=lambda hit: hit[0])
        return tag if 2 * best > sum(count for count, _ in hits) else None

    def _add(self, kind: str, meaning: str | int, *patterns: str) -> None:
        for pattern in patterns:
            self._patterns.append(pattern)
            self._meanings.append((kind, meaning))

    def _add_language(self, tag: str) -> None:
        lexicon = LEXICONS.get(tag.partition("-")[0])
        if lexicon is None:
            return
        for kind, words in _word_lists(lexicon):
            self._add_words(kind, words)
        self._add("buying", "", *lexicon.buying)

    def _add_operators_words(self, words: Mapping[str, Words]) -> None:
        for lists in words.values():
            for kind, phrases in _word_lists(lists):
                self._add_words(kind, phrases)
            self._add("person", "", *map(literal, lists.person))

    def _add_words(self, kind: str, words: tuple[str, ...]) -> None:
        """Single words are looked up, phrases are searched for."""
        for word in words:
            if _WORD.fullmatch(fold(word)):
                self._kinds.setdefault(fold(word), set()).add(kind)
            else:
                self._add(kind, "", literal(word))
                for first in words_of(fold(word))[:1]:
                    self._firsts.setdefault(first, set()).add(kind)


def words_of(text: str) -> list[str]:
    """What ``\\w+`` finds in a text. Most folded texts are ASCII: there it is quicker to blank out all else."""
    return text.encode().translate(_BLANKED).decode().split() if text.isascii() else _WORD.findall(text)


def _telling(tags: tuple[str, ...]) -> list[tuple[str, frozenset[str]]]:
    """The words that only one of these languages has, by tag; of two tags of one language the first has them."""
    own: dict[str, frozenset[str]] = {}
    for tag in tags:
        code = tag.partition("-")[0].lower()
        if code in TELLING and all(TELLING[code] is not words for words in own.values()):
            own[tag] = TELLING[code]
    everything = [word for words in own.values() for word in words]
    shared = {word for word, count in Counter(everything).items() if count > 1}
    return [(tag, words - shared) for tag, words in own.items()]


def says_something(text: str) -> bool:
    """Whether there is a word in a text: not only numbers, signs and emoji, and not only words of numbers."""
    return any(_is_word(found[0]) for found in _WORD.finditer(text.lower() if text.isascii() else fold(text)))


def _is_word(word: str) -> bool:
    return word.isalpha() and (len(word) > 1 or not word.isascii()) and word not in NUMERALS


def _length(words: int) -> Length:
    if words <= WORDS_LONG:
        return "short"
    return "long" if words <= WORDS_VERY_LONG else "very_long"


def _names(found: set[str | int]) -> tuple[str, ...]:
    return tuple(sorted(map(str, found)))


def _word_lists(lists: Lexicon | Words) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "strong_negative", lists.strong_negative
    yield "negative", lists.negative
    yield "positive", lists.positive
    yield "urgent", lists.urgent
