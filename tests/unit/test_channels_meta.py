"""WhatsApp, Messenger and Instagram beyond a text: hidden numbers, calls, orders, advertisements, other payloads."""

from typing import Any

import pytest

from tests.support.channel_payloads import direct, page, whatsapp, whatsapp_text
from tests.support.channel_variants import MESSENGER_CALL, WHATSAPP_CALL, messenger_calls, whatsapp_change
from tests.support.channels import Result, json_of

USER = "US.13491208655302741918"


def said(**message: Any) -> Result:
    """One message of WhatsApp; what is None is left out."""
    return json_of("whatsapp_cloud", whatsapp({k: v for k, v in whatsapp_text(**message).items() if v is not None}))


def change(field: str, **value: Any) -> Result:
    return json_of("whatsapp_cloud", whatsapp_change(field, **value))


def call(event: str, **more: Any) -> Result:
    contacts = [{"wa_id": "34600123456", "user_id": USER, "profile": {"name": "Ana"}}]
    return change("calls", contacts=contacts, calls=[{**WHATSAPP_CALL, "event": event, **more}])


# ---- people who hide their number ----


def test_who_hides_their_number_stays_in_the_conversation_and_is_answered_by_their_id() -> None:
    shown, hidden = said(from_user_id=USER).event(), said(number=2, from_user_id=USER, **{"from": None}).event()

    assert shown.conversation_id == hidden.conversation_id
    assert (shown.party.handle, shown.reply_to.address) == ("whatsapp:+34600123456", "34600123456")
    assert (hidden.party.handle, hidden.reply_to.address, hidden.party.name) == (USER, USER, "Ana")
    assert USER not in hidden.conversation_id


def test_a_message_that_names_nobody_is_of_the_only_contact_beside_it() -> None:
    document = whatsapp({k: v for k, v in whatsapp_text().items() if k != "from"})
    document["entry"][0]["changes"][0]["value"]["contacts"] = [{"user_id": USER, "profile": {"username": "ana.m"}}]
    event = json_of("whatsapp_cloud", document).event()
    assert (event.party.handle, event.party.name, event.attributes["username"]) == (USER, "ana.m", "ana.m")


def test_a_message_that_names_nobody_among_several_people_is_refused() -> None:
    document = whatsapp({k: v for k, v in whatsapp_text().items() if k != "from"})
    document["entry"][0]["changes"][0]["value"]["contacts"] *= 2
    (refused,) = json_of("whatsapp_cloud", document).refused
    assert refused.letter.path == "entry[0].changes[0].value.messages[0].from"


# ---- calls over WhatsApp ----


def test_everybody_of_a_large_batch_has_their_name() -> None:
    """Meta puts up to a thousand updates into one request."""
    numbers = [str(34_600_000_000 + one) for one in range(1000)]
    batch = whatsapp(*(whatsapp_text(index, **{"from": one}) for index, one in enumerate(numbers)))
    people = [{"wa_id": one, "profile": {"name": f"Person {one}"}} for one in numbers]
    batch["entry"][0]["changes"][0]["value"]["contacts"] = people
    events = json_of("whatsapp_cloud", batch).events()
    assert [one.party.name for one in events] == [f"Person {one}" for one in numbers]
    assert not any(one.attributes for one in events)


def test_a_call_over_whatsapp_is_a_contact_of_voice_until_it_ends() -> None:
    rings, ends = call("connect", session={"sdp_type": "offer", "sdp": "v=0"}).event(), call("terminate").event()

    assert (rings.channel, rings.conversation_id, rings.party.name) == ("voice", "wacid.1", "Ana")
    assert (rings.reply_to.address, rings.reply_to.thread) == ("34600123456", "wacid.1")
    assert (ends.conversation_id, ends.reason, ends.occurred_ms) == ("wacid.1", "hang_up", 1_769_851_800_000)
    assert call("connect").event().event_id == rings.event_id
    assert call("terminate").event().event_id == ends.event_id


def test_calls_that_we_make_and_states_of_calls_are_no_contacts() -> None:
    assert call("connect", direction="BUSINESS_INITIATED").ignored == ["own_message"]
    assert call("accept").ignored == ["call_progress"]
    assert change("calls", statuses=[{"id": "wacid.1", "status": "RINGING"}]).ignored == ["call_progress"]


# ---- what may be said ----


@pytest.mark.parametrize(
    ("kind", "content", "text", "attributes"),
    [
        (
            "order",
            {"catalog_id": "7", "text": "Please", "product_items": [{"product_retailer_id": "SKU-1", "quantity": 2}]},
            "Please\n2 x SKU-1",
            {"catalog": "7"},
        ),
        (
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"size": "M"}'}},
            '{"size": "M"}',
            {"flow": "flow"},
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "l1", "title": "Returns", "description": "d"}},
            "Returns",
            {"button_id": "l1"},
        ),
        (
            "interactive",
            {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}},
            None,
            {"call_permission": "accept"},
        ),
        (
            "contacts",
            [{"name": {"formatted_name": "Bo Miles"}, "phones": [{"phone": "+34 600 999 888"}]}],
            "Bo Miles +34 600 999 888",
            {},
        ),
        ("unsupported", {"type": "poll_creation"}, None, {"unsupported_type": "poll_creation"}),
    ],
)
def test_what_is_chosen_ordered_or_cannot_be_shown_is_kept(
    kind: str, content: Any, text: str | None, attributes: dict[str, str]
) -> None:
    event = said(type=kind, text=None, **{kind: content}).event()
    assert event.text == text
    assert event.attributes["type"] == kind
    assert attributes.items() <= event.attributes.items()


def test_how_somebody_came_is_kept_for_routing() -> None:
    referral = {
        "source_type": "ad", "source_id": "120", "source_url": "https://fb.me/x", "headline": "Sale", "body": "Now",
        "ctwa_clid": "clid", "media_type": "image",
    }  # fmt: skip
    context = {"id": "wamid.0", "frequently_forwarded": True, "referred_product": {"product_retailer_id": "SKU-1"}}
    found = said(referral=referral, context=context).event().attributes
    assert found == {
        "referral_type": "ad", "referral_id": "120", "referral_url": "https://fb.me/x", "referral_headline": "Sale",
        "referral_body": "Now", "referral_ctwa_clid": "clid", "in_reply_to": "wamid.0", "forwarded": "true",
        "product": "SKU-1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (said(type="edit", edit={"original_message_id": "wamid.0"}, text=None), "edit"),
        (said(type="unsupported", unsupported={"type": "edit"}, text=None), "edit"),
        (said(type="unsupported", unsupported={"type": "pin"}, text=None), "not_a_message"),
        (said(type="unsupported", unsupported={"type": "keep_in_chat"}, text=None), "not_a_message"),
        (
            said(
                type="interactive",
                text=None,
                interactive={"call_permission_reply": {"response": "accept", "response_source": "automatic"}},
            ),
            "not_a_message",
        ),
        (said(type="request_welcome", text=None), "not_a_message"),
        (said(type="system", system={"type": "user_changed_number"}, text=None), "not_a_message"),
        (change("smb_message_echoes", message_echoes=[whatsapp_text()]), "echo"),
        (change("history", history=[]), "not_a_message"),
        (change("user_preferences", user_preferences=[{"value": "stop"}]), "not_a_message"),
    ],
)
def test_what_is_told_beside_messages_is_ignored_by_name(result: Result, why: str) -> None:
    assert (result.admitted, result.refused, result.ignored) == ([], [], [why])


# ---- Messenger and Instagram ----


def instagram(*events: Any, **entry: Any) -> Result:
    document = page("instagram", *events)
    document["entry"][0].update(entry)
    return json_of("instagram", document)


def test_a_pressed_button_among_instagrams_changes_is_a_message() -> None:
    pressed = {**direct(), "message": None, "postback": {"mid": "m_7", "title": "Returns", "payload": "RETURNS"}}
    event = instagram(changes=[{"field": "messaging_postbacks", "value": pressed}]).event()
    assert (event.message_id, event.text, event.attributes["payload"]) == ("m_7", "Returns", "RETURNS")


def test_a_comment_that_stands_in_the_entry_itself_is_one() -> None:
    value = {"id": "c1", "from": {"id": "7", "username": "ana"}, "text": "Where?", "media": {"id": "p1"}}
    event = instagram(field="comments", value=value).event()
    assert (event.channel, event.public, event.message_id, event.reply_to.thread) == ("social", True, "c1", "p1")


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("message_echoes", "echo"),
        ("message_edit", "edit"),
        ("message_reactions", "reaction"),
        ("messaging_seen", "delivery_state"),
        ("standby", "standby"),
        ("messaging_handover", "not_a_message"),
    ],
)
def test_other_changes_of_an_instagram_account_are_ignored_by_name(field: str, why: str) -> None:
    assert instagram(changes=[{"field": field, "value": {}}]).ignored == [why]


def test_a_list_of_notifications_as_instagrams_examples_show_it_is_each_of_them() -> None:
    first, second = page("instagram", direct()), page("instagram", direct(mid="m_2"), {**direct(), "sender": 5.5})
    result = json_of("instagram", [first, second])
    assert [one.message_id for one in result.events()] == ["m_1", "m_2"]
    assert [one.letter.path for one in result.refused] == ["[1].entry[0].messaging[1].sender"]
    assert json_of("instagram", []).ignored == ["not_a_message"]
    result = json_of("instagram", [{"object": "page"}, first])
    assert [one.message_id for one in result.events()] == ["m_1"]
    assert [one.letter.path for one in result.refused] == ["[0].object"]


def test_an_attachment_that_comes_under_two_names_is_one() -> None:
    url = {"url": "https://cdn.example/post"}
    shared = [{"type": "share", "payload": {**url, "title": "Our post"}}, {"type": "ig_post", "payload": url}]
    (attachment,) = instagram(direct(attachments=shared, text=None)).event().attachments
    assert (attachment.name, attachment.url) == ("Our post", "https://cdn.example/post")


def test_a_sticker_is_a_picture_and_a_mention_in_a_story_keeps_its_place() -> None:
    sticker = {"type": "sticker", "payload": {"url": "https://cdn.example/s", "sticker_id": 5}}
    story = {"type": "story_mention", "payload": {"url": "https://cdn.example/story"}}
    first, second = json_of("messenger", page("page", direct(attachments=[sticker, story]))).event().attachments
    assert (first.content_type, first.name, second.name) == ("image/*", None, "story_mention")


def test_an_advertisement_or_product_by_which_somebody_came_is_kept() -> None:
    referral = {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "9", "ads_context_data": {"ad_title": "Sale"}}
    found = json_of("messenger", page("page", direct(referral=referral))).event().attributes
    assert found == {
        "referral_ref": "9", "referral_source": "ADS", "referral_ad": "9", "referral_headline": "Sale",
    }  # fmt: skip
    product = json_of("instagram", page("instagram", direct(referral={"product": {"id": "44"}}))).event()
    assert product.attributes == {"product": "44"}


@pytest.mark.parametrize(
    "event",
    [
        {"optin": {"type": "notification_messages", "payload": "p"}},
        {"pass_thread_control": {"new_owner_app_id": 1}},
        {"take_thread_control": {"previous_owner_app_id": 1}},
        {"referral": {"ref": "shop", "source": "SHORTLINK"}},
    ],
)
def test_what_no_person_wrote_opens_no_contact(event: Any) -> None:
    bare = {name: value for name, value in direct().items() if name != "message"}
    assert json_of("messenger", page("page", {**bare, **event})).ignored == ["not_a_message"]


def calls(*listed: Any) -> Result:
    return json_of("messenger", messenger_calls(*listed))


def test_a_call_over_messenger_is_a_contact_of_voice_until_it_ends() -> None:
    rings, ends = calls(MESSENGER_CALL).event(), calls({**MESSENGER_CALL, "event": "terminate"}).event()
    assert (rings.channel, rings.conversation_id, rings.party.handle) == ("voice", "c_1", "PSID-1")
    assert (rings.to, rings.reply_to.address, rings.reply_to.thread) == ("PAGE", "PSID-1", "c_1")
    assert (ends.conversation_id, ends.reason, ends.occurred_ms) == ("c_1", "hang_up", 1_769_851_800_000)
    assert calls(MESSENGER_CALL).event().event_id == rings.event_id


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ({"call_direction": "business_initiated"}, "own_message"),
        ({"event": "media_update"}, "call_progress"),
        ({"from": "PAGE"}, "own_message"),
    ],
)
def test_calls_of_a_page_and_their_progress_are_no_contacts(call: dict[str, Any], why: str) -> None:
    assert calls({**MESSENGER_CALL, **call}).ignored == [why]


def test_a_button_that_somebody_presses_who_is_known_by_a_plugin_alone_is_a_message() -> None:
    """As documented for the field ``messaging_postbacks``: every property is a text, and the time in seconds."""
    pressed = {
        "sender": {"user_ref": "REF-1"}, "recipient": {"id": "PAGE"}, "timestamp": "1769851800",
        "postback": {"mid": "m_9", "title": "Get started", "payload": "START", "referral": {"ref": "shop"}},
    }  # fmt: skip
    document = {"object": "page", "entry": [{"changes": [{"field": "messaging_postbacks", "value": pressed}]}]}
    event = json_of("messenger", document).event()
    assert (event.party.handle, event.reply_to.address, event.occurred_ms) == ("REF-1", "REF-1", 1_769_851_800_000)
    assert event.attributes["referral_ref"] == "shop"
    (refused,) = json_of("messenger", page("page", {**direct(), "sender": {}})).refused
    assert refused.letter.path == "entry[0].messaging[0].sender.id"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"message_edit": {"mid": "m_1", "text": "New", "num_edit": "1"}}, "edit"),
        ({"response_feedback": {"feedback": "Good response", "mid": "m_1"}}, "reaction"),
        ({"messaging_feedback": {"feedback_screens": []}}, "not_a_message"),
        ({"call_permission_reply": {"response": "accept"}}, "not_a_message"),
    ],
)
def test_what_a_person_does_to_a_message_opens_no_contact(event: Any, why: str) -> None:
    bare = {name: value for name, value in direct().items() if name != "message"}
    assert json_of("messenger", page("page", {**bare, **event})).ignored == [why]


def test_while_metas_own_agent_talks_with_somebody_they_are_no_contact() -> None:
    """Its conversations come in another field, in the form of messages."""
    assert change("standby", messages=[whatsapp_text()], contacts=[{"wa_id": "34600123456"}]).ignored == ["standby"]
    assert change("messaging_handovers", messaging_handovers=[{}]).ignored == ["not_a_message"]


@pytest.mark.parametrize("name", ["action", "product"])
def test_a_product_that_somebody_sends_names_itself(name: str) -> None:
    product = {"catalog_id": "7", "product_retailer_id": "SKU-1"}
    sent = {"type": "product", "body": {"text": "This one?"}, name: product}
    event = said(type="interactive", text=None, interactive=sent).event()
    assert event.text == "This one?"
    assert {"product": "SKU-1", "catalog": "7"}.items() <= event.attributes.items()
