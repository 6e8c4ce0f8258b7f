"""Quotes are cut as a library that is not ours cuts them, in every language of the list; what is written is kept."""

from random import Random

import pytest
from mailparser_reply import EmailReplyParser

from services.ingest.domain.channels.mail import TEXT_READ_MAX
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
SECONDS_MAX = 0.1  # of the largest text that is looked at: five times what the slowest of these takes
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


HOSTILE = [
    *("On ", "On 1 wrote:\n", "From:\nTo:\n", "-" * 70 + "\n", "_" * 12 + "\n", " ", "> \n", "a:\n"),
    *("<" + "@" * 400 + " :\n", "From: <" + "@" * 400 + "\n", "-- <" + "@" * 400 + " --\n", "1/1/1 " * 80 + ":\n"),
    *("*" * 131_000 + "\n", "From: <a@b>\n" * 4 + "*" * 2000 + "\n", "F: <a@b>\n2026 10:30\n", "-" * 900 + "\n"),
]
PIECES = (
    *(
        "<",
        ">",
        "(",
        "@",
        "*",
        " ",
        ":",
        "\uff1a",
        "-",
        "--",
        "_",
        "##-",
        "\n",
        "\n",
        "From:",
        "To: ",
        "F: ",
        "On ",
        "wrote",
    ),
    *("<a@b>", "2026", "1/1/26", "10:30", "original", "\u200e", "x" * 90, "@" * 90, "1." * 90, "* " * 90, "-" * 90),
)


@pytest.mark.parametrize("block", HOSTILE)
def test_no_text_takes_long(block: str) -> None:
    text = ("Hello\n" + block * (TEXT_READ_MAX // len(block) + 1))[:TEXT_READ_MAX]
    assert in_some_try(lambda: cpu_seconds(lambda: without_quotes(text), 1) < SECONDS_MAX)


@pytest.mark.parametrize("seed", range(40))
def test_no_text_of_such_pieces_takes_long(seed: int) -> None:
    chance = Random(seed)
    block = "".join(chance.choice(PIECES) * chance.choice((1, 1, 1, 5)) for _ in range(chance.randint(1, 30))) + "\n"
    test_no_text_takes_long(block)


@pytest.mark.parametrize("introduction", quotations.INTRODUCTIONS)
def test_what_mail_programs_of_other_languages_write_above_a_quotation_is_cut(introduction: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{introduction}\n\n> We are on it.\n>\n> Help") == ANSWER
    assert without_quotes(f"{ANSWER}\n\n{introduction}\n\nWe are on it.\n\nHelp") == ANSWER


def test_an_introduction_may_be_wrapped_before_its_colon() -> None:
    introduction = INTRODUCTIONS["fr"].removesuffix(" :") + "\n:"
    assert without_quotes(f"{ANSWER}\n\n{introduction}\n{BELOW}") == ANSWER


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


@pytest.mark.parametrize(
    "asked",
    [
        "При оплате сайт пишет ошибку 500:\nTransaction declined, code 77",
        "Програма пише помилку 404:\nсторінку не знайдено",
        "System pisze błąd 500:\nBrak dostępu do konta",
        "أريد طلب 3 كتب:\nكتاب القواعد\nكتاب الشعر",
        "Aplikasi menulis error 404:\nhalaman tidak ditemukan",
        "หน้าจอเขียนว่า error 500:\nชำระเงินไม่สำเร็จ",
        "신청서 2장 작성:\n이름 오류가 납니다",
        "エラー500のメッセージ:\n支払いが失敗しました",
        "Your chatbot wrote this 3 times:\nI cannot help you",
        "Мне уже 2 раза написали:\nждите, а заказа нет",
        "I called Bob (bob@shop.example) on 31.01.2026 10:30.\nProblem:\nThe lamp is broken.",
        "I wrote on 31.01.2026 to help@shop.example.\n---\nHere is my question again.",
        "I wrote to you on 31.01.2026.\nProblem:\nThe lamp is broken.",
        "My order is of 31.01.2026.\nYour chatbot wrote this:\nI cannot help you",
        "Date: 31.01.2026 9:12\nEmail: Ana <ana@example.com>\n---\nThe lamp is broken.",
        "Email: ana@example.com<mailto:ana@example.com>\nDate: 31.01.2026 9:12\nOrder: 4711\nMessage: broken",
    ],
)
def test_what_a_page_or_program_writes_is_told_by_the_customer(asked: str) -> None:
    """The words for it are those of introductions; what is missing is who wrote, and when, or that it is one line."""
    assert without_quotes(f"Hello.\n{asked}") == f"Hello.\n{asked}"


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u202f"])
def test_a_blank_of_any_width_may_stand_before_the_colon_of_a_head(blank: str) -> None:
    head = f"*De{blank}:* Help <help@shop.example>\n*Envoyé{blank}:* samedi\n*À{blank}:* Ana\n*Objet{blank}:* x"
    assert without_quotes(f"{ANSWER}\n\n{head}\n\nOld.") == ANSWER
