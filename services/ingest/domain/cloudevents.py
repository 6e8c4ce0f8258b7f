"""CloudEvents 1.0 as Usher accepts it: binary mode (headers), structured mode (JSON), and bare JSON with a type."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.ingest.domain.message import BoundedMessage
from shared.errors import Invalid, Reason

__all__ = [
    "NO_ATTRIBUTES",
    "Attributes",
    "OpenedEvent",
    "header_texts",
    "http_attributes",
    "is_structured",
    "kafka_attributes",
    "open_event",
]

STRUCTURED = "application/cloudevents+json"
SPEC_VERSION = "1.0"
ATTRIBUTE_LENGTH_MAX = 1024  # characters of an id, source, type or time: longer ones are noise, not identity

_HTTP_NAMES = ("ce-type", "ce-id", "ce-source", "ce-time", "traceparent", "ce-traceparent")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Attributes(NamedTuple):
    """What the headers say; an odd header counts as absent ("").

    ``binary``: there is a header for the type (``ce_type``, ``ce-type``), though ``type`` is "" if it is unreadable.
    """

    type: str = ""
    id: str = ""
    source: str = ""
    time: str = ""
    traceparent: str = ""
    content_type: str = ""
    binary: bool = False


NO_ATTRIBUTES = Attributes()


class OpenedEvent(NamedTuple):
    """One event out of its envelope: ``data`` is the body that the contract describes; "" stands for not given.

    ``message``: what an adapter made in the place of ``data``."""

    type: str
    id: str
    source: str
    time: str
    traceparent: str
    data: dict[str, Any]
    message: BoundedMessage | None = None


def kafka_attributes(headers: Sequence[tuple[str, bytes | None]]) -> Attributes:
    """Attributes from a record's headers (``ce_*``); null and non-UTF-8 values count as absent."""
    if not headers:
        return NO_ATTRIBUTES
    return _attributes(dict(headers), "ce_")


def header_texts(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """All headers by name; of one that is repeated the first counts. Latin-1 keeps each byte."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(headers)}


def http_attributes(headers: Mapping[str, str]) -> Attributes:
    """Attributes from a request's header_texts (``ce-*``), names in lower case."""
    content_type = headers.get("content-type", "")
    if content_type.isascii() and headers.keys().isdisjoint(_HTTP_NAMES):  # as nearly every provider sends
        return Attributes(content_type=_plain(content_type))
    names = (*_HTTP_NAMES, "content-type")
    return _attributes({name: headers[name].encode("latin-1") for name in names if name in headers}, "ce-")


def is_structured(content_type: str) -> bool:
    """Whether a content type announces structured mode."""
    return content_type.partition(";")[0].strip().lower() == STRUCTURED


def open_event(document: dict[str, Any], attributes: Attributes, default_type: str = "") -> OpenedEvent:
    """Take an event out of its envelope. Invalid: no readable type, another spec version, no data.

    The type comes from the header (binary mode), else from the JSON; ``default_type`` stands for a missing one.
    """
    structured = is_structured(attributes.content_type)
    if attributes.binary and not structured:
        return _binary(document, attributes)
    if structured or ("specversion" in document and "type" in document and "data" in document):
        return _structured(document, attributes)
    kind = document.get("type", default_type)
    if not isinstance(kind, str) or not kind:
        raise Invalid(Reason.UNKNOWN_TYPE, "type", "the event has no type; name it in `type` or in the header ce_type")
    return OpenedEvent(kind, attributes.id, attributes.source, attributes.time, attributes.traceparent, document)


def _binary(document: dict[str, Any], attributes: Attributes) -> OpenedEvent:
    if not attributes.type:
        raise Invalid(Reason.UNKNOWN_TYPE, "type", "the header that names the type is not readable UTF-8")
    return OpenedEvent(
        attributes.type,
        attributes.id,
        attributes.source,
        attributes.time,
        attributes.traceparent,
        document,
    )


def _structured(document: dict[str, Any], attributes: Attributes) -> OpenedEvent:
    if document.get("specversion") != SPEC_VERSION:
        raise Invalid(Reason.INVALID, "specversion", f"must be the string {SPEC_VERSION}")
    kind = document.get("type")
    if not isinstance(kind, str) or not kind:
        raise Invalid(Reason.UNKNOWN_TYPE, "type", "the event has no type")
    data = document.get("data")
    if not isinstance(data, dict):
        raise Invalid(Reason.INVALID, "data", "must be a JSON object")
    return OpenedEvent(
        kind,
        _plain(document.get("id")),
        _plain(document.get("source")),
        _plain(document.get("time")),
        _trace(document.get("traceparent")) or attributes.traceparent,
        data,
    )


def _attributes(headers: Mapping[str, bytes | None], prefix: str) -> Attributes:
    trace = headers.get("traceparent") or headers.get(prefix + "traceparent")
    return Attributes(
        _text(headers.get(prefix + "type")),
        _text(headers.get(prefix + "id")),
        _text(headers.get(prefix + "source")),
        _text(headers.get(prefix + "time")),
        _trace(_text(trace)),
        _text(headers.get("content-type")),
        headers.get(prefix + "type") is not None,
    )


def _text(value: bytes | None) -> str:
    if not value:
        return ""
    try:
        return _plain(value.decode())
    except UnicodeDecodeError:
        return ""


def _plain(value: object) -> str:
    """The value when it is text that can stand in an id, else ""."""
    if not isinstance(value, str) or len(value) > ATTRIBUTE_LENGTH_MAX:
        return ""
    return value if value.isprintable() or not _CONTROL.search(value) else ""


def _trace(value: object) -> str:
    return value if isinstance(value, str) and _TRACEPARENT.fullmatch(value) else ""
