"""German words."""

from services.router.domain.classification.words.lexicon import Lexicon, words

_WHO = r"(menschen|person|mitarbeiter(in)?|berater(in)?|agenten|jemandem|jemanden|vorgesetzten|kundenberater(in)?)"
_SOME = r"(einem |einer |einen |eine |ein |echten |echter |richtigen |menschlichen |ihrem |irgend)*"

GERMAN = Lexicon(
    negative=words(
        "schlecht schlechte enttäuscht enttäuschend unzufrieden ärgerlich verärgert frustriert falsch kaputt defekt "
        "langsam nutzlos verwirrend problem probleme unfair beschädigt beschwerde reklamation fehler verspätet "
        "verspätung"
    ),
    strong_negative=(
        *words(
            "schrecklich furchtbar katastrophe katastrophal unverschämt unverschämtheit inakzeptabel empört wütend "
            "betrug abzocke schlimmste skandal frechheit unfähig widerlich sauer hasse"
        ),
        "nie wieder",
        "die nase voll",
        "es reicht",
    ),
    positive=words("danke dankeschön super perfekt ausgezeichnet toll wunderbar zufrieden großartig freundlich"),
    urgent=(
        *words("dringend sofort umgehend notfall eilig schnellstmöglich unverzüglich"),
        "so schnell wie möglich",
        "so bald wie möglich",
        "auf der stelle",
    ),
    person=(
        rf"\b(mit|an|zu) {_SOME}{_WHO} (sprechen|reden|verbinden|verbunden|chatten|telefonieren|weiterleiten)\b",
        rf"\b(spreche|sprechen|rede|verbinden sie mich|verbinde mich) (bitte )?mit {_SOME}{_WHO}\b",
        r"\b(will|mochte|brauche) (bitte )?(einen |eine |mit einem |mit einer )(echten |echte )?"
        r"(menschen|person|mitarbeiter(in)?|berater(in)?)\b",
        r"\becht(en|er|em) (mensch(en)?|person|mitarbeiter)\b",
        r"\b(kein|keinen|nicht mit einem|statt) (bot|roboter|chatbot|computer|maschine)\b",
        r"(^|[.,;:!?\n])\s*(ein(en)? )?(mensch(en)?|mitarbeiter|berater|agent)( bitte)?\W*$",
        r"\b(ruft|rufen sie|rufe?|rufst du) (mich|uns) (bitte |doch |einfach |kurz |mal )*(an|zuruck)\b",
        r"\b(kann|konnte|mag|will) (mich |uns )?(bitte )?(jemand|wer|einer) (mich |uns )?(bitte |kurz |mal )*"
        r"(anrufen|zuruckrufen)\b",
        r"\b(ist|sitzt|liest) (da|dort|hier|das) (uberhaupt |eigentlich |denn |noch )*(jemand|wer|einer)\b",
    ),
    buying=(r"\b(mochte|will|wurde gerne?) .*\b(kaufen|bestellen|abschliessen|ein angebot)\b",),
)
