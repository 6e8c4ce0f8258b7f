"""The door for webhooks: a request of a provider becomes canonical events, parts refused, and an answer. No I/O."""

import hmac
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from typing import NamedTuple

from services.ingest.domain.calling import admitted_of, greeting, read_by
from services.ingest.domain.channels.adapter import Answer, Item, Payload, SourceFacts, Why
from services.ingest.domain.cloudevents import Attributes
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import REFUSED_PARTS_MAX, Faulty, Refusal, Rejected
from services.ingest.domain.signatures import is_signed, single_use_token
from services.ingest.domain.sources import Source
from services.ingest.domain.way import Arrival, Way
from shared.contract.ids import derive
from shared.contract.records import DeadLetter, Origin

__all__ = ["NOTHING", "Forged", "Outcome", "Request", "Verified", "WebhookDoor"]

NOTHING = Answer("application/json", b"{}")
REPEATS_MAX = 65_536  # ids remembered, some 12 MB: providers repeat within minutes; the router remembers for days
SOURCES_KEPT_MAX = 4096  # what adapters are told of a source is made once; a source without secrets has many workspaces

# Headers without which a refused part could not be read again: a form by its boundary, mail by its type. None is a
# secret or a signature.
_KEPT = ("content-type",)


class Forged(Exception):
    """A request that its source did not sign, or whose token came before with another content."""


class Request(NamedTuple):
    """One webhook request; ``headers`` with names in lower case, ``url`` as the provider called it."""

    body: bytes
    headers: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    url: str
    attributes: Attributes


class Outcome(NamedTuple):
    """What a request comes to; ``refused`` are single parts of it. A ``token``, if there is one, may come with what has
    this ``digest`` and with nothing else: whoever publishes it makes sure of that."""

    admitted: list[Admitted]
    refused: list[Refusal]
    ignored: list[Why]
    answer: Answer
    token: str = ""
    digest: bytes = b""


class Verified(NamedTuple):
    """A request from whom its source takes it; token and digest as in Outcome."""

    payload: Payload
    token: str = ""
    digest: bytes = b""


class WebhookDoor:
    """Verifies, reads and normalises; what was acknowledged is remembered, so that a repeat is known as one."""

    def __init__(self, normaliser: Normaliser) -> None:
        self._normaliser = normaliser
        self._seen: OrderedDict[str, None] = OrderedDict()

    def greet(self, source: Source, query: Sequence[tuple[str, str]]) -> Answer:
        """The answer to a GET request by which a provider checks who we are. Forged: it must not be given."""
        answer = greeting(source.adapter.handshake, query, source.secrets)
        if answer is None:
            raise Forged
        return answer

    def verify(self, source: Source, way: Way, request: Request, now_ms: int) -> Verified:
        """The request, once it is known to be its source's. Forged: not signed. Nothing of the body is read for it, but
        where a provider signs within it."""
        payload = _payload(source, way, request, now_ms, self._normaliser.pseudonyms)
        signed = is_signed(source.adapter.schemes, payload, source.secrets, now_ms)
        if signed is False or not _is_of_site(source, payload):
            raise Forged
        token, digest = single_use_token(source.adapter.schemes, payload) if source.secrets else ("", b"")
        if not token:
            return Verified(payload)
        # Of all sources: several may share a signing key, and a provider makes a token for each request.
        taken = derive("token", sha256(token.encode("utf-8", "surrogatepass")).hexdigest())
        return Verified(payload, taken, digest)

    def admit(self, source: Source, way: Way, verified: Verified) -> Outcome:
        """What it comes to. Rejected: nothing of it can be read; a payload of one part is refused as a whole. One on
        which the adapter fails is kept: its provider can do nothing about it."""
        payload = verified.payload
        try:
            outcome = self._read(source, way, payload)
        except Faulty as faulty:
            refusal = _refusal(faulty, way, Origin(source=way.source), payload, payload.received_ms)
            outcome = Outcome([], [refusal], [], NOTHING)
        return outcome._replace(token=verified.token, digest=verified.digest) if verified.token else outcome

    def take(self, source: Source, way: Way, request: Request, now_ms: int) -> Outcome:
        """The same of a request that nobody signs: it came by a door that knows its source. Rejected; Faulty, because
        who sends by such a door sends it again for days."""
        payload = _payload(source, way, request, now_ms, self._normaliser.pseudonyms)
        payload = payload._replace(
            bytes_max=max(payload.bytes_max, len(payload.body))
        )  # its door has bounds of its own
        return self._read(source, way, payload)

    def refuse(self, source: Source, way: Way, request: Request, rejected: Rejected, now_ms: int) -> Outcome:
        """What a request of such a door comes to that is refused and shall be kept: one dead letter."""
        payload = _payload(source, way, request, now_ms, self._normaliser.pseudonyms)
        refusal = _refusal(rejected, way, Origin(source=way.source), payload, now_ms)
        return Outcome([], [refusal], [], NOTHING)

    def _read(self, source: Source, way: Way, payload: Payload) -> Outcome:
        now_ms = payload.received_ms
        reading = read_by(source.adapter, payload)
        outcome = Outcome([], [], [], reading.answer or NOTHING)
        single = len(reading.items) == 1
        for index, item in enumerate(reading.items):
            origin = Origin(source=way.source, index=None if single else index)
            try:
                self._sort(item, way, Arrival(now_ms, now_ms, origin), outcome, payload.body)
            except Rejected as rejected:
                if single:
                    raise
                if len(outcome.refused) < REFUSED_PARTS_MAX:
                    outcome.refused.append(_refusal(rejected, way, origin, payload, now_ms))
        return outcome

    def _sort(self, item: Item, way: Way, arrival: Arrival, outcome: Outcome, raw: bytes) -> None:
        """One part of a payload to where it belongs. Rejected: this part is wrong."""
        event = admitted_of(self._normaliser, item, way, arrival, raw)
        if isinstance(event, Why):
            outcome.ignored.append(event)
        elif event.event_id in self._seen:
            outcome.ignored.append(Why.REPEAT)
        else:
            outcome.admitted.append(event)

    def acknowledged(self, outcome: Outcome) -> None:
        """Remember what Kafka has: from now on it is a repeat."""
        for event in outcome.admitted:
            self._seen[event.event_id] = None
        while len(self._seen) > REPEATS_MAX:
            self._seen.popitem(last=False)


def _is_of_site(source: Source, payload: Payload) -> bool:
    """Whether a browser sends from one of the site's origins, with the site's key (a header, or in the query)."""
    if source.origins and payload.headers.get("origin", "").lower() not in source.origins:
        return False
    if not source.site_key:
        return True
    given = payload.headers.get("x-site-key") or dict(payload.query).get("site_key", "")
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), source.site_key.encode())


@lru_cache(maxsize=SOURCES_KEPT_MAX)
def _facts(pseudonyms: Pseudonyms, name: str, own: frozenset[str], workspace: str, queue: str) -> SourceFacts:
    return SourceFacts(name, own, queue, partial(pseudonyms.conversation, workspace, name))


def _payload(source: Source, way: Way, request: Request, now_ms: int, pseudonyms: Pseudonyms) -> Payload:
    return Payload(
        request.body,
        _facts(pseudonyms, source.name, source.own, way.workspace, way.queue),
        request.headers,
        request.query,
        request.url,
        now_ms,
        request.attributes,
        way.default_type,
    )


def _refusal(rejected: Rejected, way: Way, origin: Origin, payload: Payload, now_ms: int) -> Refusal:
    """Its id derives from the body and the place in it, so a repeat makes no second one."""
    letter = DeadLetter(
        derive("dead", way.source, sha256(payload.body).hexdigest(), str(origin.index)),
        rejected.workspace or way.workspace or None,
        rejected.reason,
        rejected.path,
        rejected.detail,
        origin,
        payload.body,
        now_ms,
    )
    kept = {name: payload.headers[name] for name in _KEPT if name in payload.headers}
    return Refusal(letter, kept, rejected.fault if isinstance(rejected, Faulty) else "")
