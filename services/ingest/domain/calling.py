"""Calls an adapter, which anybody may have written: whatever it does, its payload is events, known parts, or kept."""

import re
from collections.abc import Sequence

from services.ingest.domain.channels.adapter import (
    Adapter,
    Answer,
    Handshake,
    Ignored,
    Item,
    Payload,
    Reading,
    Secrets,
    Why,
)
from services.ingest.domain.channels.node import ITEMS_MAX
from services.ingest.domain.cloudevents import OpenedEvent
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import Faulty, Rejected, raised
from services.ingest.domain.way import Arrival, Way
from shared.errors import Reason

__all__ = ["admitted_of", "greeting", "read_by"]

_HEADER = re.compile(r"[!-~][ -~]*")  # what can be written as a media type; else the answer fails behind its events
_WRONG_ANSWER = "the adapter's answer must be an Answer of a media type and bytes"


def read_by(adapter: Adapter, payload: Payload) -> Reading:
    """What an adapter makes of a payload. Rejected: it refuses all of it. Faulty: it fails, or returns what is none.

    Not even an error that would end a task or the process may: whoever sends would choose when.
    """
    try:
        reading = adapter.read(payload)
    except Rejected as rejected:
        raise _checked(rejected) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001
        raise raised(error) from error
    if not isinstance(reading, Reading):
        raise Faulty("", f"the adapter returned {_kind(reading)}, and no Reading")
    if not isinstance(reading.items, list | tuple):
        raise Faulty("", f"the adapter's Reading has {_kind(reading.items)} as items, and no list")
    if len(reading.items) > ITEMS_MAX:
        raise Faulty("", f"the adapter returned {len(reading.items)} items; at most {ITEMS_MAX} are taken of a payload")
    if reading.answer is not None and not _is_answer(reading.answer):
        raise Faulty("", _WRONG_ANSWER)
    return reading


def admitted_of(normaliser: Normaliser, item: Item, way: Way, arrival: Arrival, raw: bytes) -> Admitted | Why:
    """What one part of a reading comes to: its event, or why it is none. Rejected, or Faulty where it is no part."""
    if isinstance(item, Ignored):
        if not isinstance(item.why, Why):
            raise Faulty("", f"the adapter ignored a part with {_kind(item.why)}, and no Why")
        return item.why
    if isinstance(item, Rejected):
        raise _checked(item)
    try:
        admitted = normaliser.normalise(item, way, arrival, raw)
    except Rejected:
        raise
    except Exception as error:  # noqa: BLE001
        if isinstance(item, OpenedEvent):
            raise raised(error) from error
        raise Faulty("", f"the adapter returned {_kind(item)} as an item, and no event") from None
    if not isinstance(admitted.traceparent, str):  # the one text that goes into a record as the adapter gave it
        raise Faulty("traceparent", f"the adapter's event has {_kind(admitted.traceparent)} there, and no text")
    return admitted


def greeting(handshake: Handshake | None, query: Sequence[tuple[str, str]], secrets: Secrets) -> Answer | None:
    """The answer to a provider that asks who we are; None where none is given. Faulty: as of ``read_by``."""
    try:
        answer = handshake(query, secrets) if handshake is not None else None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001
        raise raised(error) from error
    if answer is not None and not _is_answer(answer):
        raise Faulty("", _WRONG_ANSWER)
    return answer


def _checked(rejected: Rejected) -> Rejected:
    """The rejection, if its reason is one that the contract has."""
    if isinstance(rejected.reason, Reason):
        return rejected
    return Faulty(
        rejected.path, f"the adapter rejected it for {_kind(rejected.reason)}, and no Reason: {rejected.detail}"
    )


def _is_answer(answer: Answer) -> bool:
    return isinstance(answer, Answer) and isinstance(answer.body, bytes) and _is_media_type(answer.content_type)


def _is_media_type(text: object) -> bool:
    return isinstance(text, str) and _HEADER.fullmatch(text) is not None


def _kind(value: object) -> str:
    return f"a value of type {type(value).__name__}"
