"""How a text denies a feeling, or the wish for a person: *not angry*, *no hay problema*, *ich will keinen Berater*."""

from services.router.domain.classification.words.lexicon import words

__all__ = [
    "BETWEEN", "DENIALS", "EVER", "MODEST", "NONE", "NO_PERSON", "NO_PURCHASE", "OPENERS", "SO", "SOMEBODY_ELSE",
    "THANKS", "WHETHER",
]  # fmt: skip

_NT = "|".join(words("do does did is are was were has have had wo would should could ca ai"))
NONE = frozenset(words("no sin without kein keine keinen keinem keiner ohne ningun ninguna"))
"""Denials of things: before praise or thanks they are an answer (*no thanks*), and no complaint."""

OPENERS = frozenset(
    (*NONE, *words("not never t cannot neither nor hardly nunca tampoco nicht nichts nie niemals"), *_NT.split("|"))
)
"""Words of which a text has one if it denies anything; *don't* is *don* and *t*."""

DENIALS = (
    rf"(?:{_NT})n'?t|not|no longer|never|cannot|neither|nor|hardly|nunca|tampoco|nicht|nie|niemals|"
    rf"{'|'.join(sorted(NONE))}"
)
"""Folded; any of them, in any of the languages of which Usher has lists of feelings."""

_HOW = "urgent|happy|helpful|angry|upset|important|urgente|dringend|eilig|wichtig|zufrieden|freundlich"
BETWEEN = "|".join(
    words(
        "a an any at all the too so very really even exactly particularly be been being feel feeling in "
        "es esta estoy estamos estaba hay hubo tengo tenemos tuve ha he sido ser era fue muy tan un una ningun ninguna "
        "nada me mi siento sea "
        "so sehr wirklich besonders ein eine einen einem gerade mehr das"
    )
)
BETWEEN += rf"|super(?= (?:{_HOW})\b)"
"""What may stand between a denial and what it denies: *not only angry*, *isn't this terrible* deny nothing."""

EVER, SO = frozenset(words("never nunca nie niemals")), frozenset(words("so tan"))
"""Who was *never so angry*, *noch nie so zufrieden*, is just that, and more than ever."""

THANKS = frozenset(words("thank thanks danke dankeschon gracias"))
"""Never denied: *I can't thank you enough*, *rather not thanks*, *brauche ich nicht mehr danke*."""

WHETHER = (
    r"\b(?:if|unless|why|when|how come|wenn|falls|sofern|solange|warum|wieso|weshalb|si|como|cuando|por que)\b"
    r"[^.!?;\n]*$"
)
"""Before a denial of haste that presses: *if it is not immediately mended*, *warum wird das nicht sofort erledigt*."""

MODEST = (
    r"\b(?:english|spanish|german|englisch|spanisch|deutsch|ingles|espanol|aleman|grammar|spelling|grammatik)\b"
    r"[^.!?;\n]*$"
)
"""Before denied praise that is no complaint: *my English is not perfect*."""

_STAFF = (
    r"(?:a |an |any |the |some |your |real |live |actual |human )*(?:person|human being|human|agent|somebody|someone|"
    r"anybody|anyone|operator|representative|rep|advis[oe]r|supervisor|manager)"
)
_PERSONA = (
    r"(?:a )?(?:una? |el |la |ningun |ninguna )?(?:persona|humano|humana|agente|alguien|nadie|operadora?|asesora?)"
)
_MENSCH = r"(?:menschen|person|mitarbeiter(?:in)?|berater(?:in)?|agenten|jemandem|jemanden)"
_TALK = r"(?:speak|talk|chat|be connected|be transferred|be put through) (?:to|with)"
_WHOLE = r"\b(?! (?:who|that|which|from|in|again|like|que|de|otra|der|die|das))"
"""Who wants no person *who reads a script* wants another one."""

NO_PERSON = (
    rf"\b(?:do|does|did)(?:n'?t| not) (?:really |even |actually )?"
    rf"(?:want|need|wish|like)(?: to)?(?: {_TALK})? {_STAFF}{_WHOLE}",
    rf"\b(?:no need|no wish|rather not|won'?t|will not|wouldn'?t like)(?: to)? {_TALK} {_STAFF}{_WHOLE}",
    rf"\bno (?:quiero|quisiera|necesito|hace falta|me hace falta)(?: hablar con)? {_PERSONA}{_WHOLE}",
    rf"\b(?:will|mochte|muss|wollte) (?:jetzt |auch |gar |wirklich )*"
    rf"(?:nicht (?:mit|zu) (?:einem |einer |echten )*|(?:mit |zu )?keine[nmr]? (?:echten )?){_MENSCH}{_WHOLE}"
    rf"(?: (?:sprechen|reden|telefonieren))?",
    rf"\bbrauche (?:jetzt |auch |gar |wirklich )*keine[nr]? (?:echten )?{_MENSCH}{_WHOLE}",
)
"""Who says so asks for nobody. Only these words are read over: what else the text says (*get me a human*) stays."""

NO_PURCHASE = (
    r"(?:n'?t|\bnot|\bnever) (?:really |even |actually )?(?:want|like|looking|interested) (?:to|in) "
    r"(?:buy(?:ing)?|order(?:ing)?|purchas\w+|subscrib\w+|upgrad\w+)\b",
    r"\bno (?:quiero|quisiera|me gustaria|estoy interesad[oa] en) (?:comprar|contratar|pedir un presupuesto)\b",
    r"\b(?:mochte|will|wurde) (?:\w+ ){0,3}?(?:nichts?|keine?[nmrs]?) (?:\w+ ){0,3}?(?:kaufen|bestellen|"
    r"abschliessen)\b",
)
"""Who says so is no prospect."""

SOMEBODY_ELSE = (
    r"\b(?:persons?|people|humans?|human beings?|agents?|somebody|someone|operators?|representatives?|reps?|"
    r"advis[oe]rs?|supervisors?|managers?|boss|colleagues?|personas?|humano|humana|agentes?|alguien|operador|operadora|"
    r"asesora?|representante|encargad[oa]|supervisora|jef[ea]|responsable|mensch|menschen|mitarbeiter|mitarbeiterin|"
    r"berater|beraterin|agenten|jemand|jemanden|jemandem|vorgesetzte[nrm]?|chef|chefin|leiter|leiterin|kollegen|"
    r"techniker)\b"
    r"|\b(?:need|want|get me|give me) one\b|\b(?:now|but|actually|yes,?) (?:i|we) do\b|\b(?:i|we) do(?: now)?\W*$"
    r"|\bnot that (?:i|we)\b"
)
"""Who says so beside it may want a person after all: *no agent, a supervisor*, *I didn't, but now I do*."""
