"""TCP ports of local servers on the loopback interface: free ones, that no client is given by chance, and kept."""

import contextlib
import platform
import random
import socket
from errno import EADDRINUSE
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the ports that Linux (from 32768), macOS and BSD (from 49152) give to connections. While a server is down, a
# client that tries again would else now and then be given the very port that it asks for, speak with itself, and keep
# the server from coming back.
PORTS = range(20_000, 32_000)
TRIES_MAX = 500  # ports looked at; a machine where all of them are taken has other troubles
_CHANCE = random.SystemRandom()  # not that which tests seed: processes side by side would choose the same
# Port -> descriptor of a socket that is bound and never listens, while this process lives. Whoever asks for a port this
# way is refused one that is held, in whichever process; the system gives it to no connection; and the server that it is
# meant for, which sets SO_REUSEADDR as servers do, may listen on it, today and after each of its restarts. BSD and
# macOS let nobody in beside a socket that is bound: there a port is only not given twice by this process.
_held: dict[int, int] = {}
_MAY_BE_HELD = platform.system() == "Linux"
_ONLY_GIVEN = -1


def free_port() -> int:
    """A port that is held for a server of this process: nobody has it, and nobody else is given it."""
    for port in _CHANCE.sample(PORTS, TRIES_MAX):
        if port not in _held and _hold(port):
            return port
    return _hold(0)


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT does not count
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def kept(wanted: int | None) -> int | None:
    """The wanted port, held from now on, where a server could listen on it; None where somebody has or holds it."""
    if not wanted or not is_free(wanted):
        return None
    return wanted if wanted in _held or _hold(wanted, beside_ended=_lingers(wanted)) else None


def keep_or_choose(wanted: int | None) -> int:
    """The wanted port if it is free, else another one; held."""
    return kept(wanted) or free_port()


def _hold(port: int, *, beside_ended: bool = False) -> int:
    """Bind the port (0: any) without SO_REUSEADDR, which is refused beside whoever holds it; 0 if it is.

    ``beside_ended``: connections of before are no hindrance; then who holds it is none either.
    """
    holding = socket.socket()
    holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, beside_ended)
    try:
        holding.bind((LOOPBACK, port))
    except OSError as error:
        holding.close()
        if error.errno != EADDRINUSE:
            raise
        return 0
    held = int(holding.getsockname()[1])
    if _MAY_BE_HELD:
        holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # only now: the server is let in beside it
        _held[held] = holding.detach()
    else:
        holding.close()
        _held[held] = _ONLY_GIVEN
    return held


def _lingers(port: int) -> bool:
    """Whether connections of a server that was here are not forgotten yet (TIME_WAIT), as after each quick restart."""
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
            if any(line.split()[1].endswith(f":{port:04X}") for line in lines):
                return True
    return False
