"""An application served over HTTP on loopback, in the process of the test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from deploy.local.ports import LOOPBACK
from shared.process.service import listen, serve_http


@contextlib.asynccontextmanager
async def serving(application: Any, host: str = LOOPBACK, port: int = 0) -> AsyncIterator[int]:
    """The port on which the application is served."""
    sock = listen(host, port)
    server = serve_http(application, sock)
    task = asyncio.ensure_future(server.serve(sockets=[sock]))
    try:
        yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        await task
