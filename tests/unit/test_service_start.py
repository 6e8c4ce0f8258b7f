"""A service that cannot start says why in one line, whichever way it is started."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.errors import Fatal
from shared.process.failpoints import Failpoints
from shared.process.service import address, listen, write_ready_file
from shared.process.settings import CommonSettings
from tests.support.commands import COMMAND_SECONDS_MAX

ABSENT = "No such file or directory (give the path of a file that can be read)"
USHER = ["-c", "from cli.main import main; main()"]


def start(*arguments: str, **variables: str) -> tuple[int, list[str]]:
    """Exit code and lines on stderr of a process that ends by itself."""
    environment = {**os.environ, "USHER_ENVIRONMENT": "local", "USHER_METRICS_PORT": "0", **variables}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize("service", ["ingest", "router", "sla"])
@pytest.mark.parametrize("as_command", [True, False])
def test_a_wrong_variable_ends_a_service_with_one_line_that_names_it(service: str, as_command: bool) -> None:
    status, lines = start(*([*USHER, service] if as_command else ["-m", f"services.{service}"]), USHER_PARTITIONS="x")

    assert status == 2
    assert lines == ["USHER_PARTITIONS: Input should be a valid integer, unable to parse string as an integer"]


def test_a_wrong_log_level_and_a_missing_file_are_named() -> None:
    status, lines = start("-m", "services.sla", USHER_LOG_LEVEL="chatty")
    assert (status, len(lines)) == (2, 1)
    assert lines[0].startswith("USHER_LOG_LEVEL: ") and "'INFO'" in lines[0]

    status, lines = start("-m", "services.ingest", USHER_SOURCES_FILE="/nowhere/sources.yaml")
    assert (status, lines) == (
        2,
        [f"USHER_SOURCES_FILE: /nowhere/sources.yaml: {ABSENT}"],
    )


def test_a_port_that_is_taken_is_said_first() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, lines = start("-m", "services.router", USHER_METRICS_PORT=port, USHER_LOG_LEVEL="error")

    assert status == 2
    assert lines[0].startswith(f"cannot listen on 127.0.0.1:{port}: ")
    assert lines[0].endswith("a free port as USHER_METRICS_PORT")


@pytest.mark.parametrize("host", ["no..host", "x" * 64 + ".example", "203.0.113.1", "/etc", "a\nb"])
def test_an_address_that_cannot_be_listened_on_is_said_with_its_setting(host: str) -> None:
    with pytest.raises(Fatal, match=r"(?s)^cannot listen on .+; give an address of this machine as USHER_SMTP_HOST"):
        listen(host, 0, "SMTP")


def test_a_port_that_somebody_takes_between_bind_and_listen_is_said_with_its_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rival = socket.socket()
    rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    class Slow(socket.socket):
        def bind(self, at: Any) -> None:
            super().bind(at)
            rival.bind(self.getsockname())
            rival.listen()

    monkeypatch.setattr(socket, "socket", Slow)
    with pytest.raises(Fatal, match=r"^cannot listen on 127\.0\.0\.1:0: Address already in use.*USHER_SMTP_PORT"):
        listen("127.0.0.1", 0, "SMTP")
    rival.close()


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::]")])
def test_where_a_service_listens_is_a_url_whatever_the_address(host: str, shown: str, tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    with contextlib.closing(listen(host, 0)) as sock:
        write_ready_file(CommonSettings(ready_file=str(file)), sock, {"ingest_url": f"http://{address(sock)}"})
        port = sock.getsockname()[1]
    told = json.loads(file.read_text())
    assert (told["metrics_url"], told["ingest_url"]) == (
        f"http://{shown}:{port}/metrics", f"http://{shown}:{port}",
    )  # fmt: skip
    assert urlsplit(told["metrics_url"]).port == port


def test_a_ready_file_that_cannot_be_written_is_said_with_its_setting_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "nowhere" / "ready.json", tmp_path / "folder", tmp_path / ("x" * 300), Path("/")):
        with (
            contextlib.closing(listen("127.0.0.1", 0)) as sock,
            pytest.raises(Fatal, match="^USHER_READY_FILE: cannot"),
        ):
            write_ready_file(CommonSettings(ready_file=str(path)), sock, {})
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    "text", ["x", "here=", "here=kill@", "here=sleep:", "here=sleep:soon", "here=kill@x", "there=kill"]
)
def test_a_failpoint_that_is_none_is_said_with_its_setting(text: str) -> None:
    with pytest.raises(Fatal, match="^USHER_FAILPOINTS: "):
        Failpoints(text, ["here"])


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("garbage", "USHER_POSTGRES_DSN: Input should be as postgresql://user:password@host:5432/database"),
        ("postgresql://usher:secret@host:abc/db", "USHER_POSTGRES_DSN: Input should be as postgresql://"),
        ("postgresql://usher:secret@host/db?sslmode=some", "USHER_POSTGRES_DSN is no DSN of PostgreSQL: "),
    ],
)
def test_a_dsn_that_is_none_is_said_in_one_line_without_its_password(dsn: str, said: str) -> None:
    status, lines = start(*USHER, "migrate", USHER_POSTGRES_DSN=dsn)

    assert (status, len(lines)) == (2, 1)
    assert said in lines[0] and "secret" not in lines[0]


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    _, lines = start("-m", "services.ingest", USHER_PARTITIONS="", USHER_SOURCES_FILE="/nowhere.yaml")
    assert lines == [f"USHER_SOURCES_FILE: /nowhere.yaml: {ABSENT}"]


def test_a_broker_that_does_not_answer_is_said_in_one_line() -> None:
    status, lines = start(*USHER, "topics", "--check", USHER_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")

    assert (status, len(lines)) == (1, 1)
    assert "127.0.0.1:1" in lines[0] and "USHER_KAFKA_BOOTSTRAP_SERVERS" in lines[0]
