"""One HTTP request as it comes in: its key, its media type, its body within bounds, what its provider signed."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request

from services.ingest.domain.cloudevents import http_attributes
from services.ingest.domain.reading import BODY_BYTES_MAX
from services.ingest.domain.sources import Source
from services.ingest.domain.webhook import Request as WebhookRequest
from services.ingest.problem import Problem, Unknown
from shared.process.exchange import WHOLE_BODY

__all__ = [
    "bearer",
    "check_media_type",
    "cors_headers",
    "read_body",
    "too_slow",
    "unauthorised",
    "webhook_request",
    "whole_body",
]

DRAIN_BYTES_MAX = 4 * 1024 * 1024  # of a body that is too large: read and dropped, so that the sender sees the answer
CORS_SECONDS = "600"  # a browser asks again after this
_KEY_CHARACTERS_MAX = 512
_CLOSE = {"Connection": "close"}


def header(request: Request, name: bytes) -> str:
    """The first header of that name (lower case), "" without one."""
    for key, value in request.scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def bearer(request: Request) -> str:
    """The key that it carries; "" without one."""
    scheme, _, token = header(request, b"authorization").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and len(token) <= _KEY_CHARACTERS_MAX else ""


def unauthorised(detail: str = "send a valid key as Authorization: Bearer KEY") -> Unknown:
    """The answer to who is not known."""
    return Unknown(
        HTTPStatus.UNAUTHORIZED,
        detail,
        headers={"WWW-Authenticate": 'Bearer realm="usher"'},
    )


def cors_headers(source: Source, request: Request) -> dict[str, str]:
    """What lets a page of the site's origins call us from a browser (the Fetch standard, CORS)."""
    if not source.origins or (origin := header(request, b"origin")).lower() not in source.origins:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Headers": "authorization, content-type, x-site-key",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Max-Age": CORS_SECONDS,
        "Vary": "Origin",
    }


def webhook_request(source: Source, request: Request, headers: Mapping[str, str], body: bytes) -> WebhookRequest:
    """The request as its provider made it: behind a proxy, ``public_url`` stands for what the proxy was called by."""
    scope = request.scope
    path = scope.get("raw_path", b"").decode("latin-1") or request.url.path
    base = source.public_url.rstrip("/").removesuffix(path)
    url = (base or f"{scope['scheme']}://{headers.get('host') or request.url.netloc}") + path
    query = scope["query_string"].decode("latin-1")
    return WebhookRequest(
        body,
        headers,
        request.query_params.multi_items() if query else (),
        f"{url}?{query}" if query else url,
        http_attributes(headers),
    )


def check_media_type(headers: Mapping[str, str], allowed: frozenset[str], *, needed: bool) -> None:
    """Providers that sign are believed without a content type (``needed`` false), and in any charset they name."""
    given = headers.get("content-type", "")
    if allowed and given not in allowed and not _is_one_of(given, allowed, needed=needed):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send {' or '.join(sorted(allowed))} in UTF-8")
    if headers.get("content-encoding", "").lower() not in ("", "identity"):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body without Content-Encoding")


def _is_one_of(content_type: str, allowed: frozenset[str], *, needed: bool) -> bool:
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"') if "charset" in parameters.lower() else ""
    found = media_type.strip().lower()
    return found in allowed and charset in {"", "utf-8", "utf8"} if needed else not found or found in allowed


def whole_body(request: Request) -> bytes | None:
    """The body, if all of it is here. Problem 413 where it is larger than BODY_BYTES_MAX."""
    scope = request.scope
    whole = scope["extensions"].get(WHOLE_BODY) if "extensions" in scope else None
    body: bytes | None = whole() if whole is not None else None
    if body is not None and len(body) > BODY_BYTES_MAX:
        raise _too_large()
    return body


async def read_body(request: Request) -> bytes:
    """The body as it comes. Problem 400 where its sender leaves, 413 where it is larger than BODY_BYTES_MAX."""
    try:
        return await _read(request)
    except ClientDisconnect:
        raise Problem(HTTPStatus.BAD_REQUEST, "the connection ended before the body") from None


async def _read(request: Request) -> bytes:
    """The body, never more of it in memory than the limit."""
    length = header(request, b"content-length")
    if length.isdigit() and int(length) > BODY_BYTES_MAX and header(request, b"expect"):
        raise _too_large()  # the sender asked before sending: nothing needs to be read
    parts: list[bytes] = []
    size = 0
    more = True
    while more and size <= DRAIN_BYTES_MAX:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(part)
        if size <= BODY_BYTES_MAX:
            parts.append(part)
    if size > BODY_BYTES_MAX:
        raise _too_large()
    return b"".join(parts)


def too_slow() -> Problem:
    """The answer to whose body is late."""
    return Problem(HTTPStatus.REQUEST_TIMEOUT, "the body came too slowly", headers=_CLOSE)


def _too_large() -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {BODY_BYTES_MAX} bytes are accepted", headers=_CLOSE)
