"""The door for records of topics: each becomes canonical events, or a dead letter, and never anything else."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from services.ingest.domain.adapters import canonical
from services.ingest.domain.calling import admitted_of, read_by
from services.ingest.domain.channels.adapter import Adapter, Item, Payload, SourceFacts, Why
from services.ingest.domain.cloudevents import Attributes, OpenedEvent, kafka_attributes
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import REFUSED_PARTS_MAX, Faulty, Refusal, Rejected, legible, workspace_in
from services.ingest.domain.way import Arrival, Way
from shared.contract.ids import derive
from shared.contract.records import DeadLetter, Origin
from shared.errors import Reason

__all__ = ["REFUSED_HEADER", "LogRecord", "Route", "TopicDoor", "refusal"]

# A producer's clock is believed when it says a time within the retention of the topic and not after now.
RECORD_AGE_MS_MAX = 7 * 24 * 3600 * 1000
REFUSED_HEADER = "usher-refused"  # on what the edge to Kafka could not unpack: why, in words
HEADERS_KEPT_MAX = 32  # of a refused record: CloudEvents needs about ten
HEADER_LENGTH_MAX = 256  # characters of a name or value that are kept


class LogRecord(Protocol):
    """What a consumed record holds; ``timestamp`` is in milliseconds, -1 when unknown."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class Route(NamedTuple):
    """Who reads a topic's payloads, and what the topic says about its events."""

    adapter: Adapter
    way: Way
    own: frozenset[str] = frozenset()


class TopicDoor:
    """Turns records into canonical events and dead letters, in the order of the records.

    ``ignored(adapter, why)`` hears of each part that is understood and is no contact.
    """

    def __init__(
        self,
        routes: Mapping[str, Route],
        normaliser: Normaliser,
        ignored: Callable[[str, Why], None] = lambda *_: None,
    ) -> None:
        self._routes = routes
        self._normaliser = normaliser
        self._ignored = ignored

    def use(self, routes: Mapping[str, Route]) -> None:
        """Other routes from now on; those of topics that are not read any more stay for the records in hand."""
        self._routes = {**self._routes, **routes}

    def admit(self, record: LogRecord, now_ms: int, admitted: list[Admitted], refused: list[Refusal]) -> None:
        """Append the record's canonical events to ``admitted`` and what is refused of it to ``refused``."""
        route, arrival = self._routes[record.topic], _arrival(record, now_ms)
        value = record.value or b""
        try:
            items = self._read(route, record, value, arrival)
        except Rejected as rejected:
            rejected.workspace = rejected.workspace or route.way.workspace or None
            refused.append(refusal(rejected, arrival, record))
            return
        kept = len(refused) + REFUSED_PARTS_MAX
        for index, item in enumerate(items):
            if len(items) > 1:
                arrival = arrival._replace(origin=Origin(record.topic, record.partition, record.offset, None, index))
            try:
                event = admitted_of(self._normaliser, item, route.way, arrival, value)
                if isinstance(event, Why):
                    self._ignored(route.adapter.name, event)
                else:
                    admitted.append(event)
            except Rejected as rejected:
                named = workspace_in(item.data) if isinstance(item, OpenedEvent) else None
                rejected.workspace = named or route.way.workspace or None
                if len(refused) < kept:
                    refused.append(refusal(rejected, arrival, record))

    def unreadable(self, record: LogRecord, now_ms: int) -> Refusal:
        """The dead letter of a whole record whose reading failed by a fault of ours: as of one that is refused."""
        rejected = Rejected(Reason.INVALID, "", "could not be read")
        rejected.workspace = self._routes[record.topic].way.workspace or None
        return refusal(rejected, _arrival(record, now_ms), record)

    def _read(self, route: Route, record: LogRecord, value: bytes, arrival: Arrival) -> Sequence[Item]:
        """A topic carries the provider's payloads, or canonical events: its producer need not be the provider."""
        if record.headers and record.headers[0][0] == REFUSED_HEADER:
            raise Rejected(Reason.TOO_LARGE, "", (record.headers[0][1] or b"").decode(errors="replace"))
        attributes = kafka_attributes(record.headers)
        adapter, way = route.adapter, route.way
        if adapter.name == "canonical" or (not adapter.own_ids and _is_canonical(attributes, value)):
            return canonical(value, attributes, way.default_type)
        pseudonym = partial(self._normaliser.pseudonyms.conversation, way.workspace, way.source)
        payload = Payload(
            value,
            SourceFacts(way.source, route.own, way.queue, pseudonym),
            {name.lower(): (raw or b"").decode("latin-1") for name, raw in record.headers},
            received_ms=arrival.received_ms,
            attributes=attributes,
            default_type=way.default_type,
        )
        return read_by(adapter, payload).items


_CANONICAL = re.compile(rb'"type"\s*:\s*"usher\.')


def _is_canonical(attributes: Attributes, value: bytes) -> bool:
    return attributes.type.startswith("usher.") or (value[:1] == b"{" and _CANONICAL.search(value) is not None)


def refusal(rejected: Rejected, arrival: Arrival, record: LogRecord) -> Refusal:
    """What is kept of one refused event. Its id derives from the origin, so a repeat makes no second one."""
    origin = arrival.origin
    letter = DeadLetter(
        derive("dead", record.topic, str(record.partition), str(record.offset), str(origin.index)),
        rejected.workspace,
        rejected.reason,
        rejected.path,
        rejected.detail,
        origin,
        record.value or b"",
        arrival.received_ms,
    )
    return Refusal(letter, _kept(record.headers), rejected.fault if isinstance(rejected, Faulty) else "")


def _kept(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    return {
        legible(name, HEADER_LENGTH_MAX): legible((value or b"").decode(errors="replace"), HEADER_LENGTH_MAX)
        for name, value in headers[:HEADERS_KEPT_MAX]
    }


def _arrival(record: LogRecord, now_ms: int) -> Arrival:
    origin = Origin(record.topic, record.partition, record.offset)
    return Arrival(_received_ms(record.timestamp, now_ms), now_ms, origin)


def _received_ms(timestamp: int, now_ms: int) -> int:
    return timestamp if now_ms - RECORD_AGE_MS_MAX <= timestamp <= now_ms else now_ms
