"""German signs that a person must read a message, by category."""

from services.router.domain.classification.words.safeguards.de.danger import DANGER
from services.router.domain.classification.words.safeguards.de.delicate import DELICATE
from services.router.domain.classification.words.safeguards.de.harmless import HARMLESS
from services.router.domain.classification.words.safeguards.de.law import LAW
from services.router.domain.classification.words.safeguards.de.self_harm import SELF_HARM
from services.router.domain.classification.words.safeguards.de.vulnerable import VULNERABLE

__all__ = ["DE"]

DE = DANGER + SELF_HARM + LAW + VULNERABLE + DELICATE + HARMLESS
