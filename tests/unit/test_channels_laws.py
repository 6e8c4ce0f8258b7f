"""What holds for every adapter and each of its payloads: read again it is the same; what is added changes nothing."""

from collections.abc import Iterator
from random import Random
from typing import Any

import orjson
import pytest

from services.ingest.domain.channels.registry import NAMES
from tests.support.channel_payloads import Sample
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
