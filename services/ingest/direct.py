"""The ASGI application: what is posted to a path that exists goes straight to it, all else by Starlette's routes.

Those know every answer that HTTP asks for (405 with Allow, HEAD, unknown paths); looking a known path up in them,
behind two layers of middleware, takes longer than to verify and read a webhook.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.process.exchange import WHOLE_ANSWER

__all__ = ["WEBHOOKS", "Direct", "Handle"]

WEBHOOKS = "/v1/webhooks/"

Handle = Callable[[Request], Awaitable[Response]]


class Direct:
    """``posts``: handlers by path; ``webhook`` takes what is posted under WEBHOOKS; ``broken`` answers for an error."""

    def __init__(
        self,
        routes: Starlette,
        posts: Mapping[str, Handle],
        webhook: Handle,
        broken: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        self._routes = routes
        self._posts = posts
        self._webhook = webhook
        self._broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        handle = self._find(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        if handle is None:
            await self._routes(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await handle(request)
        except Exception as error:
            response = await self._broken(request, error)
            await response(scope, receive, send)
            raise  # so that the server logs it
        give = scope["extensions"].get(WHOLE_ANSWER) if "extensions" in scope else None
        if give is None or not give(response.status_code, response.raw_headers, response.body):
            await response(scope, receive, send)

    def _find(self, scope: Scope) -> Handle | None:
        path: str = scope["path"]
        if not path.startswith(WEBHOOKS):
            return self._posts.get(path)
        source = path[len(WEBHOOKS) :]
        if not source or "/" in source:
            return None
        scope["path_params"] = {"source": source}
        return self._webhook
