"""What holds for every adapter and each of its payloads: read again it is the same; what is added changes nothing."""

from collections.abc import Iterator
from random import Random
from typing import Any

import orjson
import pytest

from services.ingest.domain.channels.node import WRONG_MAX
from services.ingest.domain.channels.registry import NAMES
from services.ingest.domain.reading import OBJECTS_MAX
from services.ingest.domain.rejection import REFUSED_PARTS_MAX
from tests.support.channel_payloads import ASTERISK, POSTMARK, SLACK, SLACK_EVENT, Sample, direct, page, whatsapp_text
from tests.support.channel_variants import payloads_of
from tests.support.channels import Result, json_of, put_sample

STRICT = {"canonical": {"type"}}  # our own contract: a type that is null is one that cannot be read
OPEN = frozenset({"channelvars", "attributes", "ChanVariable"})  # objects whose keys are data
CASES = [(name, index) for name in NAMES for index in range(len(payloads_of(name)))]
DOCUMENTS = [case for case in CASES if payloads_of(case[0])[case[1]].body[:1] == b"{"]


def told(result: Result) -> Any:
    return result.events(), [(one.letter.reason, one.letter.path) for one in result.refused], result.ignored


def objects(value: Any, name: str = "") -> Iterator[dict[str, Any]]:
    """Every object of a document whose keys are the provider's."""
    if isinstance(value, dict) and name not in OPEN:
        yield value
        for key, inside in list(value.items()):
            yield from objects(inside, key)
    elif isinstance(value, list):
        for inside in value:
            yield from objects(inside, name)


def of(case: tuple[str, int], document: Any = None) -> Result:
    sample = payloads_of(case[0])[case[1]]
    body = sample.body if document is None else orjson.dumps(document)
    return put_sample(case[0], Sample(body, {}, sample.content_type))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_payload_that_comes_again_is_the_same(case: tuple[str, int]) -> None:
    assert told(of(case)) == told(of(case))
    assert of(case).refused == []


@pytest.mark.parametrize("case", DOCUMENTS, ids=str)
def test_fields_that_nobody_knows_yet_and_another_order_change_nothing(case: tuple[str, int]) -> None:
    document, chance = orjson.loads(payloads_of(case[0])[case[1]].body), Random(1)
    for inside in objects(document):
        inside["added_next_year"] = chance.choice([None, 5, "text", [1], {"a": {}}])
        items = list(inside.items())
        chance.shuffle(items)
        inside.clear()
        inside.update(items)
    assert told(of(case, document)) == told(of(case))


@pytest.mark.parametrize("case", DOCUMENTS, ids=str)
def test_a_field_that_is_null_is_a_field_that_is_not_there(case: tuple[str, int]) -> None:
    whole = orjson.loads(payloads_of(case[0])[case[1]].body)
    for number, inside in enumerate(list(objects(whole))):
        for name in inside.keys() - STRICT.get(case[0], set()):
            without, null = (orjson.loads(orjson.dumps(whole)) for _ in range(2))
            del list(objects(without))[number][name]
            list(objects(null))[number][name] = None
            assert told(of(case, null)) == told(of(case, without)), name


OF_NEXT_YEAR: dict[str, list[Any]] = {
    "slack": [{"type": "event_callback", "event": {"type": "x"}}, {"type": "x"}],
    "telegram": [{"update_id": 1, "x": {}}],
    "whatsapp_cloud": [{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "x", "value": {}}]}]}],
    "messenger": [{"object": "page", "entry": [{"messaging": [{"x": {}}]}]}],
    "instagram": [{"object": "instagram", "entry": [{"changes": [{"field": "mentions", "value": {"media_id": "1"}}]}]}],
    "zendesk": [{"type": "zen:event-type:user.created", "detail": {}}, {"type": "zen:event-type:x"}],
    "intercom": [{"type": "notification_event", "topic": "contact.created"}],
    "chatwoot": [{"event": "contact_created"}, {"event": "conversation_typing_on", "conversation": {"id": 1}}],
    "x": [{"for_user_id": "1", "follow_events": [{}]}],
    "asterisk": [
        {"Event": "PeerStatus"},
        {"type": "PlaybackStarted", "playback": {"id": "1"}, "application": "a"},
        {"type": "Dial", "peer": {"id": "1"}, "dialstatus": "RINGING"},
        {"type": "DeviceStateChanged", "device_state": {}},
    ],
    "postmark": [{"RecordType": "x"}],
}


@pytest.mark.parametrize("adapter", OF_NEXT_YEAR)
def test_a_kind_of_event_that_nobody_asked_for_is_no_dead_letter(adapter: str) -> None:
    for document in OF_NEXT_YEAR[adapter]:
        result = json_of(adapter, document)
        assert (result.admitted, result.refused, len(result.ignored)) == ([], [], 1), document


def whatsapp_of(**value: Any) -> dict[str, Any]:
    metadata = {"phone_number_id": "106540352242922"}
    changes = [{"field": "messages", "value": {"metadata": metadata, **value}}]
    return {"object": "whatsapp_business_account", "entry": [{"changes": changes}]}


MANY: list[Any] = [{}] * 80_000
CROWDED: dict[str, tuple[str, Any]] = {
    "messages": ("whatsapp_cloud", whatsapp_of(messages=MANY)),
    "states": ("whatsapp_cloud", whatsapp_of(statuses=MANY)),
    "entries within entries": (
        "messenger",
        {"object": "page", "entry": [{"messaging": [{}] * 80}] * 800},
    ),
    "standby": ("messenger", {"object": "page", "entry": [{"standby": MANY}]}),
    "heads": ("postmark", {**POSTMARK, "Headers": MANY}),
    "posts": ("x", {"for_user_id": "1", "tweet_create_events": MANY}),
    "events": ("asterisk", {"events": MANY}),
}


@pytest.mark.parametrize("case", CROWDED)
def test_a_payload_of_entries_without_end_is_one_dead_letter(case: str) -> None:
    """Each refused part would keep the whole payload: 80,000 of 240 KB are 19 GB of one record."""
    result = json_of(*CROWDED[case])
    assert (result.admitted, result.ignored, len(result.refused)) == ([], [], 1)


SOME: list[Any] = [{}] * (OBJECTS_MAX - 100)  # as many as one body may have
ADORNED: dict[str, tuple[str, Any]] = {
    "people": ("whatsapp_cloud", whatsapp_of(contacts=SOME, messages=[whatsapp_text()])),
    "attachments": ("messenger", page("page", direct(attachments=SOME))),
    "files": ("slack", {**SLACK, "event": {**SLACK_EVENT, "files": SOME}}),
    "variables": ("asterisk", {**ASTERISK, "ChanVariable": ["A=1"] * 30_000}),
    "variables of ARI": ("asterisk", {"type": "StasisStart", "args": [], "channel": {"id": "1", "channelvars": SOME}}),
}


@pytest.mark.parametrize("case", ADORNED)
def test_ornaments_without_end_are_left_out_and_the_message_arrives(case: str) -> None:
    event = json_of(*ADORNED[case]).event()
    assert event.conversation_id and len(event.attachments) <= 32
    assert (
        event.attributes["unread"]
        .split(",")[0]
        .endswith(("contacts", "attachments", "files", "ChanVariable", "channelvars"))
    )


def test_ornaments_of_some_messages_of_a_batch_cost_no_message_of_it() -> None:
    """Thirty messages with a hundred files each are all that is looked at: the files of the rest are left out."""
    files = [{"type": "image", "payload": {"url": f"https://cdn.example/{one}"}} for one in range(100)]
    entries = [{"id": "1", "messaging": [direct(mid=f"m{one}", attachments=files)]} for one in range(40)]
    result = json_of("messenger", {"object": "page", "entry": entries})
    assert (len(result.admitted), result.refused) == (40, [])


def test_of_many_wrong_parts_some_are_dead_letters_and_the_good_ones_arrive() -> None:
    bad = [{**whatsapp_text(number), "id": None} for number in range(200)]
    result = json_of("whatsapp_cloud", whatsapp_of(messages=[*bad, whatsapp_text(200)]))
    assert [event.message_id for event in result.events()] == ["wamid.200"]
    assert [one.letter.origin.index for one in result.refused] == list(range(REFUSED_PARTS_MAX))


def test_behind_hundreds_of_wrong_parts_nothing_is_looked_at() -> None:
    """It is no batch of the provider's; the dead letters hold all of it."""
    bad = [{**whatsapp_text(number), "id": None} for number in range(WRONG_MAX)]
    good = whatsapp_text(WRONG_MAX)
    for wrong, arrived in ((bad[1:], 1), (bad, 0)):
        result = json_of("whatsapp_cloud", whatsapp_of(messages=[*wrong, good]))
        assert (len(result.admitted), len(result.refused)) == (arrived, REFUSED_PARTS_MAX)
        assert good["id"].encode() in result.refused[0].letter.payload


def test_the_largest_batch_that_meta_makes_is_read() -> None:
    entry = whatsapp_of(statuses=[{"id": "wamid.1", "status": "read"}])["entry"][0]
    result = json_of("whatsapp_cloud", {"object": "whatsapp_business_account", "entry": [entry] * 1000})
    assert (len(result.ignored), result.refused) == (1000, [])
