"""English signs that a person must read a message, by category."""

from services.router.domain.classification.words.safeguards.en.danger import DANGER
from services.router.domain.classification.words.safeguards.en.delicate import DELICATE
from services.router.domain.classification.words.safeguards.en.harmless import HARMLESS
from services.router.domain.classification.words.safeguards.en.law import LAW
from services.router.domain.classification.words.safeguards.en.self_harm import SELF_HARM
from services.router.domain.classification.words.safeguards.en.vulnerable import VULNERABLE

__all__ = ["EN"]

EN = DANGER + SELF_HARM + LAW + VULNERABLE + DELICATE + HARMLESS
