"""TCP ports of local servers on the loopback interface: free ones, that no client is given by chance."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the ports that Linux (from 32768), macOS and BSD (from 49152) give to connections. While a server is down, a
# client that tries again would else now and then be given the very port that it asks for, speak with itself, and keep
# the server from coming back.
PORTS = range(20_000, 32_000)
TRIES_MAX = 500  # ports looked at; a machine where all of them are taken has other troubles
_CHANCE = random.SystemRandom()  # not that which tests seed: processes side by side would choose the same
_given: set[int] = set()  # by this process: of two servers that are about to start, one would find its port taken


def free_port() -> int:
    """A port that nobody has now; somebody else may still take it before it is used, but only who asks for this one."""
    for port in _CHANCE.sample(PORTS, TRIES_MAX):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT does not count
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def keep_or_choose(wanted: int | None) -> int:
    """The wanted port if it is free, else another one."""
    return wanted if wanted is not None and is_free(wanted) else free_port()
