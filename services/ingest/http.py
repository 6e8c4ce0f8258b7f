"""The edge to HTTP: the canonical API and the webhooks. 2xx only after Kafka's acknowledgement."""

import hashlib
from http import HTTPStatus

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.ingest.caller import OTHER_WORKSPACE, RIGHTS_OF, Caller, check_event, right_of
from services.ingest.direct import WEBHOOKS, Direct, Handle
from services.ingest.domain.acknowledgement import acknowledgement
from services.ingest.domain.adapters import canonical
from services.ingest.domain.channels.adapter import Answer
from services.ingest.domain.cloudevents import STRUCTURED, Attributes, header_texts, http_attributes
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import OtherWorkspace, Rejected
from services.ingest.domain.sources import Credential, Source, Sources
from services.ingest.domain.types import AREAS, MESSAGE, Area, Right
from services.ingest.domain.way import Arrival, Way
from services.ingest.domain.webhook import NOTHING, Forged, WebhookDoor
from services.ingest.domain.webhook import Request as WebhookRequest
from services.ingest.gather import Publisher
from services.ingest.metrics import IngestMetrics
from services.ingest.openapi import openapi
from services.ingest.problem import Problem, Unknown, problem_of, unrouted
from services.ingest.request import (
    bearer,
    check_media_type,
    cors_headers,
    unauthorised,
    webhook_request,
)
from services.ingest.room import Room, unavailable
from services.ingest.settings import IngestSettings
from services.ingest.traces import DoorTraces
from shared.clock import monotonic, now_ms
from shared.contract.records import Origin
from shared.errors import Retryable
from shared.process.version import VERSION

__all__ = ["Api"]

HTTP_SOURCE = "api"  # the source of events that name none, by contract
MEDIA_TYPES = frozenset({"application/json", STRUCTURED})


class Api:
    """The HTTP surface of ingest; ``app`` is the ASGI application."""

    def __init__(
        self,
        settings: IngestSettings,
        sources: Sources,
        normaliser: Normaliser,
        publisher: Publisher,
        metrics: IngestMetrics,
        traces: DoorTraces | None = None,
    ) -> None:
        self._settings = settings
        self._normaliser = normaliser
        self._publisher = publisher
        self._metrics = metrics
        self._traces = traces
        self.webhooks = self._webhooks = WebhookDoor(normaliser)
        self._openapi = orjson.dumps(openapi(VERSION))
        self._room = Room(settings)
        self.use(sources)
        areas = {f"/v1/{area}": self._area(area) for area in Area}
        webhook = self._counted("webhooks", self._webhook)
        routes = Starlette(
            routes=[
                Route("/openapi.json", self._counted("openapi", self._document), methods=["GET"]),
                *(Route(path, post, methods=["POST"]) for path, post in areas.items()),
                Route(WEBHOOKS + "{source}", webhook, methods=_WEBHOOK_METHODS),
            ],
            exception_handlers={HTTPException: self._refuse, Exception: self._break},
        )
        routes.router.redirect_slashes = False
        self.app = Direct(routes, areas, webhook, self._break)

    async def _document(self, _: Request) -> Response:
        return Response(self._openapi, 200, media_type="application/json")

    def use(self, sources: Sources) -> None:
        """Other sources and keys from now on; requests under way end with those that they began with."""
        self._sources = sources
        self._entries = _entries(sources)
        self._room.keep(sources.by_name.keys() | sources.credentials.keys())

    def _area(self, area: Area) -> Handle:
        async def post(request: Request) -> Response:
            credential = self._credential(request)
            if not credential.may & RIGHTS_OF[area]:
                raise Problem(HTTPStatus.FORBIDDEN, f"this key may not post {area}")
            caller = Caller(
                Way(HTTP_SOURCE, credential.workspace, default_type=MESSAGE if area is Area.CONTACTS else ""),
                AREAS[area],
                lambda kind: right_of(kind, area) in credential.may,
            )
            self._room.take(credential.digest)
            event = await self._take(request, caller)
            return Response(orjson.dumps(acknowledgement(event)), 202, media_type="application/json")

        return self._counted(area, post)

    async def _webhook(self, request: Request) -> Response:
        entry = self._entries.get(request.path_params["source"])
        if entry is None:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown source")
        source, way, verified = entry
        if request.method == "OPTIONS" and source.origins:
            return Response(status_code=204, headers=cors_headers(source, request))
        if request.method != "POST":
            return self._greet(source, request)
        if not verified:
            way = self._by_key(request, way)
        headers = header_texts(request.scope["headers"])
        check_media_type(headers, source.adapter.media_types, needed=source.adapter.own_ids)
        self._room.look(source.name)

        answer = await self._room.work(
            request, lambda body: self._receive(source, way, webhook_request(source, request, headers, body))
        )
        if answer is NOTHING and not source.origins:
            return _TAKEN
        return Response(answer.body, 200, media_type=answer.content_type, headers=cors_headers(source, request))

    def _greet(self, source: Source, request: Request) -> Response:
        """A provider asks who we are, before it sends anything."""
        if source.adapter.handshake is None or request.method not in ("GET", "HEAD"):
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "only POST is possible here", headers={"Allow": "POST"})
        self._room.look(source.name)
        try:
            answer = self._webhooks.greet(source, request.query_params.multi_items())
        except Forged:
            raise Unknown(HTTPStatus.FORBIDDEN, "not verified") from None
        self._room.take(source.name)
        return Response(answer.body, 200, media_type=answer.content_type, headers=_NO_SNIFF)

    async def _receive(self, source: Source, way: Way, request: WebhookRequest) -> Answer:
        """Verify, read, publish and keep one webhook request; the answer that the provider expects."""
        try:
            verified = self._webhooks.verify(source, way, request, now_ms())
            self._room.take(source.name)
            outcome = self._webhooks.admit(source, way, verified)
            await self._publisher.publish(outcome, self._settings.http_ack_seconds_max)
        except Forged:
            raise unauthorised("this is not from whom the source takes it") from None
        except OtherWorkspace:
            if source.is_verified():
                raise  # the provider's mistake, as every other field's
            raise Problem(HTTPStatus.FORBIDDEN, OTHER_WORKSPACE) from None
        self._webhooks.acknowledged(outcome)
        self._metrics.came(source.adapter.name, outcome)
        return outcome.answer

    def _by_key(self, request: Request, way: Way) -> Way:
        """A source without a secret of its own takes the API keys that may post contacts, each for its workspace."""
        credential = self._credential(request)
        if Right.CONTACTS not in credential.may or way.workspace not in ("", credential.workspace):
            raise Problem(HTTPStatus.FORBIDDEN, f"this key may not post to the source {way.source}")
        return way._replace(workspace=credential.workspace)

    # ---- one request ----

    async def _take(self, request: Request, caller: Caller) -> Admitted:
        """Read, admit and publish one event."""
        headers = header_texts(request.scope["headers"])
        check_media_type(headers, MEDIA_TYPES, needed=True)

        async def work(body: bytes) -> Admitted:
            event = self._admit(http_attributes(headers), body, caller)
            await self._publisher.gatherer.publish((event,), self._settings.http_ack_seconds_max)
            self._metrics.accepted((event,))
            return event

        return await self._room.work(request, work)

    def _admit(self, attributes: Attributes, body: bytes, caller: Caller) -> Admitted:
        (event,) = canonical(body, attributes, caller.way.default_type)
        check_event(event, caller)
        at_ms = now_ms()
        arrival = Arrival(at_ms, at_ms, Origin(source=caller.way.source))
        return self._normaliser.normalise(event, caller.way, arrival, body)

    # ---- who may ----

    def _credential(self, request: Request) -> Credential:
        """The holder of the request's key; looked up by its hash, so that no comparison depends on the key itself."""
        key = bearer(request)
        credential = self._sources.credentials.get(hashlib.sha256(key.encode()).digest())
        if not key or credential is None:
            raise unauthorised()
        return credential

    # ---- answers ----

    def _counted(self, path: str, post: Handle) -> Handle:
        async def counted(request: Request) -> Response:
            began = monotonic()
            try:
                response = await post(request)
            except (Problem, Rejected, Retryable) as error:
                response = self._answer(request, error).response()
                if self._traces is not None:
                    self._traces.refuse(path, response.status_code, request.scope["headers"], monotonic() - began)
            self._metrics.request(path, response.status_code, monotonic() - began, request.scope["headers"])
            return response

        return counted

    def _answer(self, request: Request, error: Exception) -> Problem:
        """What somebody hears whose request came to nothing."""
        match error:
            case Unknown():
                return self._room.refuse(request, error)
            case Problem():
                return error
            case Rejected():
                return problem_of(error)
            case _:
                return unavailable("not acknowledged; send the same again")

    async def _refuse(self, _: Request, error: Exception) -> Response:
        """Unknown paths and methods."""
        problem = unrouted(error)
        self._metrics.request("other", problem.status.value)
        return problem.response()

    async def _break(self, _: Request, __: Exception) -> Response:
        self._metrics.request("other", 500)
        return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "an error on our side; send the same again").response()


def _entries(sources: Sources) -> dict[str, tuple[Source, Way, bool]]:
    """By name what each request to a source needs: its way, and whether it is verified by secrets of its own."""
    return {
        name: (source, source.way._replace(default_type=MESSAGE), source.is_verified())
        for name, source in sources.by_name.items()
    }


_TAKEN = Response(NOTHING.body, 200, media_type=NOTHING.content_type)  # what most providers hear, for all the same
_WEBHOOK_METHODS = ["GET", "POST", "OPTIONS"]
_NO_SNIFF = {"X-Content-Type-Options": "nosniff"}  # a challenge is what the caller sent, and no page
