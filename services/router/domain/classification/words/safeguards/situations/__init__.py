"""Situations in which a person must read a message, told once for all languages: what stands near what.

Things, people and doings are lists of words by language; a rule names those that stand together, and is a sign in each
of the languages. A line that begins with two spaces goes on with the one before; ``a|b + c|d; e`` stands for *a c*,
*a d*, *b c*, *b d* and *e*.
"""

from itertools import product

from services.router.domain.classification.words.safeguards.situations.deeds import DEEDS
from services.router.domain.classification.words.safeguards.situations.despair import DESPAIR
from services.router.domain.classification.words.safeguards.situations.doings import DOINGS
from services.router.domain.classification.words.safeguards.situations.familiar import FAMILIAR
from services.router.domain.classification.words.safeguards.situations.nouns import NOUNS
from services.router.domain.classification.words.safeguards.situations.people import PEOPLE
from services.router.domain.classification.words.safeguards.situations.things import THINGS

__all__ = ["LISTS", "RULES", "familiar_to", "signs_of"]

RULES = {
    "danger": (
        "life device & failing",
        "helping device & dependent & failing",
        "medicine & dependent & wanting",
        "medicine & whose & wanting",
        "swallowing & hazard & small",
        "jolting & appliance",
        "odd smell & burner",
        "faint & burner",
        "falling & dependent",
        "melting & wire",
        "sparking & appliance",
        "struck",
        "stranded",
        "small & held fast",
        "small & hot car",
        "burner & hissing",
        "last of it & babys milk & small",
    ),
    "self_harm": (
        "ending",
        "run together",
        "pointless & !routine subject",
        "weary of life",
        "nobody & notice & gone",
        "all at once & tablets",
    ),
    "vulnerable": (
        "hungry & cannot",
        "cold home & cannot",
        "corpse",
        "evicted",
        "spied on",
        "carer & stays away",
        "eat or heat",
        "hidden place",
        "dying",
        "little left & sickbed",
        "not safe",
        "controller & spying & mine",
        "controller & taking & cards",
    ),
    "fraud": (
        "other & acting & as me",
        "impersonating",
        "caller & authority & coaxing",
        "fellow & uses & my account",
        "strange login",
    ),
    "crime": ("staff & molesting", "loitering", "outside home & stalker", "threatening"),
    "legal": ("court papers",),
    "delicate": (
        "grave words",
        "life device",
        "sleeping pills & much",
        "secretly & watching",
        "pointless",
        "stolen goods & goods",
        "controller & kept out",
        "behind his back",
        "unseen",
        "scandal",
        "worn out",
        "caustic",
    ),
}
"""By category; each part is the name of a list of words."""

AT_HOME = (("kin", "does"), ("for kin", "kin"), ("for kin", "of kin"))
"""What follows what where a family shops: read over where it is all that there is to doubt."""

Lists = dict[str, dict[str, str]]


def _lists(text: str) -> Lists:
    found: Lists = {}
    for block in text.strip().split("[")[1:]:
        name, _, lines = block.partition("]\n")
        whole = lines.strip().replace("\n  |", "|").replace("\n  +", " +").replace("\n  ;", ";")
        found[name] = {line[:2]: "|".join(map(_phrases, line[3:].split("; "))) for line in whole.split("\n")}
    return found


def _phrases(words: str) -> str:
    """``a|b + c|d`` spelt out as ``a c|a d|b c|b d``."""
    return "|".join(map(" ".join, product(*(part.split("|") for part in words.split(" + ")))))


LISTS = (
    _lists(THINGS)
    | _lists(PEOPLE)
    | _lists(DOINGS)
    | _lists(DEEDS)
    | _lists(DESPAIR)
    | _lists(FAMILIAR)
    | _lists(NOUNS)
)


"""Words by the name of a list, then by language."""


def signs_of(tag: str) -> dict[str, tuple[str, ...]]:
    """The situations in the words of one language, as signs by category."""
    return {category: tuple(_sign(rule, tag) for rule in rules) for category, rules in RULES.items()}


def _sign(rule: str, tag: str) -> str:
    return " & ".join("!" * part.startswith("!") + LISTS[part.lstrip("!")][tag] for part in rule.split(" & "))


def familiar_to(tag: str) -> list[str]:
    """What families do for one another, in the words of one language."""
    found = LISTS["at home"][tag].split("|")
    for first, then in AT_HOME:
        pairs = product(LISTS[first][tag].split("|"), LISTS[then].get(tag, "").split("|"))
        found += [f"{start} {end}" for start, end in pairs if end]
    return found
