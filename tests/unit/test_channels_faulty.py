"""Adapters of other packages that do what none may: what came is kept with its reason, and nothing stands still."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest

from services.ingest.domain.admission import Route, TopicDoor
from services.ingest.domain.channels.adapter import Adapter, Answer, Ignored, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, ended
from services.ingest.domain.channels.node import ITEMS_MAX, Node, each
from services.ingest.domain.cloudevents import NO_ATTRIBUTES, OpenedEvent
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import Faulty, Refusal, Rejected
from services.ingest.domain.sources import Source, Sources
from services.ingest.domain.way import Way
from services.ingest.domain.webhook import Request, WebhookDoor
from shared.errors import Reason
from tests.support.ingest_builders import KEY, NOW_MS, Record
from tests.support.ingest_http import Log, api_of

TOPIC = "usher.channel.faxes.v1"
WAY = Way("faxes", "acme", scope="faxes")
BODY = b'{"faxes": [{"id": "f1"}, {"id": "f2"}, {"id": "f3"}]}'
SECRET = "ana@example.com wrote this"
ANSWER_SECONDS_MAX = 60.0  # of a request that is answered within milliseconds, on a machine that is slow and busy

Read = Callable[[Payload], Any]


def said(payload: Payload, **fields: Any) -> OpenedEvent:
    usual: dict[str, Any] = {"channel": "task", "conversation": "c", "message_id": "m", "handle": "h"}
    return Message(**{**usual, **fields}).event(payload)


def raising(error: BaseException) -> Read:
    def read(_: Payload) -> Reading:
        raise error

    return read


def filled_in(**fields: Any) -> Read:
    return lambda payload: Reading([said(payload, **fields)])


class Case(NamedTuple):
    read: Read
    path: str
    detail: str


RAISED = "the adapter raised "
WRONG = "the adapter's message is wrong: "
CASES = {
    "raises": Case(raising(KeyError(SECRET)), "", RAISED + "KeyError"),
    "cancels": Case(raising(asyncio.CancelledError()), "", RAISED + "CancelledError"),
    "exits": Case(raising(SystemExit(3)), "", RAISED + "SystemExit"),
    "ends a generator": Case(raising(GeneratorExit()), "", RAISED + "GeneratorExit"),
    "recursion": Case(raising(RecursionError()), "", RAISED + "RecursionError"),
    "rejects for no reason": Case(
        raising(Rejected("odd", "a", "b")),  # type: ignore[arg-type]
        "a",
        "the adapter rejected it for a value of type str, and no Reason: b",
    ),
    "nothing": Case(lambda _: None, "", "the adapter returned a value of type NoneType, and no Reading"),
    "a list": Case(lambda _: [], "", "the adapter returned a value of type list, and no Reading"),
    "items that are none": Case(
        lambda _: Reading(None),
        "",
        "the adapter's Reading has a value of type NoneType as items, and no list",  # type: ignore[arg-type]
    ),
    "a generator": Case(
        lambda _: Reading(iter([])),
        "",
        "the adapter's Reading has a value of type list_iterator as items, and no list",  # type: ignore[arg-type]
    ),
    "10,000 events": Case(
        lambda payload: Reading([said(payload, message_id=str(number)) for number in range(10_000)]),
        "",
        f"the adapter returned 10000 items; at most {ITEMS_MAX} are taken of a payload",
    ),
    "an item of text": Case(
        lambda _: Reading(["hello"]),
        "",
        "the adapter returned a value of type str as an item, and no event",  # type: ignore[list-item]
    ),
    "an item of nothing": Case(
        lambda _: Reading([None]),
        "",
        "the adapter returned a value of type NoneType as an item, and no event",  # type: ignore[list-item]
    ),
    "ignored for no reason": Case(
        lambda _: Reading([Ignored("because")]),
        "",
        "the adapter ignored a part with a value of type str, and no Why",  # type: ignore[arg-type]
    ),
    "an event of no type": Case(
        lambda _: Reading([OpenedEvent([], "", "", "", "", {})]),
        "",
        RAISED + "TypeError",  # type: ignore[arg-type]
    ),
    "an answer of text": Case(
        lambda payload: Reading([said(payload)], Answer("text/plain", "ok")),  # type: ignore[arg-type]
        "",
        "the adapter's answer must be an Answer of a media type and bytes",
    ),
    "an answer of two headers": Case(
        lambda payload: Reading([said(payload)], Answer("text/plain\r\nset-cookie: a", b"ok")),
        "",
        "the adapter's answer must be an Answer of a media type and bytes",
    ),
    "an answer that no header can name": Case(
        lambda payload: Reading([said(payload)], Answer("текст", b"ok")),
        "",
        "the adapter's answer must be an Answer of a media type and bytes",
    ),
    "a number as trace": Case(
        lambda payload: Reading([said(payload)._replace(traceparent=5)]),  # type: ignore[arg-type]
        "traceparent",
        "the adapter's event has a value of type int there, and no text",
    ),
    "a number as id": Case(filled_in(conversation=5), "conversation", WRONG + "Expected `str`, got `int`"),
    "no handle": Case(filled_in(handle=None), "handle", WRONG + "Expected `str`, got `null`"),
    "bytes as text": Case(filled_in(text=b"x"), "text", WRONG + "Expected `str`, got `bytes`"),
    "a text as time": Case(filled_in(at_ms="12"), "at_ms", WRONG + "Expected `int | null`, got `str`"),
    "a number as attribute": Case(
        filled_in(attributes={"a": 1}), "attributes[...]", WRONG + "Expected `str`, got `int`"
    ),
    "an odd file": Case(
        filled_in(attachments=[Attachment(name=5)]),
        "attachments[0].name",
        WRONG + "Expected `str`, got `int`",  # type: ignore[arg-type]
    ),
    "an object as name": Case(
        filled_in(name=object()), "name", WRONG + "Encoding objects of type object is unsupported"
    ),
    "an end of a number": Case(
        lambda payload: Reading([ended(payload, 5, "closed", key="k")]),
        "",
        RAISED + "TypeError",  # type: ignore[arg-type]
    ),
}


def adapter(read: Read) -> Adapter:
    return Adapter("faxes", read, "task")


def by_topic(read: Read) -> tuple[list[Admitted], list[Refusal]]:
    admitted: list[Admitted] = []
    refused: list[Refusal] = []
    door = TopicDoor({TOPIC: Route(adapter(read), WAY)}, Normaliser(Pseudonyms(KEY)))
    door.admit(Record(BODY, (), topic=TOPIC), NOW_MS, admitted, refused)
    return admitted, refused


async def by_webhook(log: Log, made: Adapter, method: str = "POST") -> httpx.Response:
    api = api_of(log)
    known = api._sources
    api.use(Sources({"faxes": Source("faxes", made, WAY)}, known.credentials, known.regions))
    transport = httpx.ASGITransport(app=api.app)
    headers = {"Authorization": "Bearer secret", "Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest", headers=headers) as client:
        asked = client.request(method, "/v1/webhooks/faxes", content=BODY if method == "POST" else None)
        return await asyncio.wait_for(asked, ANSWER_SECONDS_MAX)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_record_on_which_an_adapter_fails_is_a_dead_letter_that_says_how(case: Case) -> None:
    admitted, (refusal,) = by_topic(case.read)
    letter = refusal.letter

    assert admitted == []
    assert (letter.reason, letter.path, letter.detail) == (Reason.INVALID, case.path, case.detail)
    assert (letter.workspace, letter.payload) == ("acme", BODY)
    assert refusal.fault.startswith(case.detail)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_webhook_on_which_an_adapter_fails_is_kept_and_answered(case: Case) -> None:
    """The provider has done nothing wrong: to send it again, or to be switched off for it, helps nobody."""
    log = Log()
    answer = await by_webhook(log, adapter(case.read))

    assert (answer.status_code, answer.content, log.batches) == (200, b"{}", [])
    (refusal,) = log.dead
    assert (refusal.letter.path, refusal.letter.detail) == (case.path, case.detail)
    assert refusal.letter.payload == BODY
    assert SECRET not in f"{refusal.fault}{refusal.letter.detail}", "an error may quote a customer"


def fails_at(message_id: str, error: Exception) -> Read:
    def one(payload: Payload, fax: Node) -> OpenedEvent:
        if fax["id"].needed() == message_id:
            raise error
        return said(payload, message_id=fax["id"].needed())

    return lambda payload: Reading(each(Node.parse(payload.body)["faxes"].items(), lambda fax: one(payload, fax)))


async def test_of_a_batch_only_the_part_on_which_an_adapter_fails_is_refused() -> None:
    read = fails_at("f2", ZeroDivisionError())
    admitted, (refusal,) = by_topic(read)
    assert len(admitted) == 2
    assert (refusal.letter.path, refusal.letter.detail) == ("faxes[1]", RAISED + "ZeroDivisionError")
    assert refusal.letter.origin.index == 1

    log = Log()
    assert (await by_webhook(log, adapter(read))).status_code == 200
    assert (sum(map(len, log.batches)), [one.letter.path for one in log.dead]) == (2, ["faxes[1]"])


def test_an_item_that_is_none_takes_no_event_with_it() -> None:
    admitted, (refusal,) = by_topic(lambda payload: Reading([said(payload), 7, Ignored(Why.ECHO)]))  # type: ignore[list-item]
    assert (len(admitted), refusal.letter.origin.index) == (1, 1)


def test_the_log_hears_where_it_failed() -> None:
    _, (refusal,) = by_topic(fails_at("f2", ZeroDivisionError()))
    assert f"{__file__}:" in refusal.fault and refusal.fault.endswith(" in one")
    assert sys.exc_info() == (None, None, None)


@pytest.mark.parametrize("greets", [raising(KeyError("x")), raising(asyncio.CancelledError()), lambda *_: "pong"])
async def test_a_handshake_that_fails_is_answered(greets: Any) -> None:
    def handshake(*_: Any) -> Any:
        return greets(_)

    made = Adapter("faxes", lambda _: Reading([]), "task", handshake=handshake)
    assert (await by_webhook(Log(), made, "GET")).status_code == 422


def test_an_interrupt_is_no_fault_of_an_adapter() -> None:
    with pytest.raises(KeyboardInterrupt):
        by_topic(raising(KeyboardInterrupt()))


def test_a_door_whose_senders_come_again_hears_of_the_fault() -> None:
    """By SMTP a letter is sent for days, and may be larger than what a dead letter keeps."""
    door = WebhookDoor(Normaliser(Pseudonyms(KEY)))
    source = Source("faxes", adapter(raising(ValueError())), WAY)
    with pytest.raises(Faulty):
        door.take(source, WAY, Request(BODY, {}, (), "", NO_ATTRIBUTES), NOW_MS)
