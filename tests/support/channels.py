"""A source of any adapter, through the door for topics and for webhooks, without any I/O."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec
import orjson

from services.ingest.domain.admission import Route, TopicDoor
from services.ingest.domain.channels.registry import find
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import Refusal
from services.ingest.domain.way import Way
from shared.contract.inputs import INPUT_TYPES
from tests.support.channel_payloads import FORM, SLACK, SLACK_EVENT, TELEGRAM_MESSAGE, Sample
from tests.support.ingest_builders import KEY, NOW_MS, Record

TOPIC = "usher.channel.source.v1"


@dataclass(slots=True)
class Result:
    """What came of a payload."""

    admitted: list[Admitted] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def events(self) -> list[Any]:
        """The canonical events as the router decodes them."""
        return [msgspec.json.decode(event.body, type=INPUT_TYPES[event.type]) for event in self.admitted]

    def event(self) -> Any:
        """The only one."""
        (event,) = self.events()
        assert self.refused == []
        return event


def put(
    adapter: str,
    body: bytes,
    content_type: str = "",
    own: frozenset[str] = frozenset(),
    after: Result | None = None,
) -> Result:
    """A record of a topic whose source has this adapter; ``after`` is what came of those before it in its batch."""
    found = find(adapter)
    assert found is not None
    result = Result() if after is None else after
    way = Way("source", "acme", scope="" if found.own_ids else "source", default_type="usher.channel.message.v1")
    door = TopicDoor(
        {TOPIC: Route(found, way, own)},
        Normaliser(Pseudonyms(KEY)),
        lambda _, why: result.ignored.append(str(why)),
    )
    headers = (("content-type", content_type.encode()),) if content_type else ()
    door.admit(Record(body, headers, topic=TOPIC), NOW_MS, result.admitted, result.refused)
    assert not any(refusal.fault for refusal in result.refused), "an adapter of this room raises nothing but Rejected"
    return result


def form(adapter: str, fields: dict[str, str], own: frozenset[str] = frozenset()) -> Result:
    """A form of these fields."""
    return put(adapter, urlencode(fields).encode(), FORM, own)


def json_of(adapter: str, document: Any, own: frozenset[str] = frozenset(), after: Result | None = None) -> Result:
    """A JSON document."""
    return put(adapter, orjson.dumps(document), own=own, after=after)


def slack(**changes: Any) -> Result:
    """A message of Slack, changed so."""
    return json_of("slack", {**SLACK, "event": {**SLACK_EVENT, **changes}})


def telegram(**message: Any) -> Result:
    """A message of Telegram, changed so."""
    return json_of("telegram", {"update_id": 1, "message": {**TELEGRAM_MESSAGE, **message}})


def mail(*heads: str, body: str = "Hello", own: frozenset[str] = frozenset()) -> Result:
    """A letter with these heads before its usual ones."""
    usual = ["From: Ana <ana@example.com>", "Message-ID: <new@example.com>", "Subject: Hi"]
    named = {head.partition(":")[0].lower() for head in heads}
    rest = [head for head in usual if head.partition(":")[0].lower() not in named]
    return put("email_mime", "\r\n".join([*heads, *rest, "", body]).encode(), "message/rfc822", own)


def put_sample(adapter: str, sample: Sample) -> Result:
    return put(adapter, sample.body, sample.content_type)


def found(event: Any, name: str) -> Any:
    """A field of a canonical message by the samples' short names."""
    match name:
        case "handle" | "name":
            return getattr(event.party, name)
        case "reply_address":
            return event.reply_to.address
        case "reply_thread":
            return event.reply_to.thread
        case "attachments":
            return [one.content_type for one in event.attachments]
    return getattr(event, name)
