"""Spanish signs that a person must read a message, by category."""

from services.router.domain.classification.words.safeguards.es.danger import DANGER
from services.router.domain.classification.words.safeguards.es.delicate import DELICATE
from services.router.domain.classification.words.safeguards.es.harmless import HARMLESS
from services.router.domain.classification.words.safeguards.es.law import LAW
from services.router.domain.classification.words.safeguards.es.self_harm import SELF_HARM
from services.router.domain.classification.words.safeguards.es.vulnerable import VULNERABLE

__all__ = ["ES"]

ES = DANGER + SELF_HARM + LAW + VULNERABLE + DELICATE + HARMLESS
