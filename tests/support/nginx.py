"""A real nginx on loopback with the files of deploy/nginx, a name server that says what it is told, and replicas."""

import asyncio
import contextlib
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from deploy.local.ports import LOOPBACK, free_port

FILES = Path(__file__).resolve().parents[2] / "deploy" / "nginx"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
START_SECONDS_MAX = 60.0
MAIN = """
{user}daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    {temporary}
    include {folder}/conf.d/usher.conf;
}}
"""


class Replica:
    """An HTTP server that answers 202 with its name and keeps the headers it was sent."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        self.asked.append({name.decode(): value.decode() for name, value in scope["headers"]})
        query = scope["query_string"].decode()
        self.paths.append(scope["raw_path"].decode() + (f"?{query}" if query else ""))
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": self.name.encode()})


@contextlib.asynccontextmanager
async def behind_tls(folder: Path, tls: tuple[Path, Path], replicas: list[int], **other: str) -> AsyncIterator[int]:
    """The port of an nginx with usher.conf before the ingest replicas at these ports. ``other`` times of the files."""
    port = free_port()
    servers = "\n".join(f"server {LOOPBACK}:{each};" for each in replicas)
    site = {
        "listen 443 ssl;": f"listen {LOOPBACK}:{port} ssl;",
        "listen [::]:443 ssl;": "",
        "/etc/usher/tls/door.crt": str(tls[0]),
        "/etc/usher/tls/door.key": str(tls[1]),
        "/var/log/nginx/usher.log": f"{folder}/access.log",
        "server 127.0.0.1:8080;": servers,
        "/etc/nginx/usher-door.conf": f"{folder}/usher-door.conf",
    }
    (folder / "conf.d").mkdir()
    _copy("usher.conf", folder / "conf.d" / "usher.conf", site)
    _copy("usher-door.conf", folder / "usher-door.conf", other)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n    ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;\n" if os.getuid() == 0 else ""  # the folder of a test is its user's alone
    (folder / "nginx.conf").write_text(MAIN.format(user=user, folder=folder, temporary=temporary))
    async with _running(folder, port):
        yield port


@contextlib.asynccontextmanager
async def of_compose(folder: Path, door: str, name_server: int) -> AsyncIterator[int]:
    """The port of an nginx with compose.conf; ``door`` is the host and port that it asks the name server for."""
    port = free_port()
    changed = {
        "pid /tmp/": f"pid {folder}/",
        "_temp_path /tmp/": f"_temp_path {folder}/",
        "access_log /dev/stdout usher;": f"access_log {folder}/access.log usher;",
        "error_log /dev/stderr warn;": ("user root;" if os.getuid() == 0 else "") + f"error_log {folder}/error.log;",
        "resolver 127.0.0.11 valid=2s": f"resolver {LOOPBACK}:{name_server} valid=1s",
        "listen 8080;": f"listen {LOOPBACK}:{port};",
        "set $usher_door ingest:8080;": f"set $usher_door {door};",
        "/etc/usher/usher-door.conf": str(FILES / "usher-door.conf"),
        "worker_processes 1;": "worker_processes 1; daemon off;",
    }
    _copy("compose.conf", folder / "nginx.conf", changed)
    async with _running(folder, port):
        yield port


class Names(asyncio.DatagramProtocol):
    """A name server (RFC 1035) that answers every question for an address with ``addresses``, for no time at all."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, sender: Any) -> None:
        question = data[12 : data.index(b"\0", 12) + 5]
        records = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(address) for address in self.addresses
        )
        header = data[:2] + struct.pack(">HHHHH", 0x8180, 1, len(self.addresses), 0, 0)
        self._transport.sendto(header + question + records, sender)


@contextlib.asynccontextmanager
async def naming(names: Names) -> AsyncIterator[int]:
    """The port of the name server."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: names, local_addr=(LOOPBACK, 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def _copy(name: str, to: Path, changed: Mapping[str, str]) -> None:
    """A file of deploy/nginx with other addresses; each text that is changed must be there."""
    text = (FILES / name).read_text()
    for before, after in changed.items():
        assert before in text, f"{name} has no {before!r}"
        text = text.replace(before, after)
    to.write_text(text)


@contextlib.asynccontextmanager
async def _running(folder: Path, port: int) -> AsyncIterator[None]:
    assert NGINX is not None
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    checked = await asyncio.to_thread(subprocess.run, [*command, "-t", "-q"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with asyncio.timeout(START_SECONDS_MAX):
            while not await _answers(port):
                await asyncio.sleep(0.01)
        yield
    finally:
        process.terminate()
        await process.wait()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True
