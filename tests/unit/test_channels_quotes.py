"""Quotes are cut as a library that is not ours cuts them, in every language of the list; what is written is kept."""

import pytest
from mailparser_reply import EmailReplyParser

from services.ingest.domain.channels.quotes import without_quotes
from tests.support import quotations
from tests.support.cpu import cpu_seconds, in_some_try

ANSWER = "Thanks, that helps.\n\nCould you send it again?"
INTRODUCTIONS = {
    "en": "On Mon, Jan 5, 2026 at 5:00 PM Ana <ana@example.com> wrote:",
    "en wrapped": "On Mon, Jan 5, 2026 at 5:00 PM Ana Maria Gonzalez de la Fuente\n<ana@example.com> wrote:",
    "de": "Am 05.01.2026 um 17:00 schrieb Ana <ana@example.com>:",
    "es": "El lun, 5 ene 2026 a las 17:00, Ana (<ana@example.com>) escribió:",
    "fr": "Le lun. 5 janv. 2026 à 17:00, Ana <ana@example.com> a écrit :",
    "it": "Il giorno lun 5 gen 2026 alle ore 17:00 Ana <ana@example.com> ha scritto:",
    "nl": "Op ma 5 jan. 2026 om 17:00 schreef Ana <ana@example.com>:",
    "pt": "Em seg., 5 de jan. de 2026 às 17:00, Ana <ana@example.com> escreveu:",
    "da": "Den man. 5. jan. 2026 kl. 17.00 skrev Ana <ana@example.com>:",
    "pl": "pon., 5 sty 2026 o 17:00 Ana <ana@example.com> napisał(a):",
    "ko": "2026년 1월 5일 (월) 오후 5:00, Ana <ana@example.com>님이 작성:",
}
HEADS = {
    "en": "From: Ana <ana@example.com>\nSent: Monday, January 5, 2026 5:00 PM\nTo: Help\nSubject: Order",
    "de": "Von: Ana <ana@example.com>\nGesendet: Montag, 5. Januar 2026 17:00\nAn: Help\nBetreff: Bestellung",
    "es": "De: Ana <ana@example.com>\nEnviado: lunes, 5 de enero de 2026 17:00\nPara: Help\nAsunto: Pedido",
    "it": "Da: Ana <ana@example.com>\nInviato: lunedì 5 gennaio 2026 17:00\nA: Help\nOggetto: Ordine",
}
BELOW = "> We are on it.\n> Help"


@pytest.mark.parametrize("language", INTRODUCTIONS)
def test_what_an_introduction_begins_is_cut(language: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{INTRODUCTIONS[language]}\n{BELOW}") == ANSWER


@pytest.mark.parametrize("language", HEADS)
def test_what_a_quoted_head_begins_is_cut(language: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{HEADS[language]}\n\nWe are on it.") == ANSWER
    assert without_quotes(f"{ANSWER}\n\n________________________________\n{HEADS[language]}\n\nOld.") == ANSWER


@pytest.mark.filterwarnings("ignore:'count' is passed:DeprecationWarning")  # the library's own, from Python 3.13 on
@pytest.mark.parametrize("language", ["en", "de", "en wrapped"])  # those of the introductions that it knows
def test_the_library_cuts_at_the_same_place(language: str) -> None:
    text = f"{ANSWER}\n\n{INTRODUCTIONS[language]}\n{BELOW}"
    theirs = EmailReplyParser(languages=[language[:2]]).parse_reply(text)
    assert theirs is not None
    assert theirs.strip() == without_quotes(text)


@pytest.mark.parametrize(
    "text",
    [
        "I wrote to you on 3 May and nobody answered:\nplease call me.",
        "My order:\n1 x shoes\n2 x socks",
        "From: Madrid\nto the moon",
        "To whom it may concern: I was charged twice.",
        "-- a dash is no signature\nand goes on",
        "Total: 5 EUR",
    ],
)
def test_a_text_that_only_looks_like_it_is_kept(text: str) -> None:
    kept = without_quotes(text)
    assert kept == text.strip()


def test_answers_between_quoted_lines_are_kept_and_a_signature_is_not() -> None:
    text = "> When?\nOn Tuesday.\n> Where?\nAt home.\n-- \nAna\n+34 600 123 456"
    assert without_quotes(text) == "On Tuesday.\nAt home."


@pytest.mark.parametrize(
    "text", ["-----Original Message-----\nFrom: a@b.c\nTo: d\n\nOld", f"{BELOW}", HEADS["en"] + "\n\nx"]
)
def test_a_letter_of_nothing_but_quotes_is_kept_whole(text: str) -> None:
    assert without_quotes(text) == text


@pytest.mark.parametrize(
    "block", ["On ", "On 1 wrote:\n", "From:\nTo:\n", "-" * 70 + "\n", "_" * 12 + "\n", " ", "> \n", "a:\n"]
)
def test_no_text_takes_long(block: str) -> None:
    text = (block * 140_000)[:131_072]
    assert in_some_try(lambda: cpu_seconds(lambda: without_quotes(text), 1) < 1.0)


@pytest.mark.parametrize("introduction", quotations.INTRODUCTIONS)
def test_what_mail_programs_of_other_languages_write_above_a_quotation_is_cut(introduction: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{introduction}\n\n> We are on it.\n>\n> Help") == ANSWER
    assert without_quotes(f"{ANSWER}\n\n{introduction}\n\nWe are on it.\n\nHelp") == ANSWER


@pytest.mark.parametrize("above", ["", "________________________________\n", "-----Original Message-----\n"])
@pytest.mark.parametrize("head", quotations.HEADS)
def test_a_quoted_head_is_cut_in_other_languages_too(head: str, above: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{above}{head}\n\nWe are on it.\nHelp") == ANSWER


@pytest.mark.parametrize("rule", quotations.RULES)
def test_a_rule_that_says_what_stands_below_it_is_cut(rule: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{rule}\nWe are on it.\nHelp") == ANSWER


@pytest.mark.parametrize(
    "below",
    [
        "---- On Sat, 31 Jan 2026 09:12:00 +0100 Help <help@shop.example> wrote ----",
        "---- Am Sa, 31. Jan. 2026 09:12:00 +0100 schrieb Help <help@shop.example> ----",
        "##- Please type your reply above this line -##",
        "##- Bitte geben Sie Ihre Antwort über dieser Zeile ein. -##",
        'Gesendet: Samstag, 31. Januar 2026 um 09:12 Uhr\nVon: "Help" <help@shop.example>\nAn: Ana\nBetreff: x',
        "From: Help\nSent: Saturday, January 31, 2026 9:12 AM\nTo: Ana\nSubject: Order",
    ],
)
def test_what_other_programs_write_above_a_quotation_is_cut(below: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{below}\n\nWe are on it.\nHelp") == ANSWER


def test_a_head_in_a_language_of_no_list_is_known_by_its_shape() -> None:
    head = "Sendi: Help <help@shop.example>\nTarehe: 31.01.2026 9:12\nKwa: Ana <ana@example.com>\nMada: RE: Order"
    assert without_quotes(f"{ANSWER}\n\n{head}\n\nWe are on it.") == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "My details:\nEmail: ana@example.com\nDate: 2026-01-31 9:12\nOrder: 4711\nReason: broken",
        "My details:\nEmail: Ana <ana@example.com>\nOrder: 4711\nDate: 2026-01-31 9:12\nReason: broken",
        "My details:\nEmail: Ana <ana@example.com>\nDate: 2026-01-31 9:12\nPlease call me.\nReason: broken",
        "Ask Bob <bob@example.com> by 12:30:\nhe knows it since 2019.",
        "Please answer me before 31.01.2026, 12:30:\nI travel then.",
        "I wrote at 9:12 on 31.01.2026 to you. Nobody answered.",
        "I want to book a train.\nFrom: Berlin\nTo: Hamburg\nDate: 12.03.2026 10:30",
        "I want to book a train.\nDate: 12.03.2026 10:30\nFrom: Berlin\nTo: Hamburg",
        "Bitte buchen:\nVon: Berlin\nAn: 12.03.2026\nDatum: heute",
        "--- at 10:30 I wrote to you --\nNobody answered.",
        "## My order\n4711",
        "---- Order ----\n4711: one lamp\n---- End ----",
    ],
)
def test_a_form_that_somebody_filled_in_is_no_quotation(text: str) -> None:
    assert without_quotes(text) == text
