"""Two or three words are enough to know whom to ask for: the language of short texts, and whose word it is."""

from functools import cache

import pytest

from services.router.domain.classification.classify import classify_predicted, compile_policy
from services.router.domain.classification.record import Journey, MessageFacts
from services.router.model.language import LanguageReader, LanguageTables
from tests.support.classify_builders import policy

TEXTS = {
    "en": (
        "hello", "good morning", "hi there", "thanks a lot", "order status", "forgot my password", "password reset",
        "where's my parcel", "refund please", "lost card", "change address", "cancel my subscription", "track order",
        "opening times", "card stolen", "need an invoice", "not working", "speak to somebody", "is it open",
        "yes please",
    ),
    "es": (
        "hola", "buenas tardes", "¿qué tal?", "muchas gracias", "mi pedido", "contraseña olvidada", "no funciona",
        "dónde está mi paquete", "devolución por favor", "tarjeta perdida", "cambiar dirección", "baja del contrato",
        "seguir pedido", "horario de tienda", "tarjeta robada", "necesito una factura", "no puedo entrar",
        "hablar con alguien", "¿están abiertos?", "sí, claro",
    ),
    "de": (
        "hallo", "guten Morgen", "grüß Gott", "vielen Dank", "Status Bestellung", "Passwort vergessen", "geht nicht",
        "wo ist mein paket", "Rückgabe bitte", "Karte verloren", "Adresse ändern", "Vertrag kündigen",
        "Sendung verfolgen", "Öffnungszeiten", "Karte gestohlen", "brauche Rechnung", "komme nicht rein",
        "mit jemandem sprechen", "habt ihr offen", "ja, genau",
    ),
}  # fmt: skip
SHORT = [(tag, text) for tag, texts in TEXTS.items() for text in texts]


@cache
def reader() -> LanguageReader:
    (found,) = LanguageTables().readers([("en", "es", "de")])
    return found


def triage_language(text: str, journey: Journey | None = None, channel: str = "chat") -> tuple[str | None, str]:
    """The language of a text and who says so, as the router finds it."""
    using = compile_policy(policy(languages=["en", "es", "de"], channels={"web": {"language": "es"}}).policy)
    facts = MessageFacts(channel=channel, text=text)
    found = classify_predicted(facts, using, None, journey, None, reader().read(text))
    (reason,) = [each for each in found.reasons if each.startswith("language: ")]
    return found.language, reason.rpartition(" ")[2]


@pytest.mark.parametrize(("tag", "text"), SHORT)
def test_a_few_words_tell_their_language(tag: str, text: str) -> None:
    assert triage_language(text) == (tag, triage_language(text)[1])


@pytest.mark.parametrize("text", ["ok", "48213", "hotel", "?", "Maria"])
def test_what_tells_nothing_goes_by_the_customer_then_the_channel_then_the_policy(text: str) -> None:
    assert triage_language(text, Journey(language="de"), "web") == ("de", "customer")
    assert triage_language(text, channel="web") == ("es", "channel")
    assert triage_language(text) == ("en", "policy")


def test_a_word_that_served_languages_share_tells_neither() -> None:
    assert triage_language("no", Journey(language="es")) == ("es", "customer")
    assert triage_language("no no no", channel="web")[0] == "es"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("fr", "mauvaise taille"), ("it", "taglia sbagliata"), ("it", "non funziona"), ("pt", "tamanho errado"),
        ("pt", "não funciona"), ("nl", "verkeerde maat"), ("nl", "geld terug"), ("de", "zu spät"),
        ("es", "talla equivocada"), ("en", "wrong size"),
    ],
)  # fmt: skip
def test_a_few_words_tell_one_of_seven_languages(tag: str, text: str) -> None:
    using = compile_policy(policy(languages=["en", "es", "de", "fr", "pt", "it", "nl"]).policy)
    assert classify_predicted(MessageFacts(channel="chat", text=text), using, None, None, None, None).language == tag
