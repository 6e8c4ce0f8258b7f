"""The language of a text: one of those served, or unknown."""

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from services.router.model.language import LanguageTables

TEXTS = (
    "hello, where is my order 48213 please, it should have come yesterday",
    "¿dónde está mi pedido?",
    "Straßenbahn à la carte",
    "ПОЖАЛУЙСТА, ГДЕ МОЙ ЗАКАЗ",
    "配送はいつですか",
    "\ud800 12",
    "",
)


def test_the_language_is_one_of_those_served_or_unknown():
    (reader,) = LanguageTables().readers([("en", "es-MX", "de", "xx")])
    texts = [
        "where is my order please",
        "dónde está mi pedido por favor",
        "wo bleibt meine Bestellung denn",
        "ok",
        "12 34 56",
    ]
    assert [reader.read(text) for text in texts] == ["en", "es-MX", "de", None, None]


def test_one_language_needs_no_reading():
    (reader,) = LanguageTables().readers([("en",)])
    assert reader.read("dónde está mi pedido por favor") is None


def test_a_language_that_is_asked_for_later_changes_nothing_for_the_others():
    tables = LanguageTables()
    (before,) = tables.readers([("en", "es")])
    later, again = tables.readers([("fr", "de"), ("en", "es")])

    text = "quiero hablar con alguien de la tienda"
    assert before.read(text) == again.read(text) == "es"
    assert later.read("je voudrais parler avec une personne") == "fr"
    assert later._identifier.tk_nextmove is before._identifier.tk_nextmove, "one table for all languages"


def test_the_tables_decide_as_those_of_py3langid_do():
    served = ("de", "en", "es", "fr")
    (reader,) = LanguageTables().readers([served])
    theirs = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    theirs.set_languages(served)

    for text in TEXTS:
        assert reader._identifier.classify(text) == theirs.classify(text)
