"""Insults, emoji of anger, and the word for now in capitals: in every language at once."""

from services.router.domain.classification.words.lexicon import words

INSULTS = frozenset(
    words(
        "idiot idiots idiotic moron morons stupid fucking fuck fucked bullshit shit shitty crap bastards bastard "
        "asshole assholes arsehole wankers wanker bollocks thieves crooks liars clowns "
        "idiota idiotas imbecil imbeciles gilipollas mierda joder cabrones cabron ladrones mentirosos sinverguenzas "
        "payasos inutiles putos puta "
        "idioten scheisse scheiss verdammt arschloch arschlocher dummkopf trottel verarsche verarschen betruger lugner "
        "saftladen drecksladen "
        "merde connard connards putain abrutis imbeciles voleurs menteurs "
        "merda caralho otarios palhacos ladroes incompetentes stronzi cazzo vaffanculo buffoni ladri bugiardi "
        "klootzakken klote kut godverdomme leugenaars oplichters"
    )
)
"""Folded, as whole words."""

ANGRY_EMOJI = ("\U0001f621", "\U0001f620", "\U0001f92c", "\U0001f47f", "\U0001f4a2", "\U0001f595", "\U0001f624")

NOW = frozenset(("NOW", "TODAY", "YA", "AHORA", "HOY", "JETZT", "SOFORT", "HEUTE", "MAINTENANT", "AGORA", "SUBITO",
                 "ADESSO", "ORA", "NU", "DIRECT", "ASAP", "URGENT", "URGENTE", "DRINGEND", "EMERGENCY"))  # fmt: skip
