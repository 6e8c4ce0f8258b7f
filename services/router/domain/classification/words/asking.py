"""Words of which one says only that something is asked or told (*can you tell me*, *ich möchte gern wissen*)."""

from services.router.domain.classification.words.lexicon import words
from shared.folding import fold

__all__ = ["only_asks"]

_ASKING = frozenset(
    words(
        # English
        "hi hello hey there dear good morning afternoon evening can could would will you u i we me us please "
        "pls kindly just quickly quick tell explain say show let know knows find out check ask asking wanted "
        "want wonder wondering wondered like would love need to be do does does anyone anybody someone "
        "somebody any idea of the a may might is it possible question have got has was am i'm i'd we'd "
        "help understand thanks thank sorry "
        # Spanish
        "hola buenos buenas dias tardes noches me nos puede puedes podria podrias pueden podrian decir "
        "decirme decirnos explicar explicarme indicar indicarme informar informarme quiero quisiera queria "
        "querria gustaria saber sabe sabes alguien por favor una pregunta duda tengo consulta necesito "
        "gracias "
        # German
        "hallo guten tag morgen abend moin kannst kann konnen konnten konntet konnt du ihr sie mir uns bitte "
        "mal kurz sagen erklaren verraten mitteilen zeigen ich wir wurde mochte will wollte gern gerne nur "
        "wissen weiss weisst jemand eine frage habe haben frage mich danke "
        # French, Portuguese, Italian, Dutch
        "bonjour bonsoir pouvez pourriez vous dire expliquer savoir voudrais aimerais je s'il plait ola bom "
        "dia boa tarde pode poderia dizer explicar gostaria eu ciao buongiorno buonasera puo potrebbe puoi "
        "potresti dirmi dirci spiegarmi vorrei sapere io goedemorgen kunt u kun je mij vertellen zeggen "
        "uitleggen ik wil zou graag weten willen alstublieft "
    )
)
_EDGES = ".,;:!?\u00bf\u00a1\"'()-\u2013\u2014\u2026"


def only_asks(piece: str) -> bool:
    """Whether a piece of a text holds nothing but such words: what it asks stands in the piece behind it."""
    return all(word.strip(_EDGES) in _ASKING for word in fold(piece).split())
