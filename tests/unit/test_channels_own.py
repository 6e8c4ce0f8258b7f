"""What is ours is known as ours, however the sources file or the provider spells it: else we would answer ourselves."""

from typing import Any

import pytest

from services.ingest.domain.channels.adapter import SourceFacts
from tests.support.channel_payloads import ASTERISK, CHATWOOT, INTERCOM, SMS, VOICE, whatsapp, whatsapp_text
from tests.support.channels import Result, form, json_of, mail

OURS = "+34 911-000 000"


def whatsapp_shown(number: object) -> dict[str, Any]:
    """A message of our own number, which the account shows in this way."""
    document = whatsapp(whatsapp_text(**{"from": "15550001111"}))
    document["entry"][0]["changes"][0]["value"]["metadata"]["display_phone_number"] = number
    return document


SPELLED: dict[str, Result] = {
    "twilio sms": form("twilio", {**SMS, "From": "+34911000000"}, frozenset({OURS})),
    "twilio whatsapp": form("twilio", {**SMS, "From": "whatsapp:+34911000000"}, frozenset({OURS})),
    "voice": form("twilio_voice", {**VOICE, "From": "+34911000000"}, frozenset({OURS})),
    "conversations": form(
        "twilio_conversations",
        {"EventType": "onMessageAdded", "Author": "whatsapp:+34911000000", "ConversationSid": "CH1"},
        frozenset({OURS}),
    ),
    "whatsapp": json_of("whatsapp_cloud", whatsapp(whatsapp_text(**{"from": "34911000000"})), frozenset({OURS})),
    "whatsapp itself, as a number": json_of("whatsapp_cloud", whatsapp_shown(15550001111.0)),
    "whatsapp itself, as another": json_of("whatsapp_cloud", whatsapp_shown(15550001111)),
    "whatsapp itself": json_of("whatsapp_cloud", whatsapp(whatsapp_text(**{"from": "15550001111"}))),
    "asterisk": json_of("asterisk", {**ASTERISK, "CallerIDNum": "+34911000000"}, frozenset({OURS})),
    "mail": mail(own=frozenset({"Ana <ANA@Example.com>"})),
    "chatwoot": json_of("chatwoot", CHATWOOT, frozenset({"ANA@example.com"})),
    "intercom": json_of("intercom", INTERCOM, frozenset({"ANA@example.com"})),
}


@pytest.mark.parametrize("case", SPELLED)
def test_what_is_ours_is_known_however_the_file_or_the_provider_spells_it(case: str) -> None:
    assert (SPELLED[case].admitted, SPELLED[case].ignored) == ([], ["own_message"])


def test_nothing_is_ours_where_nothing_is_named() -> None:
    for own in (frozenset[str](), frozenset({""})):
        facts = SourceFacts("source", own, "", lambda *_: "")
        assert not facts.is_own("", "+34911000000", "ana@example.com")
