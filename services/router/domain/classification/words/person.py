"""Asking for a person, in the languages that have no lexicon of their own; RE2 patterns over folded text."""

__all__ = ["ELSEWHERE"]

_END = r"\W*$"
_ALONE = r"(^|[.,;:!?\n])\s*"

_FR = r"(humain|etre humain|personne|conseill(er|ere)|agent|operat(eur|rice)|quelqu'un|responsable)"
_FRENCH = (
    rf"\b(parler|discuter|echanger|en relation|contacter)( a| avec)? (une? |le |la |votre |vraie? )*{_FR}\b",
    rf"\b(passe|passez|passer)[- ]moi (une? |vraie? )*{_FR}\b",
    rf"\b(veux|voudrais|prefere|besoin de|besoin d') ?(une? |vraie? )*{_FR}\b",
    r"\bvraie? (humain|personne|conseill(er|ere))\b",
    r"\b(pas de|pas un|pas avec un|marre des|marre du|assez des) (bots?|robots?|chatbots?|machines?)\b",
    r"\b(que )?quelqu'un (me|nous|peut me|peut nous) (rappelle|appelle|rappeler|appeler)\b",
    r"\b(il y a|y a[- ]t[- ]il|est[- ]ce qu'il y a) (vraiment )?quelqu'un\b",
    rf"{_ALONE}(une? )?(humain|conseill(er|ere)|operat(eur|rice)|agent)( s'il vous plait| svp| stp)?{_END}",
)

_IT = r"(persona|essere umano|umano|operat(ore|rice)|qualcuno|addett[oa]|consulente|responsabile)"
_ITALIAN = (
    rf"\b(parlare|parlo|in contatto|collegarmi) con (una? |un'|il |la |ver[oa] )*{_IT}\b",
    rf"\b(mi passi|mi passa|passatemi|passami) (una? |un'|il |la |ver[oa] )*{_IT}\b",
    r"\b(voglio|vorrei|preferisco|bisogno di) (una? |un'|ver[oa] )*(persona|umano|operat(ore|rice)|consulente)\b",
    r"\b(persona|operatore) (ver[oa]|reale|uman[oa])\b",
    r"\b(niente|non un|non con un|basta con i) (bot|robot|chatbot|macchin[ae])\b",
    r"\bqualcuno (mi|ci|puo) (richiami|chiami|richiamarmi|chiamarmi|chiama)\b",
    r"\bmi (chiami|richiami|chiama) qualcuno\b",
    r"\bc'e (davvero |veramente )?qualcuno\b",
    rf"{_ALONE}(una? )?(operat(ore|rice)|umano|persona)( per favore| grazie)?{_END}",
)

_PT = r"(pessoa|human[oa]|atendente|operador|operadora|alguem|responsavel|supervisora?|gerente)"
_PORTUGUESE = (
    rf"\b(falar|conversar|contac?tar) com (uma? |o |a |algum |alguma )*{_PT}\b",
    rf"\b(me passa|me passe|passe-me|passem-me|me transfere|me transfira|transfira-me) (para )?(uma? |o |a )*{_PT}\b",
    r"\b(quero|preciso de|prefiro) (uma? )?(pessoa|human[oa]|atendente|operadora?)\b",
    r"\b(pessoa|atendente) (real|human[oa]|de verdade)\b",
    r"\b(nao um|nao com um|chega de|odeio) (bots?|robos?|chatbots?|maquinas?)\b",
    r"\b(que )?alguem (me|pode me|podia|pode) (ligue|ligar|liga|ligar-me|atenda|atender)\b",
    r"\b(tem|ha|existe) alguem (ai|mesmo|de verdade|desse lado)\b",
    rf"{_ALONE}(uma? )?(atendente|human[oa]|operadora?|pessoa)( por favor| pf)?{_END}",
)

_NL = r"(mens|persoon|medewerk(er|ster)|iemand|agent|adviseur|leidinggevende)"
_DUTCH = (
    rf"\b(met|aan) (een |de |echte? |menselijke )*{_NL} (spreken|praten|bellen|chatten|doorverbonden|verbonden)\b",
    rf"\b(spreken|praten|verbind me|verbinden|doorverbinden|door) met (een |de |echte? )*{_NL}\b",
    r"\b(wil|wens|mag ik|zou) (graag )?(een )?(echte? )*(mens|persoon|medewerk(er|ster))\b",
    r"\bechte? (mens|persoon|medewerk(er|ster))\b",
    r"\b(geen|niet met een|in plaats van een) (bots?|robots?|chatbots?|machines?)\b",
    r"\b(kan|wil) (iemand|er iemand) (mij|me|ons) (even |graag )*(bellen|terugbellen)\b",
    r"\b(is|zit) (er|daar) (eigenlijk |wel |nog )*iemand\b",
    rf"{_ALONE}(een )?(mens|medewerk(er|ster)|agent)( graag| alstublieft| alsjeblieft| aub)?{_END}",
)

ELSEWHERE = (*_FRENCH, *_ITALIAN, *_PORTUGUESE, *_DUTCH)
"""Of French, Italian, Portuguese and Dutch."""
