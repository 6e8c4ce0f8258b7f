"""Letters as programs all over the world write them: charsets under odd names, reports and answers of machines."""

import base64

import pytest

from services.ingest.domain.channels.charsets import to_text
from tests.support.channels import mail, put

WORDS = {
    "cp1251": "Где заказ",
    "cp874": "อยู่ไหน",
    "gb18030": "订单在哪里",
    "big5": "訂單在哪裡",
    "cp949": "주문 어디",
    "cp932": "注文はどこですか",
    "cp850": "¿Dónde?",
    "cp1252": "¿Dónde? 5 €",
    "utf-8": "¿Dónde? 5 €",
    "utf-7": "¿Dónde?",
    "iso2022_jp": "注文はどこですか",
}
NAMES = [
    ("win-1251", "cp1251"), ("windows1251", "cp1251"), ("cp-1251", "cp1251"), ("x-cp1251", "cp1251"),
    ("windows-874", "cp874"), ("tis-620", "cp874"), ("cp936", "gb18030"), ("gb2312", "gb18030"), ("cp950", "big5"),
    ("ms949", "cp949"), ("x-windows-949", "cp949"), ("ks_c_5601-1987", "cp949"), ("windows-31j", "cp932"),
    ("cp65001", "utf-8"), ("IBM850", "cp850"), ("cp-850", "cp850"), ("utf-7", "utf-7"), ("iso-2022-jp", "iso2022_jp"),
    ("x-unknown", "utf-8"), ("x-unknown", "cp1252"), ("unknown-8bit", "utf-8"), ("default", "utf-8"),
    ("iso-8859-1", "utf-8"), ("iso-8859-1", "cp1252"), ("windows-1252", "utf-8"), ("us-ascii", "cp1252"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "written"), NAMES)
def test_a_charset_under_any_of_its_names_is_read_in_words_and_in_heads(name: str, written: str) -> None:
    words = WORDS[written]
    raw = words.encode(written)
    assert to_text(raw, name) == words
    encoded = base64.b64encode(raw).decode()
    heads = [
        f"Subject: =?{name}?B?{encoded}?=",
        f"Content-Type: text/plain; charset={name}",
        "Content-Transfer-Encoding: base64",
    ]
    event = mail(*heads, body=encoded).event()
    assert (event.subject, event.text) == (words, words)


@pytest.mark.parametrize(
    ("heads", "why"),
    [
        (["From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@shop.example>"], "bounce"),
        (["From: Mail Delivery System <Mailer-Daemon@mx.example>"], "bounce"),
        (["From: postmaster@example.com", "Subject: Unzustellbar"], "bounce"),
        (["Auto-Submitted: auto-generated (rejected)"], "automatic_reply"),
        (["auto-submitted: auto-replied; owner-email=a@b"], "automatic_reply"),
        (["Auto-Submitted: (by a rule) auto-replied"], "automatic_reply"),
    ],
)
def test_reports_and_answers_of_machines_are_no_contacts(heads: list[str], why: str) -> None:
    assert mail(*heads).ignored == [why]


@pytest.mark.parametrize("said", ["no", "No", "no (a person wrote this)", "(checked) no", "no; x=y"])
def test_a_letter_that_says_that_a_person_wrote_it_is_a_contact(said: str) -> None:
    assert mail(f"Auto-Submitted: {said}").event().text == "Hello"


def test_words_that_are_good_in_no_charset_are_kept() -> None:
    body = b"From: a@b.example\r\nContent-Type: text/plain; charset=x-unknown\r\n\r\nna\xefve \xff\xfe"
    assert put("email_mime", body, "message/rfc822").event().text == "naïve ÿþ"
