"""The language of a text: one of those served, or unknown."""

from services.router.model.language import LanguageTables


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
