"""Letters as mail programs write them: markup, invitations, and bytes in whatever charset they are said to be."""

import encodings
import quopri
from urllib.parse import urlencode

import pytest

from tests.support.channel_payloads import FORM, POSTMARK
from tests.support.channels import json_of, mail, put


def test_a_html_mail_becomes_the_text_that_a_person_reads() -> None:
    html = (
        "<html><head><style>p {color: red}</style><title>t</title></head><body><p>Where is<br>my <b>parcel</b>&nbsp;?"
        "</p><ul><li>one</li><li>two &amp; three</li></ul><script>x()</script>"
        '<div class="gmail_quote">On Monday we wrote:<blockquote>old</blockquote></div></body></html>'
    )
    event = mail("Content-Type: text/html; charset=utf-8", body=html).event()
    assert event.text == "Where is\nmy parcel ?\n\none\n\ntwo & three"


def test_an_invitation_is_about_its_summary() -> None:
    calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Visit of a technician\r\nEND:VEVENT\r\n"
    event = mail("Content-Type: text/calendar; method=REQUEST", body=calendar).event()
    assert (event.text, event.attributes["calendar_method"]) == ("Visit of a technician", "request")
    assert event.attachments[0].content_type == "text/calendar"


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [("iso-8859-1", "ñandú".encode("latin-1")), ("utf-8", "ñandú".encode()), ("windows-1252", "ñandú".encode("cp1252")),
     ("no-such-charset", "ñandú".encode()), ("us-ascii", "ñandú".encode("latin-1")),
     ("idna", "ñandú".encode()), ("unicode_escape", "ñandú".encode()), ("raw-unicode-escape", "ñandú".encode()),
     ('"unicode escape"', "ñandú".encode()), ("hex", "ñandú".encode()), ("", "ñandú".encode("latin-1"))],
)  # fmt: skip
def test_a_charset_that_is_right_wrong_or_unknown_gives_the_text(charset: str, encoded: bytes) -> None:
    head = f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert put("email_mime", head + encoded).event().text == "ñandú"


@pytest.mark.parametrize(
    ("charset", "encoded", "text"),
    [("iso-8859-1", b"\x93it\x92s\x94 \x80 5", "“it’s” € 5"), ("gb2312", "朱镕基".encode("gbk"), "朱镕基"),
     ("ks_c_5601-1987", "똠방각하".encode("cp949"), "똠방각하"), ("shift_jis", "①髙".encode("cp932"), "①髙"),
     ("iso-2022-jp", "注文の件".encode("iso-2022-jp"), "注文の件"), ("windows-874", "สวัสดี".encode("cp874"), "สวัสดี"),
     ("latin1", b"it\x92s", "it’s"), ("ISO_8859-1", b"it\x92s", "it’s"), ("us-ascii", b"it\x92s", "it’s"),
     ("sjis", "①髙".encode("cp932"), "①髙"), ("euckr", "똠방각하".encode("cp949"), "똠방각하"),
     ("latin5", b"\x93i\xfe\x94", "“iş”"), ("koi8-u", "Ґанок".encode("koi8_u"), "Ґанок"),
     ("iso-2022-jp", b"\x1b(I1\x1b(B", "ｱ"), ("iso-2022-jp", b"No. \x1b$B-!\x1b(B", "No. \ufffd")],
)  # fmt: skip
def test_what_mail_programs_write_under_an_old_name_is_read(charset: str, encoded: bytes, text: str) -> None:
    head = f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert put("email_mime", head + encoded, "message/rfc822").event().text == text


def attached(heads: str, boundary: str = 'boundary="b"', text: bytes = b"Hello") -> bytes:
    """A letter with a file whose part has these heads."""
    head = f"From: ana@b.example\r\nContent-Type: multipart/mixed; {boundary}\r\n\r\n--b\r\n\r\n".encode()
    return head + text + f"\r\n--b\r\n{heads}\r\n\r\nx\r\n--b--\r\n".encode("utf-8", "surrogateescape")


DISPOSED = "Content-Disposition: attachment; "


@pytest.mark.parametrize(
    ("heads", "name"),
    [
        (DISPOSED + "filename*=utf-8''%C2%BFd%C3%B3nde.pdf", "¿dónde.pdf"),
        (DISPOSED + "filename*=koi8-r'ru'%F3%DE%C5%D4.pdf", "Счет.pdf"),
        (DISPOSED + "filename*=latin1''%93a%94.pdf", "“a”.pdf"),
        (DISPOSED + "filename*0*=utf-8''%C3%B1; filename*1=an; filename*2*=d%C3%BA.pdf", "ñandú.pdf"),
        (DISPOSED + "filename*=unicode_escape''%5Cx41.pdf", "\\x41.pdf"),
        (DISPOSED + "filename*=no-such-charset''%C3%B1.pdf", "ñ.pdf"),
        (DISPOSED + "filename*=''%C3%B1.pdf", "ñ.pdf"),
        (DISPOSED + 'filename="=?utf-8?q?=C3=B1?=.pdf"', "ñ.pdf"),
        ("Content-Type: application/pdf; name*=iso-8859-1''%F1.pdf", "ñ.pdf"),
        (DISPOSED + 'filename=""\r\nContent-Type: application/pdf; name="a.pdf"', "a.pdf"),
    ],
)
def test_a_file_has_its_name_in_whatever_charset_it_is_said_to_be(heads: str, name: str) -> None:
    (attachment,) = put("email_mime", attached(heads), "message/rfc822").event().attachments
    assert attachment.name == name


def test_no_charset_that_a_sender_names_is_looked_up_anywhere_but_in_the_table_of_mail() -> None:
    """Python looks for a name that it does not know in its folders, and remembers that for ever."""
    unheard = "never-heard-of"
    heads = f"{DISPOSED}filename*={unheard}''a.txt\r\nContent-Type: text/plain; charset*={unheard}''{unheard}"
    known = set(encodings._cache)
    for letter in (
        attached(heads, f"boundary*={unheard}''b"),
        attached(f"Content-Type: text/plain; charset={unheard}", text=b"\xff"),
        attached(f"Subject: =?{unheard}?q?=FF?=\r\nContent-Type: message/rfc822"),
        f"From: =?{unheard}?b?/w==?= <a@b.example>\r\nSubject: =?{unheard}?q?=FF?=\r\n\r\nHello".encode(),
        f"From: a@b.example\r\nContent-Type: text/plain; charset={unheard}\r\n\r\n".encode() + b"\xff",
    ):
        assert put("email_mime", letter, "message/rfc822").event().text
    assert set(encodings._cache) - known == set()


LATIN = "From: ana@b.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n¿Dónde está?".encode("latin-1")


def form_of(fields: dict[str, bytes]) -> tuple[bytes, str]:
    parts = [b'--XX\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), raw)
             for name, raw in fields.items()]  # fmt: skip
    return b"".join(parts) + b"--XX--\r\n", "multipart/form-data; boundary=XX"


@pytest.mark.parametrize(
    ("adapter", "form"),
    [("mailgun", form_of({"body-mime": LATIN, "recipient": b"help@shop.example"})),
     ("mailgun", (urlencode({"body-mime": LATIN}).encode(), FORM)),
     ("sendgrid", form_of({"email": LATIN})), ("sendgrid", (urlencode({"email": LATIN}).encode(), FORM))],
)  # fmt: skip
def test_a_whole_letter_in_a_form_keeps_its_bytes(adapter: str, form: tuple[bytes, str]) -> None:
    assert put(adapter, *form).event().text == "¿Dónde está?"


def test_fields_of_sendgrid_are_in_the_charset_that_it_names() -> None:
    fields = {
        "from": "José <jose@b.example>".encode("latin-1"), "subject": "注文".encode("shift_jis"),
        "text": "¿Dónde está?".encode("latin-1"), "to": b"help@shop.example",
    }  # fmt: skip
    named = b'{"from": "iso-8859-1", "subject": "shift_jis", "text": "iso-8859-1", "to": "UTF-8"}'

    event = put("sendgrid", *form_of({**fields, "charsets": named})).event()

    assert (event.party.name, event.subject, event.text) == ("José", "注文", "¿Dónde está?")
    assert "unread" not in event.attributes
    guessed = put("sendgrid", *form_of({**fields, "charsets": b"[broken"})).event()
    assert (guessed.text, guessed.attributes["unread"]) == ("¿Dónde está?", "from,subject,text")
    escaped = {"from": b"ana@b.example", "subject": b"x", "text": "注文の件".encode("iso-2022-jp")}
    named = b'{"subject": "UTF-8", "text": "iso-2022-jp"}'
    assert put("sendgrid", *form_of({**escaped, "charsets": named})).event().text == "注文の件"


@pytest.mark.parametrize(
    ("envelope", "is_bounce"),
    [
        (b'{"to":["help@shop.example.net"],"from":""}', True),
        (b'{"to":["help@shop.example.net"],"from":"ana@example.com"}', False),
        (b'{"to":["help@shop.example.net"]}', False),
        (b"{}", False),
    ],
)
def test_a_letter_of_sendgrid_without_a_return_path_is_a_bounce(envelope: bytes, is_bounce: bool) -> None:
    letter = {"from": b"Ana <ana@example.com>", "subject": b"Hi", "text": b"Hello", "envelope": envelope}
    result = put("sendgrid", *form_of(letter))
    assert (result.ignored == ["bounce"], len(result.admitted)) == (is_bounce, not is_bounce)
    raw = put("sendgrid", *form_of({"email": b"From: ana@example.com\r\n\r\nHello", "envelope": envelope}))
    assert (raw.ignored == ["bounce"]) == is_bounce


@pytest.mark.parametrize(("score", "spam"), [(b"5.011", "yes"), (b"4.9", None), (b"", None), (b"odd", None)])
def test_the_spam_score_of_sendgrid_is_for_the_policy(score: bytes, spam: str | None) -> None:
    letter = {"from": b"Ana <ana@example.com>", "text": b"Hello", "spam_score": score}
    assert put("sendgrid", *form_of(letter)).event().attributes.get("spam") == spam


HEAD = b"From: Ana <ana@example.com>\r\nMessage-ID: <m@example.com>\r\n"
PASSED_ON = HEAD + b"Subject: Inner\r\n\r\nWhere is my parcel?\r\n"


def divided(*parts: bytes) -> bytes:
    inside = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + inside + b"--b--\r\n"


ODDLY_WRITTEN = {
    "a byte order mark": b"\xef\xbb\xbf" + PASSED_ON,
    "empty lines before the head": b"\r\n\n" + PASSED_ON,
    "an attachment that is all there is": HEAD
    + b"Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nWhere is my parcel?",
    "a letter passed on without a word": divided(b"Content-Type: message/rfc822\r\n\r\n" + PASSED_ON),
    "a letter as the whole of another": HEAD + b"Content-Type: message/rfc822\r\n\r\n" + PASSED_ON,
    "a boundary that never comes": HEAD + b"Content-Type: multipart/mixed; boundary=zz\r\n\r\nWhere is my parcel?",
    "no boundary at all": HEAD + b"Content-Type: multipart/mixed\r\n\r\nWhere is my parcel?",
    "enriched text": HEAD + b"Content-Type: text/enriched\r\n\r\n<bold>Where is my parcel?</bold>",
    "markdown": divided(b"Content-Type: text/markdown\r\n\r\nWhere is my parcel?"),
    "thousands of parameters": HEAD
    + b"Content-Type: text/plain; "
    + b"; ".join(b"a*%d=b" % n for n in range(9000))
    + b"\r\n\r\nWhere is my parcel?",
}


@pytest.mark.parametrize("case", ODDLY_WRITTEN)
def test_the_words_of_a_letter_are_found_however_oddly_it_is_written(case: str) -> None:
    assert put("email_mime", ODDLY_WRITTEN[case], "message/rfc822").event().text == "Where is my parcel?"


def test_of_a_letter_with_words_nothing_else_is_taken_for_them() -> None:
    letter = divided(
        b"Content-Type: message/rfc822\r\n\r\n" + PASSED_ON,
        b"Content-Type: text/markdown\r\n\r\n# other",
        b"\r\nMine",
    )
    event = put("email_mime", letter, "message/rfc822").event()
    assert event.text == "Mine"
    assert [one.content_type for one in event.attachments] == ["message/rfc822", "text/markdown"]
    file = divided(b"Content-Type: text/plain; name=log.txt\r\n\r\na log", b"Content-Type: text/csv\r\n\r\na,b")
    assert put("email_mime", file, "message/rfc822").event().text is None
    inside = divided(*[b"\r\nx"] * 300).replace(b"--b", b"--c").replace(b"boundary=b", b"boundary=c")
    many = divided(b"Content-Type: message/rfc822\r\n\r\n" + inside)
    passed_on = put("email_mime", many, "message/rfc822").event()
    assert (passed_on.text[:3], passed_on.attributes["unread"]) == ("x\nx", "parts")


@pytest.mark.parametrize("parts", [250, 5000])
def test_a_letter_of_files_without_end_arrives_with_its_words_and_the_first_of_them(parts: int) -> None:
    image = b"Content-Type: image/png; name=a.png\r\n\r\nx"
    event = put("email_mime", divided(b"\r\nWhere is my parcel?", *[image] * parts), "message/rfc822").event()
    assert (event.text, len(event.attachments)) == ("Where is my parcel?", 32)
    assert (event.attributes["unread"], event.attributes["cut"]) == ("parts", "attachments")


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
@pytest.mark.parametrize("encoding", ["", "8bit", "quoted-printable"])
def test_words_that_begin_without_an_empty_line_are_read_in_any_charset(charset: str, encoding: str) -> None:
    said = "¿Dónde está?"
    written = quopri.encodestring(said.encode(charset)) if "quoted" in encoding else said.encode(charset)
    heads = f"From: a@b.c\r\nContent-Transfer-Encoding: {encoding}\r\nContent-Type: text/plain; charset={charset}\r\n"
    assert put("email_mime", heads.encode() + written, "message/rfc822").event().text == said
    passed_on = HEAD + b"Content-Type: message/rfc822\r\n\r\n" + said.encode(charset) + b"\r\n\r\nAna"
    assert put("email_mime", passed_on, "message/rfc822").event().text == f"{said}\n\nAna"


def test_a_letter_nested_without_end_arrives_with_the_words_that_stand_before_it() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(60))
    event = put("email_mime", divided(b"\r\nWhere is my parcel?", nested + b"\r\ndeep"), "message/rfc822").event()
    assert (event.text, event.attributes["unread"]) == ("Where is my parcel?", "parts")
    alone = put("email_mime", HEAD + nested + b"\r\ndeep", "message/rfc822").event()
    assert "deep" in alone.text and alone.attributes["unread"] == "parts"


@pytest.mark.parametrize(
    "head", ["Sender: Ana <ana@example.com>", "Reply-To: ana@example.com", "Return-Path: <ana@example.com>"]
)
def test_who_wrote_is_known_without_an_address_in_from(head: str) -> None:
    letter = f"From: undisclosed-recipients:;\r\n{head}\r\nSubject: Hi\r\n\r\nHello".encode()
    assert put("email_mime", letter, "message/rfc822").event().party.handle == "ana@example.com"


def test_what_a_form_of_our_own_site_sends_without_an_address_is_of_whom_it_names_for_an_answer() -> None:
    heads = "From: Our site\r\nSender: www@shop.example\r\nReply-To: Ana <ana@example.com>\r\nSubject: Hi"
    came = put("email_mime", f"{heads}\r\n\r\nHello".encode(), "message/rfc822", frozenset({"@shop.example"}))
    assert (came.ignored, came.event().party.handle) == ([], "ana@example.com")


@pytest.mark.parametrize(
    "heads",
    [
        "From: MAILER-DAEMON (Mail Delivery System)\r\nReturn-Path: <relay@mx.example>",
        'From: "Mailer-Daemon"\r\nReply-To: ana@example.com',
        "From: Mail Delivery\r\nSender: postmaster@mx.example",
        "From: Mail Delivery\r\nReturn-Path: <Mailer-Daemon@mx.example>",
    ],
)
def test_a_mail_server_that_writes_without_an_address_in_from_opens_no_contact(heads: str) -> None:
    letter = f"{heads}\r\nSubject: Undelivered\r\n\r\nYour message was not delivered".encode()
    assert put("email_mime", letter, "message/rfc822").ignored == ["bounce"]


def test_a_report_of_exchange_is_a_bounce_without_being_a_report() -> None:
    letter = PASSED_ON.replace(b"Subject", b"X-MS-Exchange-Message-Is-Ndr: \r\nSubject")
    assert put("email_mime", letter, "message/rfc822").ignored == ["bounce"]


@pytest.mark.parametrize(
    "head",
    [
        "x" * 15_000 + " <ana@example.com>",
        '"' + "9" * 4_000 + '" <ana@example.com>',
        "(" * 3_000 + "ana@example.com",
        "@ @ <ana@example.com",
        "ana@example.com (",
    ],
)
def test_an_address_is_found_behind_a_name_without_end_and_in_a_damaged_head(head: str) -> None:
    letter = f"From: {head}\r\nMessage-ID: <m@example.com>\r\n\r\nHello".encode()
    assert put("email_mime", letter, "message/rfc822").event().party.handle == "ana@example.com"


def test_a_name_of_postmark_without_end_costs_no_letter() -> None:
    whole = {**POSTMARK, "From": None, "FromFull": {"Email": "ana@example.com", "Name": "9" * 5_000}}
    assert json_of("postmark", whole).event().party.handle == "ana@example.com"
