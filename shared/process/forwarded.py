"""Whom a proxy names is the client, by uvicorn's own rules; who names nobody is spared the way through them."""

from collections.abc import Awaitable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

__all__ = ["Forwarded"]

_NAMES = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})  # all that uvicorn looks at


class Forwarded:
    """The ASGI application, for HTTP alone; ``trusted``: addresses and networks whose word counts, as uvicorn's
    setting ``forwarded_allow_ips``. A request passes uvicorn's middleware if it has a header that this reads: it looks
    at every header, and is one more coroutine through which each wait for Kafka goes."""

    def __init__(self, application: ASGIApp, trusted: Sequence[str] | str) -> None:
        self._application = application
        self._believing: ASGIApp = ProxyHeadersMiddleware(application, trusted)  # type: ignore[arg-type,assignment]

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """One request."""
        if _NAMES.isdisjoint(dict(scope["headers"])):
            return self._application(scope, receive, send)
        return self._believing(scope, receive, send)
