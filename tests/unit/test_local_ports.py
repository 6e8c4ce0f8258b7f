"""Ports of local servers: held from the choice on, so that two stacks of one machine never meet on one."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.ports import LOOPBACK, PORTS, free_port, is_free, keep_or_choose, kept

ROOT = Path(__file__).resolve().parents[2]
held_for_all = pytest.mark.skipif(not ports._MAY_BE_HELD, reason="only Linux lets a server in beside a bound socket")
HOLDS = """
import sys
from deploy.local.ports import free_port, keep_or_choose
wanted = int(sys.argv[1])
print(keep_or_choose(wanted) if wanted else free_port(), flush=True)
sys.stdin.read()
"""


@contextmanager
def somebody_else(wanted: int = 0) -> Iterator[int]:
    """Another process that has chosen a port, the wanted one if it may, and has not started its server yet."""
    command = [sys.executable, "-c", HOLDS, str(wanted)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        yield int(process.stdout.readline())
        process.stdin.close()


def server(port: int) -> socket.socket:
    """Listens as PostgreSQL, Kafka, Prometheus and uvicorn do."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((LOOPBACK, port))
    listening.listen()
    return listening


def test_a_port_is_none_that_a_client_is_given_by_chance() -> None:
    """Else a client that tries again while its server is down may be connected with itself, and hold the port."""
    chosen = {free_port() for _ in range(20)}
    assert chosen <= set(PORTS)
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(given.read_text().split()[0]) if given.exists() else PORTS.stop
    if first < PORTS.stop:
        pytest.skip(f"this machine gives clients ports from {first} on")


def only(monkeypatch: pytest.MonkeyPatch, wanted: list[int]) -> None:
    class Chance:
        def sample(self, _: range, __: int) -> list[int]:
            return wanted

    monkeypatch.setattr(ports, "_CHANCE", Chance())


@held_for_all
def test_two_servers_that_are_about_to_start_are_given_two_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    two = [free_port(), free_port()]
    for port in two:
        os.close(ports._held.pop(port))
    only(monkeypatch, two)
    assert [free_port(), free_port()] == two


@held_for_all
def test_what_another_process_has_chosen_is_not_chosen_before_its_server_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = free_port()
    with somebody_else() as theirs:
        assert is_free(theirs), "nobody listens there"
        only(monkeypatch, [theirs, other])
        os.close(ports._held.pop(other))
        assert free_port() == other
        assert kept(theirs) is None
        assert keep_or_choose(theirs) != theirs
        with somebody_else(theirs) as third:
            assert third != theirs
    assert kept(theirs) == theirs, "its process is gone"


@held_for_all
def test_a_held_port_is_the_servers_and_no_connections() -> None:
    port = free_port()
    for _ in range(2):  # it comes back
        with server(port), socket.create_connection((LOOPBACK, port)):
            assert not is_free(port)
    for taking in (socket.socket(), socket.socket()):
        with taking, pytest.raises(OSError, match="in use"):
            taking.bind((LOOPBACK, port))


def test_where_nobody_is_let_in_beside_a_bound_socket_a_port_is_only_not_given_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ports, "_MAY_BE_HELD", False)
    port, other = free_port(), free_port()
    only(monkeypatch, [port, other, other + 1, other + 2, other + 3])
    assert free_port() not in (port, other)
    assert kept(port) == port
    with socket.socket() as alone:
        alone.bind((LOOPBACK, port))  # without SO_REUSEADDR: nothing else is bound


def test_port_is_kept_unless_somebody_took_it() -> None:
    port = free_port()
    assert keep_or_choose(port) == port
    with server(port):
        assert not is_free(port)
        assert keep_or_choose(port) != port
    assert (kept(None), kept(0)) == (None, None)


def test_a_port_of_before_is_kept_while_its_connections_are_not_forgotten() -> None:
    with somebody_else() as port:
        pass
    listening = server(port)
    with socket.create_connection((LOOPBACK, port)):
        accepted, _ = listening.accept()
        listening.close()
        accepted.close()  # first: TIME_WAIT is on the server's side
    assert kept(port) == port
