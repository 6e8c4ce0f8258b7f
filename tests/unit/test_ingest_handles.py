"""Who wrote: the spellings of one address are one customer, and two customers are never one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.handles import Pseudonyms, is_withheld, normalised
from tests.support.ingest_builders import KEY, body, canonical


def test_a_customer_is_named_by_a_keyed_hash_of_the_handle_or_as_given() -> None:
    hashed = canonical(body()).party.customer_id
    named = canonical(body(**{"from": {"handle": "ana@example.com", "customer_id": "crm-17"}})).party.customer_id

    assert hashed == Pseudonyms(KEY).customer("acme", "ana@example.com")
    assert len(hashed) == 32
    assert named == "crm-17"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+34 600 12-34-56", "tel:+34600123456"),
        ("Ana@Example.com", " ana@example.com "),
        ("whatsapp:+34600123456", "+34 (600) 123456"),
        ("whatsapp:34600123456", "+34600123456"),
        ("Ana Ruiz <Ana@Example.com>", "mailto:ana@example.com?subject=Hi"),
        ("sip:+34600123456@pbx.example.com;user=phone", "+34600123456"),
        ("+44 (0)7123 456789", "+447123456789"),
        ("\u202a+34 600\u00a0123\u2011456\u202c", "+34600123456"),
        ("\uff0b\uff13\uff14 600123456", "+34600123456"),
        ("+\u0663\u0664 \u0666\u0660\u0660123456", "+34600123456"),
        ("tel:600123456;phone-context=+34", "+34600123456"),
        ("+1 800 555 0199 ext. 5", "tel:+1-800-555-0199;ext=5"),
        ("ANA.RUIZ", "ana.ruiz"),
        ("34600112233@s.whatsapp.net", "whatsapp:+34600112233"),
        ("34600112233:12@s.whatsapp.net", "+34 600 112 233"),
        ("34600112233@c.us", "+34600112233"),
        ("551181234567@s.whatsapp.net", "+5511981234567"),
        ("<sip:+442079460018@example.com;user=phone>;tag=1", "+44 20 7946 0018"),
        ('"Ana" <sip:+442079460018@10.0.0.1:5060;user=phone>', "+442079460018"),
        ("sip:+442079460018;ext=12@example.com", "+442079460018"),
        ("(0034) 600 112 233", "+34600112233"),
        ("tel:+442079460018;phone-context=+44", "+442079460018"),
        ("+55 (0xx11) 91234-5678", "+5511912345678"),
        ("+7 8 912 345 67 89", "+79123456789"),
        ("+36 06 20 123 4567", "+36201234567"),
        ("+39 06 1234 5678", "tel:+390612345678"),
        ("+1 212 555 0123,,12#", "+12125550123;ext=12"),
    ],
)
def test_spellings_of_one_address_are_one_customer(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("handle", "channel", "region", "expected"),
    [
        ("600 12 34 56", "voice", "ES", "+34600123456"),
        ("600123456", "sms", "ES", "+34600123456"),
        ("0034 600123456", "voice", "ES", "+34600123456"),
        ("0034 600123456", "chat", "ES", "+34600123456"),
        ("0034600123456", "messaging", "DE", "+34600123456"),
        ("0034600123456", "messaging", "", "+34600123456"),
        ("0049-2024-118", "chat", "US", "00492024118"),
        ("sip:600123456@10.0.0.1", "voice", "ES", "+34600123456"),
        ("tel:600123456", "chat", "ES", "+34600123456"),
        ("(415) 555-2671", "voice", "US", "+14155552671"),
        ("06 1234 5678", "voice", "IT", "+390612345678"),
        ("600 12 34 56", "voice", "", "600123456"),
        ("600123456", "chat", "ES", "600123456"),
        ("sip:1001@pbx.example.com", "voice", "ES", "1001@pbx.example.com"),
        ("22000", "sms", "ES", "22000"),
        ("555-1234", "voice", "US", "5551234"),
        ("Bank24x7", "sms", "ES", "bank24x7"),
        ("+34 600", "voice", "ES", "+34600"),
        ("1" + " " * 4000 + "2", "voice", "ES", "1" + " " * 4000 + "2"),
        ("U024BE7LH", "chat", "ES", "u024be7lh"),
        ("0034600112233", "voice", "US", "+34600112233"),
        ("0034600112233", "messaging", "JP", "+34600112233"),
        ("0034600112233", "voice", "SG", "+34600112233"),
        ("0011 44 20 7946 0018", "voice", "AU", "+442079460018"),
        ("011 44 20 7946 0018", "voice", "US", "+442079460018"),
        ("8 10 44 20 7946 0018", "voice", "RU", "+442079460018"),
        ("8 (912) 345-67-89", "voice", "RU", "+79123456789"),
        ("0xx11 91234-5678", "voice", "BR", "+5511912345678"),
        ("044 55 1234 5678", "voice", "MX", "+525512345678"),
        ("0800 123 4567", "voice", "GB", "+448001234567"),
        ("120363025246125486@g.us", "messaging", "ES", "120363025246125486@g.us"),
        ("AMAZON", "sms", "", "amazon"),
    ],
)
def test_a_number_is_read_as_dialled_in_the_country_where_it_can_be_one(
    handle: str, channel: str, region: str, expected: str
) -> None:
    assert normalised(handle, channel, region) == expected


@given(st.text(max_size=80) | st.from_regex(r"\A(\+|tel:|sip:)?[0-9 ().\-]{3,20}(@x|;ext=1)?\Z"))
def test_a_number_in_full_is_the_same_on_every_channel(handle: str) -> None:
    for channel, region in (("voice", "ES"), ("chat", ""), ("sms", "")):
        once = normalised(handle, channel, region)
        if once.startswith("+"):
            assert normalised(once) == once == normalised(once, "sms", "US")


def test_a_customer_of_a_workspace_is_the_same_by_national_and_international_number() -> None:
    pseudonyms = Pseudonyms(KEY, {"acme": "ES"})
    for workspace, same in (("acme", True), ("other", False)):
        national = pseudonyms.customer(workspace, "600 123 456", "voice")
        assert (national == pseudonyms.customer(workspace, "+34600123456", "messaging")) is same


@pytest.mark.parametrize(
    ("handle", "channel", "missing"),
    [
        ("600 123 456", "voice", True),
        ("tel:600123456", "chat", True),
        ("sip:600123456@10.0.0.1", "chat", True),
        ("(415) 555-2671", "sms", True),
        ("+34 600 123 456", "voice", False),
        ("0034 600 123 456", "voice", False),
        ("600123456", "chat", False),
        ("22000", "sms", False),
        ("anonymous", "voice", False),
        ("266696687", "voice", False),
        ("sip:reception@pbx.example.com", "voice", False),
        ("ana@example.com", "email", False),
        ("mailto:600123456@example.com", "email", False),
    ],
)
def test_a_number_that_only_a_region_could_read_says_so_until_there_is_one(
    handle: str, channel: str, missing: bool
) -> None:
    assert Pseudonyms(KEY).lacks_region("acme", handle, channel) is missing
    assert not Pseudonyms(KEY, {"acme": "ES"}).lacks_region("acme", handle, channel)
    assert canonical(body(channel=channel, **{"from": {"handle": handle}})).region_missing is missing


def test_an_id_of_a_provider_counts_for_its_source_and_a_number_or_address_everywhere() -> None:
    customer = Pseudonyms(KEY).customer
    assert customer("acme", "123456789", "messaging", "telegram-1") != customer("acme", "123456789", "chat", "help")
    assert customer("acme", "+34600123456", "messaging", "wa-main") == customer("acme", "+34600123456", "voice")
    assert customer("acme", "Ana@example.com", "email", "mail") == customer("acme", "ana@example.com", "chat")
    assert customer("acme", "user-42", "chat") == customer("acme", "user-42", "web")


@pytest.mark.parametrize("handle", ["anonymous", "Restricted", "+266696687", "sip:anonymous@anonymous.invalid"])
def test_callers_who_withhold_their_number_are_not_one_customer(handle: str) -> None:
    one, other = (
        canonical(body(channel="voice", conversation_id=call, **{"from": {"handle": handle}})).party.customer_id
        for call in ("call-1", "call-2")
    )
    assert one != other
    named = canonical(body(channel="voice", **{"from": {"handle": handle, "customer_id": "crm-17"}}))
    assert (named.party.customer_id, named.handle_key) == ("crm-17", "")
    assert is_withheld(handle, "voice")
    assert not is_withheld(handle, "chat")


@pytest.mark.parametrize("channel", ["voice", "chat", "email", "web"])
@pytest.mark.parametrize("blank", [" ", "\t ", "\u3000"])
def test_people_of_whom_only_blanks_are_known_are_not_one_customer(blank: str, channel: str) -> None:
    one, other = (
        canonical(body(channel=channel, conversation_id=name, **{"from": {"handle": blank}})).party.customer_id
        for name in "ab"
    )
    assert one != other


def test_a_given_id_comes_with_the_key_of_its_handle() -> None:
    given = canonical(body(**{"from": {"handle": "ana@example.com", "customer_id": "crm-17"}}))
    alone = canonical(body())
    assert given.handle_key == alone.party.customer_id
    assert alone.handle_key == ""
    assert canonical(body(**{"from": {"handle": "ana@example.com", "customer_id": given.handle_key}})).handle_key == ""


def test_a_customer_has_another_pseudonym_in_another_workspace_and_under_another_key() -> None:
    names = {
        Pseudonyms(KEY).customer("acme", "ana@example.com"),
        Pseudonyms(KEY).customer("globex", "ana@example.com"),
        Pseudonyms(b"another key").customer("acme", "ana@example.com"),
    }

    assert len(names) == 3


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+55 11 8765-4321", "+5511987654321"),
        ("+5511987654321", "+5511987654321"),
        ("+55 11 2345-6789", "+551123456789"),  # a fixed line has no other form
        ("+5215512345678", "+525512345678"),
        ("+52 55 1234 5678", "+525512345678"),
        ("+54 11 2345-6789", "+5491123456789"),
        ("whatsapp:5491123456789", "+5491123456789"),
        ("0034600112233", "+34600112233"),
        ("0034 600 11 22 33", "+34600112233"),
        ("(+34) 600.112.233", "+34600112233"),
        ("(+52) 1 55 1234 5678", "+525512345678"),
    ],
)
def test_the_spellings_of_a_mobile_number_are_one_customer(written, number):
    assert normalised(written, "sms") == normalised(number, "sms") == number
