"""Letters that a mail program wraps as a whole: S/MIME, OpenPGP, and winmail.dat. The first is made by a library."""

import struct
from base64 import encodebytes
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from random import Random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ingest.domain.channels.cms import Kind, opened
from services.ingest.domain.channels.tnef import unpacked
from tests.support.channel_payloads import MAILGUN, POSTMARK, multipart
from tests.support.channels import json_of, mail, put
from tests.unit.test_channels_anything import DAMAGED

HEAD = b"From: Ana <ana@example.com>\r\nMessage-ID: <m@example.com>\r\nSubject: Order 4711\r\n"
INNER = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\xbfD\xf3nde est\xe1?\r\n"
SAID = "¿Dónde está?"


@cache
def signer() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    return certificate(key), key


def certificate(key: Any) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ana")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    return made.not_valid_after(datetime(2040, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())


@cache
def signed(content: bytes = INNER) -> bytes:
    """A letter's body within its signature (opaque), as DER."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(*signer(), hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


@cache
def encrypted() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(INNER).add_recipient(certificate(key))
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def smime(der: bytes, kind: str = "application/pkcs7-mime") -> bytes:
    heads = f"Content-Type: {kind}; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    return HEAD + heads + encodebytes(der)


def in_pieces(content: bytes) -> bytes:
    """A signed file without lengths, as OpenSSL streams one: the content in pieces, each end marked."""

    def element(tag: int, *inside: bytes) -> bytes:
        return bytes([tag, 0x80]) + b"".join(inside) + b"\0\0"

    pieces = [bytes([0x04, len(content[at : at + 20])]) + content[at : at + 20] for at in range(0, len(content), 20)]
    data = element(0x30, bytes.fromhex("06092a864886f70d010701"), element(0xA0, element(0x24, *pieces)))
    inside = element(0x30, bytes.fromhex("020101"), bytes.fromhex("3100"), data)
    return element(0x30, bytes.fromhex("06092a864886f70d010702"), element(0xA0, inside))


@pytest.mark.parametrize("kind", ["application/pkcs7-mime", "application/x-pkcs7-mime", "Application/PKCS7-Mime"])
@pytest.mark.parametrize(
    "der",
    [signed(), in_pieces(INNER), signed(smime(signed())), in_pieces(smime(in_pieces(INNER)))],
    ids=["signed", "in pieces", "signed twice", "in pieces twice"],
)
def test_the_words_of_a_letter_within_its_signature_are_read(kind: str, der: bytes) -> None:
    event = put("email_mime", smime(der, kind), "message/rfc822").event()
    assert (event.text, event.subject, event.attributes) == (SAID, "Order 4711", {"signed": "smime"})


def test_a_whole_letter_within_a_signature_has_its_words() -> None:
    """RFC 8551, section 3.1: so a program signs the heads as well."""
    inner = b"Content-Type: message/rfc822\r\n\r\n" + HEAD + INNER
    assert put("email_mime", smime(signed(inner)), "message/rfc822").event().text == SAID


def test_a_file_without_a_type_is_what_its_name_says() -> None:
    whole = smime(signed(), "application/octet-stream")
    event = put("email_mime", whole, "message/rfc822").event()
    assert (event.text, event.attributes) == (SAID, {"signed": "smime"})
    beside = divided("mixed", INNER, b"Content-Type: application/octet-stream; name=smime.p7s\r\n\r\nx")
    assert put("email_mime", beside, "message/rfc822").event().attributes == {"signed": "smime"}


def test_an_encrypted_letter_is_a_contact_with_its_subject_and_says_so() -> None:
    event = put("email_mime", smime(encrypted()), "message/rfc822").event()
    assert (event.text, event.subject, event.attributes) == (None, "Order 4711", {"encrypted": "smime"})
    assert [one.name for one in event.attachments] == ["smime.p7m"]


def test_files_within_a_signature_are_named_and_its_words_are_those_of_the_letter() -> None:
    inside = EmailMessage()
    inside.set_content("Where is my parcel?")
    inside.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    event = put("email_mime", smime(signed(inside.as_bytes())), "message/rfc822").event()
    assert event.text == "Where is my parcel?"
    assert [one.name for one in event.attachments] == ["smime.p7m", "a.pdf"]


@pytest.mark.parametrize(
    ("der", "kind"),
    [(b"", Kind.OTHER), (b"nonsense", Kind.OTHER), (signed()[:40], Kind.SIGNED), (b"\x30\x80" * 9, Kind.OTHER),
     (b"\x30\x84\xff\xff\xff\xff", Kind.OTHER), (in_pieces(INNER)[:-19], Kind.SIGNED)],
    ids=["empty", "nonsense", "cut", "deep", "long", "cut in pieces"],
)  # fmt: skip
def test_a_damaged_file_of_smime_is_an_attachment_of_a_letter_that_arrives(der: bytes, kind: Kind) -> None:
    event = put("email_mime", smime(der or b" "), "message/rfc822").event()
    assert (opened(der).kind, event.attributes["unread"]) == (kind, "smime")


@given(seed=st.integers(0, 2**64 - 1))
@settings(max_examples=DAMAGED // 10, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_damage_anywhere_in_what_wraps_a_letter_costs_no_letter(seed: int) -> None:
    chance = Random(seed)
    for whole in (signed(), in_pieces(INNER), encrypted(), PACKED):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = bytes(damaged[: chance.choice([len(damaged), chance.randrange(len(damaged))])])
        opened(cut)
        unpacked(cut)
        for kind in ("application/pkcs7-mime", "application/ms-tnef"):
            assert put("email_mime", smime(cut or b" ", kind), "message/rfc822").event().subject == "Order 4711"


def divided(kind: str, *parts: bytes) -> bytes:
    inside = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return HEAD + f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n".encode() + inside + b"--b--\r\n"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("application/pkcs7-signature", "smime"), ("application/x-pkcs7-signature", "smime"),
     ("application/pgp-signature", "openpgp")],
)  # fmt: skip
def test_a_letter_with_its_signature_beside_it_is_read_and_says_who_could_check_it(kind: str, name: str) -> None:
    letter = divided("signed", INNER, f"Content-Type: {kind}; name=signature\r\n\r\nx".encode())
    event = put("email_mime", letter, "message/rfc822").event()
    assert (event.text, event.attributes) == (SAID, {"signed": name})
    assert [one.name for one in event.attachments] == ["signature"]


def test_a_letter_that_openpgp_encrypts_is_a_contact_with_its_subject_and_says_so() -> None:
    control = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"
    sealed = b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----"
    event = put("email_mime", divided("encrypted", control, sealed), "message/rfc822").event()
    assert (event.text, event.subject, event.attributes) == (None, "Order 4711", {"encrypted": "openpgp"})


ARMOURED = (
    "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nWhere is my parcel?\r\n- -- \r\nAna\r\n"
    "-----BEGIN PGP SIGNATURE-----\r\n\r\niHUEARYIAB0=\r\n-----END PGP SIGNATURE-----\r\n"
)


def test_a_text_that_openpgp_signs_is_read_without_what_stands_around_it() -> None:
    event = mail(body=ARMOURED).event()
    assert (event.text, event.attributes) == ("Where is my parcel?", {"signed": "openpgp"})
    cut = json_of("postmark", {**POSTMARK, "StrippedTextReply": ARMOURED}).event()
    assert (cut.text, cut.attributes["signed"]) == ("Where is my parcel?\n-- \nAna", "openpgp")
    no_hash = ARMOURED.replace("Hash: SHA256\r\n\r\n", "")
    assert mail(body=no_hash).event().text == "Where is my parcel?"


def test_a_text_that_openpgp_encrypts_is_kept_as_it_is_and_says_so() -> None:
    sealed = "-----BEGIN PGP MESSAGE-----\r\n\r\nhF4D\r\n-----END PGP MESSAGE-----"
    event = mail(body=sealed).event()
    assert event.attributes == {"encrypted": "openpgp"}
    assert "hF4D" in event.text
    quoted = mail(body="See below\r\n\r\n> -----BEGIN PGP MESSAGE-----").event()
    assert quoted.attributes == {}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "Your mail begins with -----BEGIN PGP SIGNED MESSAGE----- and ends.\r\nMy card is stolen\r\n\r\nAna",
            "Your mail begins with -----BEGIN PGP SIGNED MESSAGE----- and ends.\nMy card is stolen\n\nAna",
        ),
        (
            "> -----BEGIN PGP SIGNED MESSAGE-----\r\n> Hash: SHA256\r\n>\r\n> We look\r\nMy card is stolen\r\n\r\nAna",
            "My card is stolen\n\nAna",
        ),
        (
            "-----BEGIN PGP SIGNED MESSAGE-----\r\nMy card is stolen\r\n\r\nAna",
            "-----BEGIN PGP SIGNED MESSAGE-----\nMy card is stolen\n\nAna",
        ),
        (
            "My card is stolen\r\n\r\nOn 1 May 2026, Help wrote:\r\n> " + ARMOURED.strip().replace("\r\n", "\r\n> "),
            "My card is stolen",
        ),
    ],
    ids=["spoken of", "quoted above", "without its signature", "quoted"],
)
def test_marks_of_openpgp_that_somebody_quotes_or_speaks_of_cost_no_words(body: str, text: str) -> None:
    event = mail(body=body).event()
    assert (event.text, event.attributes) == (text, {})


def test_every_text_that_openpgp_signs_in_a_letter_is_read_and_what_stands_between_them() -> None:
    armoured = ARMOURED.replace("- -- \r\n", "- -5 kg\r\n")
    event = mail(body=f"{armoured}And:\r\n{armoured.replace('parcel', 'money')}").event()
    said = "Where is my parcel?\n-5 kg\nAna\nAnd:\nWhere is my money?\n-5 kg\nAna"
    assert (event.text, event.attributes) == (said, {"signed": "openpgp"})
    paragraphs = ARMOURED.replace("Hash: SHA256\r\n\r\n", "Hello,\r\n\r\n")
    assert mail(body=paragraphs).event().text == "Hello,\n\nWhere is my parcel?"


BILL = b'<?xml version="1.0"?>\n<bill xmlns:p="x">\n\n<sum>5</sum></bill>\n'


@pytest.mark.parametrize("kind", ["application/pkcs7-mime", "application/octet-stream"])
@pytest.mark.parametrize("name", ["bill.xml.p7m", "bill.p7m", "smime.p7m"])
@pytest.mark.parametrize("words", [True, False], ids=["with words", "alone"])
def test_a_file_that_is_signed_by_itself_is_an_attachment_and_no_words(kind: str, name: str, words: bool) -> None:
    """As bills are in Italy: the file within the signature is no letter's body."""
    head = f"Content-Type: {kind}; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    parts = [INNER] * words + [head + encodebytes(signed(BILL))]
    event = put("email_mime", divided("mixed", *parts), "message/rfc822").event()
    assert (event.text, event.attributes) == (SAID if words else None, {})
    assert [one.name for one in event.attachments] == [name]


def test_a_file_that_is_encrypted_or_signed_beside_it_says_nothing_of_the_letter() -> None:
    head = b"Content-Type: application/pkcs7-mime; name=%s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    certificates = pkcs7.serialize_certificates([signer()[0]], Encoding.DER)
    files = ((b"deed.pdf.p7m", encrypted()), (b"deed.pdf.p7s", signed()), (b"smime.p7c", certificates))
    for name, der in files:
        event = put("email_mime", divided("mixed", INNER, head % name + encodebytes(der)), "message/rfc822").event()
        assert (event.text, event.attributes) == (SAID, {})


@pytest.mark.parametrize("inner", [b"\r\nHello", b"MIME-Version: 1.0\r\nX-A: b\r\n c\r\n\r\nHello"])
def test_a_body_that_is_signed_may_leave_out_what_it_is(inner: bytes) -> None:
    event = put("email_mime", smime(signed(inner)), "message/rfc822").event()
    assert (event.text, event.attributes) == ("Hello", {"signed": "smime"})


# ---- winmail.dat ----


def attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) % 65536)


def properties(*listed: tuple[int, int, bytes]) -> bytes:
    """(type, number, value); of a text or bytes with its length, padded to four."""
    made = struct.pack("<I", len(listed))
    for kind, number, value in listed:
        made += struct.pack("<HH", kind, number)
        if number >= 0x8000:
            made += bytes(16) + struct.pack("<II", 1, 6) + "ab".encode("utf-16-le") + bytes(4)
        made += (
            struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4) if kind in (0x1E, 0x1F, 0x102) else value
        )
    return made


def packed(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


FILES = (
    attribute(2, 0x00069002, bytes(14)),
    attribute(2, 0x00018010, b"FACTUR~1.PDF\0"),
    attribute(2, 0x0006800F, b"%PDF"),
    attribute(
        2,
        0x00069005,
        properties(
            (0x0003, 0x0E20, struct.pack("<I", 4)),
            (0x001F, 0x3707, "factura ñ.pdf\0".encode("utf-16-le")),
            (0x001E, 0x370E, b"application/pdf\0"),
        ),
    ),
    attribute(2, 0x00069002, bytes(14)),
    attribute(2, 0x00018010, b"a.png\0"),
    attribute(2, 0x0006800F, b"PNG!!"),
)
PAGE = attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
PACKED = packed(PAGE, attribute(1, 0x0002800C, SAID.encode("cp1252") + b"\0"), *FILES)
HTML = properties(
    (0x001F, 0x8001, "x\0".encode("utf-16-le")),
    (0x000B, 0x0E1F, struct.pack("<I", 1)),
    (0x1003, 0x6800, struct.pack("<III", 2, 5, 6)),
    (0x0102, 0x1013, "<p>¿Dónde <b>está</b>?</p>".encode("cp1252")),
)
FOUND = [("factura ñ.pdf", "application/pdf", 4), ("a.png", "application/octet-stream", 5)]


def tnef(data: bytes, kind: str = "application/ms-tnef") -> bytes:
    heads = f'Content-Type: {kind}; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return heads.encode() + encodebytes(data)


def test_the_files_in_winmail_dat_are_named_and_the_letters_own_words_are_taken() -> None:
    event = put("email_mime", divided("mixed", b"\r\nMine", tnef(PACKED)), "message/rfc822").event()
    assert event.text == "Mine"
    assert [(one.name, one.content_type, one.bytes) for one in event.attachments[1:]] == FOUND
    assert (event.attachments[0].name, event.attributes) == ("winmail.dat", {})


@pytest.mark.parametrize(
    "data",
    [PACKED, packed(PAGE, attribute(1, 0x00069003, HTML)),
     packed(attribute(1, 0x00069003, properties((0x1F, 0x1000, SAID.encode("utf-16-le")))))],
    ids=["text", "HTML", "Unicode"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/vnd.ms-tnef", "application/octet-stream"])
def test_a_letter_that_is_all_in_winmail_dat_has_its_words(data: bytes, kind: str) -> None:
    event = put("email_mime", divided("mixed", tnef(data, kind)), "message/rfc822").event()
    assert (event.text, event.attributes) == (SAID, {})


def test_of_many_such_files_some_are_opened_and_the_others_named() -> None:
    event = put("email_mime", divided("mixed", b"\r\nMine", *[tnef(packed(*FILES))] * 5), "message/rfc822").event()
    assert (event.text, event.attributes["unread"]) == ("Mine", "winmail.dat")
    assert [one.name for one in event.attachments].count("a.png") == 3
    assert [one.name for one in event.attachments].count("winmail.dat") == 5


def test_of_properties_without_end_the_names_of_the_files_are_still_read() -> None:
    endless = attribute(1, 0x00069003, properties(*[(0x0003, 0x0E01, bytes(4))] * 3000))
    event = put("email_mime", divided("mixed", b"\r\nMine", tnef(packed(endless, *FILES))), "message/rfc822").event()
    assert [one.name for one in event.attachments] == ["winmail.dat", "FACTUR~1.PDF", "a.png"]
    assert event.attributes["unread"] == "winmail.dat"


def test_a_damaged_winmail_dat_names_what_can_be_read() -> None:
    event = put("email_mime", divided("mixed", tnef(PACKED[:-9])), "message/rfc822").event()
    assert (event.text, event.attributes["unread"]) == (SAID, "winmail.dat")
    assert [one.name for one in event.attachments] == ["winmail.dat", "factura ñ.pdf", "a.png"]


def test_what_providers_hand_over_as_files_is_opened_as_well() -> None:
    """A letter that is all signature or Outlook's file has no words in their fields."""
    fields = {**MAILGUN, "body-plain": "", "stripped-text": ""}
    body, kind = multipart(fields, [("attachment-1", "smime.p7m", "application/pkcs7-mime", signed())])
    mailgun = put("mailgun", body, kind).event()
    body, kind = multipart({"from": "ana@b.example"}, [("attachment1", "winmail.dat", "application/ms-tnef", PACKED)])
    sendgrid = put("sendgrid", body, kind).event()
    file = {"Name": "smime.p7m", "ContentType": "application/pkcs7-mime", "Content": encodebytes(signed()).decode()}
    postmark = json_of("postmark", {**POSTMARK, "TextBody": "", "Attachments": [file]}).event()
    assert {mailgun.text, sendgrid.text, postmark.text} == {SAID}
    assert (mailgun.attributes["signed"], postmark.attributes["signed"]) == ("smime", "smime")
    assert [one.name for one in sendgrid.attachments] == ["winmail.dat", "factura ñ.pdf", "a.png"]
