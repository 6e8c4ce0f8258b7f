"""Words that say how a customer feels, that it is urgent, or that rules must not be asked: one list per language.

They are values in code, so that the same log gives the same decisions; an operator adds words in the policy
(``classification.words``). Words are matched whole, without regard to case and accents; ``person``, ``safeguards`` and
``buying`` are RE2 patterns over folded text.
"""

from services.router.domain.classification.words.de import GERMAN
from services.router.domain.classification.words.en import ENGLISH
from services.router.domain.classification.words.es import SPANISH
from services.router.domain.classification.words.lexicon import Lexicon

__all__ = ["LEXICONS", "Lexicon"]

LEXICONS: dict[str, Lexicon] = {"en": ENGLISH, "es": SPANISH, "de": GERMAN}
"""By primary language tag."""
