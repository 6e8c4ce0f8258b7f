"""Spanish words."""

from services.router.domain.classification.words.lexicon import Lexicon, words

_WHO = r"(persona|humano|humana|agente|alguien|operador|operadora|asesor|asesora|representante|encargado|supervisor)"

SPANISH = Lexicon(
    negative=words(
        "malo mala molesto molesta decepcionado decepcionada decepcionante frustrado frustrada roto rota defectuoso "
        "defectuosa lento inútil confuso problema problemas injusto dañado dañada queja reclamación error fallo "
        "equivocado retraso"
    ),
    strong_negative=(
        *words(
            "horrible pésimo pésima inaceptable indignado indignada vergüenza vergonzoso furioso furiosa estafa "
            "timo asqueroso pesadilla lamentable incompetentes odio enfadado enfadada"
        ),
        "harto de",
        "harta de",
        "nunca más",
        "una tomadura de pelo",
    ),
    positive=words("gracias genial excelente perfecto perfecta encantado encantada estupendo maravilloso amable"),
    urgent=(
        *words("urgente urgentemente urgencia emergencia inmediatamente"),
        "cuanto antes",
        "ahora mismo",
        "ya mismo",
        "lo antes posible",
        "de inmediato",
    ),
    person=(
        rf"\b(hablar|hablo|comunicar|comunicarme|comunicame|pasar|pasame|paseme|conectar|conecteme|contactar) con "
        rf"(una? |el |la |algun |alguna |su |un )?{_WHO}\b",
        r"\b(quiero|necesito|prefiero|dame|deme) (a )?(una? )?(persona|humano|agente|operador|operadora)\b",
        r"\b(persona|agente) (real|humano|humana|de verdad)\b",
        r"\b(no|otro|con un|odio los) (quiero )?(bot|bots|robot|robots|chatbot|maquina)\b",
        r"(^|[.,;:!?\n])\s*(una? )?(persona|humano|agente|operador|operadora)( por favor)?\W*$",
        r"\b(que )?(me|nos) (llame|llamen|llama|puede llamar|puede atender|atienda) alguien\b",
        r"\b(que )?alguien (por favor )?(me|nos) (llame|llama|atienda|puede llamar|puede atender|ayude)\b",
        r"\bhay alguien (ahi|al otro lado|de verdad|leyendo)\b",
    ),
    buying=(r"\b(quiero|quisiera|me gustaria|interesado en|interesada en) (comprar|contratar|pedir un presupuesto)\b",),
)
