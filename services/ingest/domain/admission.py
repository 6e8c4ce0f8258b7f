"""The door for records of topics: each becomes canonical events, or a dead letter, and never anything else."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from services.ingest.domain.adapters import Adapter
from services.ingest.domain.cloudevents import kafka_attributes
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import Refusal, Rejected, legible, workspace_in
from services.ingest.domain.way import Arrival, Way
from shared.contract.ids import derive
from shared.contract.records import DeadLetter, Origin

__all__ = ["LogRecord", "Route", "TopicDoor", "refusal"]

# A producer's clock is believed when it says a time within the retention of the topic and not after now.
RECORD_AGE_MS_MAX = 7 * 24 * 3600 * 1000
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


class TopicDoor:
    """Turns records into canonical events and dead letters, in the order of the records."""

    def __init__(self, routes: Mapping[str, Route], normaliser: Normaliser) -> None:
        self._routes = routes
        self._normaliser = normaliser

    def admit(self, record: LogRecord, now_ms: int, admitted: list[Admitted], refused: list[Refusal]) -> None:
        """Append the record's canonical events to ``admitted`` and what is refused of it to ``refused``."""
        route = self._routes[record.topic]
        arrival = Arrival(
            _received_ms(record.timestamp, now_ms), now_ms, Origin(record.topic, record.partition, record.offset)
        )
        value = record.value or b""
        try:
            events = route.adapter(value, kafka_attributes(record.headers), route.way.default_type)
        except Rejected as rejected:
            rejected.workspace = rejected.workspace or route.way.workspace or None
            refused.append(refusal(rejected, arrival, record))
            return
        for index, event in enumerate(events):
            if len(events) > 1:
                arrival = arrival._replace(origin=Origin(record.topic, record.partition, record.offset, None, index))
            try:
                admitted.append(self._normaliser.normalise(event, route.way, arrival, value))
            except Rejected as rejected:
                rejected.workspace = workspace_in(event.data) or route.way.workspace or None
                refused.append(refusal(rejected, arrival, record))


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
    return Refusal(letter, _kept(record.headers))


def _kept(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    return {
        legible(name, HEADER_LENGTH_MAX): legible((value or b"").decode(errors="replace"), HEADER_LENGTH_MAX)
        for name, value in headers[:HEADERS_KEPT_MAX]
    }


def _received_ms(timestamp: int, now_ms: int) -> int:
    return timestamp if now_ms - RECORD_AGE_MS_MAX <= timestamp <= now_ms else now_ms
