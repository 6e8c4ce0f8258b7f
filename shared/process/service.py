"""One process of a service: event loop, signals, the health and metrics port, ready file, exit codes."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import orjson
import uvicorn
import uvloop
from prometheus_client import CollectorRegistry
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.errors import Fatal
from shared.process.connection import Connection
from shared.process.forwarded import Forwarded
from shared.process.logs import Log
from shared.process.memory import prepare_memory
from shared.process.pages import Pages
from shared.process.requests import HttpLimits
from shared.process.settings import PREFIX, CommonSettings, wrong_setting
from shared.process.variables import unknown_variables, unused_variables

__all__ = ["SCRAPE_HEADER", "Application", "health", "listen", "run", "serve_http", "write_ready_file"]

EXIT_FAILURE = 1
EXIT_USAGE = 2  # the environment is wrong: another start with it ends the same way
OPEN_FILES = 16_384  # some times the largest number of connections that is sensible
INTERNAL_HTTP = HttpLimits()
SCRAPE_HEADER = "x-prometheus-scrape-timeout-seconds"  # of Prometheus and its kin; not of a person's curl
SHUTDOWN_SECONDS_MAX = 2  # open HTTP requests get this long at the end


class Application(Protocol):
    """What a service's app.py builds."""

    registry: CollectorRegistry

    async def run(self) -> None:
        """Serve until ``stop``; raises what makes going on impossible."""

    def stop(self) -> None:
        """Begin a clean end; called from a signal handler."""

    async def problems(self) -> list[str]:
        """Why this process is not ready; empty when it is."""

    def endpoints(self) -> dict[str, str]:
        """More URLs for the ready file, such as the ingest HTTP address."""


@runtime_checkable
class WithNotes(Protocol):
    """An application that can be ready and yet have something to tell."""

    def notes(self) -> list[str]:
        """What an operator should know; lines of /readyz, whose status they do not change."""


@runtime_checkable
class WithTotals(Protocol):
    """An application whose counters are totals of partitions, which move between processes with their history."""

    def moved_here(self) -> set[str]:
        """Partitions whose totals were taken over since the last call, and are shown now."""


def run(build: Callable[[], Awaitable[tuple[Application, CommonSettings, Log]]]) -> int:
    """Run one service process to its end; the exit code is 0 after SIGTERM or SIGINT, 1 after a failure.

    It is 2, with one line that names the variable, for settings that it cannot start with.
    """
    prepare_memory()
    _allow_open_files()
    return uvloop.run(_main(build))


async def _main(build: Callable[[], Awaitable[tuple[Application, CommonSettings, Log]]]) -> int:
    try:
        application, settings, log = await build()
        sock = listen(settings.metrics_host, settings.metrics_port)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, application.stop)
        write_ready_file(settings, sock, application.endpoints())
    except (ValidationError, Fatal) as error:
        sys.stderr.write((wrong_setting(error) if isinstance(error, ValidationError) else str(error)) + "\n")
        return EXIT_USAGE
    for line in unknown_variables(os.environ, [type(settings)]):  # noqa: TID251 - the edge of the process
        log.warning("unknown variable", reason=line)
    for line in unused_variables(settings):
        log.warning("unused variable", reason=line)
    for line in settings.doubts():
        log.warning("doubtful variable", reason=line)
    server = serve_http(health(application), sock)
    serving = asyncio.ensure_future(server.serve(sockets=[sock]))
    try:
        await application.run()
        log.info("stopped")
        return 0
    except Fatal as error:
        log.critical("exit", reason=str(error))
        return EXIT_FAILURE
    except Exception as error:  # noqa: BLE001 - the edge of the process: log, exit, be restarted
        log.critical("exit", exc_info=error)
        return EXIT_FAILURE
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({serving}, timeout=SHUTDOWN_SECONDS_MAX + 1)


def _allow_open_files() -> None:
    """Every connection is an open file; many systems begin with 1,024 and let a process ask for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def listen(host: str, port: int, door: str = "METRICS") -> socket.socket:
    """A listening socket; port 0 is a free one. Fatal names the settings of this ``door`` where that cannot be."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(512)  # who is bound beside us and listens first takes the port away only now
    except (OSError, UnicodeError) as error:  # a host that cannot even be written as one
        sock.close()
        reason = getattr(error, "strerror", None) or error
        cure = f"give an address of this machine as {PREFIX}{door}_HOST, a free port as {PREFIX}{door}_PORT"
        raise Fatal(f"cannot listen on {_at(host, port)}: {reason}; {cure}") from error
    sock.setblocking(False)
    return sock


def address(sock: socket.socket) -> str:
    """Where a socket listens, as it stands in a URL: ``127.0.0.1:9100``, ``[::1]:9100``."""
    return _at(*sock.getsockname()[:2])


def _at(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def serve_http(
    application: Any,
    sock: socket.socket,
    limits: HttpLimits = INTERNAL_HTTP,
    refused: Callable[[int], None] = lambda _: None,
) -> uvicorn.Server:
    """A uvicorn server for an ASGI application on a socket; it leaves signals and logging to the process.

    ``refused`` hears the status of each request that ``limits`` or the grammar of HTTP kept from the application.
    """
    config = uvicorn.Config(
        application,
        fd=None,
        host=sock.getsockname()[0],
        port=sock.getsockname()[1],
        log_config=None,
        access_log=False,
        interface="asgi3",
        proxy_headers=False,  # Forwarded asks for them
        lifespan="off",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
        ws="none",
        http=cast("type[asyncio.Protocol]", partial(Connection, limits=limits, refused=refused)),
    )
    config.app = Forwarded(application, config.forwarded_allow_ips)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    return server


def write_ready_file(settings: CommonSettings, sock: socket.socket, endpoints: dict[str, str]) -> None:
    """Tell whoever started us where we listen, by rename. Fatal where the file cannot be written."""
    if not settings.ready_file:
        return
    document = {"metrics_url": f"http://{address(sock)}/metrics", "pid": os.getpid(), **endpoints}
    path = Path(settings.ready_file)
    aside = path.parent / f"{path.name}.{os.getpid()}"
    try:
        aside.write_bytes(orjson.dumps(document))
        aside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise Fatal(f"USHER_READY_FILE: cannot write {path}: {error.strerror}; name another file") from None


def health(application: Application) -> Starlette:
    """The pages of every process: /livez, /readyz (200 or 503, a line for each problem and note), /metrics."""
    moved_here = application.moved_here if isinstance(application, WithTotals) else frozenset
    pages = Pages(application.registry, moved_here)

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        problems = await application.problems()
        notes = [f"note: {note}" for note in application.notes()] if isinstance(application, WithNotes) else []
        lines = [*(problems or ["ok"]), *notes]
        return PlainTextResponse("\n".join(lines) + "\n", status_code=503 if problems else 200)

    async def metrics(request: Request) -> Response:
        scraper = f"{request.client.host if request.client else ''} {request.headers.get('user-agent', '')}"
        comes_again = SCRAPE_HEADER in request.headers
        pieces, media_type = pages.pieces(scraper, request.headers.get("accept", ""), comes_again=comes_again)
        page = bytearray()
        for piece in pieces:
            page += piece
            await asyncio.sleep(0)  # what is due meanwhile does not wait for megabytes
        return Response(bytes(page), headers={"content-type": media_type})

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)])
