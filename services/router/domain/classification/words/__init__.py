"""Words that say how a customer feels, that it is urgent, or that a person is wanted: one list per language.

They are values in code, so that the same log gives the same decisions; an operator adds words in the policy
(``classification.words``). Words are matched whole, without regard to case and accents; ``person`` and ``buying`` are
RE2 patterns over folded text. The signs of danger are in ``safeguards``.
"""

from services.router.domain.classification.words.de import GERMAN
from services.router.domain.classification.words.en import ENGLISH
from services.router.domain.classification.words.es import SPANISH
from services.router.domain.classification.words.lexicon import Lexicon, words

__all__ = ["LEXICONS", "NUMERALS", "Lexicon"]

LEXICONS: dict[str, Lexicon] = {"en": ENGLISH, "es": SPANISH, "de": GERMAN}
"""By primary language tag."""

NUMERALS = frozenset(
    words(
        "zero one two three four five six seven eight nine ten eleven twelve twenty hundred thousand "
        "cero uno una dos tres cuatro cinco seis siete ocho nueve diez once doce veinte cien mil "
        "null eins ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf zwanzig hundert tausend "
        "un une deux trois quatre cinq sept huit neuf dix onze douze vingt cent mille "
        "um uma dois duas quatro sete oito nove dez due tre quattro cinque sei sette otto dieci venti cento "
        "een twee drie vijf zes zeven negen tien honderd duizend"
    )
)
"""Words of numbers, folded: who says nothing else wants nothing that could be known."""
