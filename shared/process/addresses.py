"""Where servers are, as an operator writes it: what can never be reached is refused before anybody waits for it."""

import os
import re
from urllib.parse import parse_qs, urlsplit

from pydantic_core import PydanticCustomError

__all__ = ["brokers", "dsn", "web_address"]

PORT_MAX = 65_535
_HOST = re.compile(r"(?P<host>\[[^\[\]\s]+\]|[^\[\]:,/@\s]*)(?::(?P<port>\d{1,5}))?")
_SLASH = "%2F"  # how a path begins where a URL has its host
_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")  # of a DSN; what is read while connecting


def brokers(value: str) -> str:
    """Host and port of each broker, comma-separated; a port that is left out is 9092."""
    places = [each.strip() for each in value.split(",")]
    if not all(_is_place(each) and not each.startswith(":") and each for each in places):
        raise PydanticCustomError("brokers", "Input should be as kafka-1:9092,kafka-2:9092, ports 1 to 65535")
    return ",".join(places)


def dsn(value: str) -> str:
    """A URL of PostgreSQL whose hosts can be hosts and whose files can be read."""
    try:
        parts = urlsplit(value)
        hosts = parts.netloc.rpartition("@")[2].split(",")
    except ValueError:  # of brackets
        hosts = ["["]
    if value.partition("://")[0] not in ("postgresql", "postgres") or not all(map(_is_place, hosts)):
        raise PydanticCustomError("dsn", "Input should be as postgresql://user:password@host:5432/database")
    for name, (*_, path) in parse_qs(parts.query).items():
        if name in _FILES and not os.access(path, os.R_OK):
            reason = {"name": name, "path": path}
            raise PydanticCustomError("file", "{name}={path} is no file that this process may read", reason)
    return value


def web_address(value: str) -> str:
    """A URL of HTTP with a host; empty stays empty."""
    try:
        parts = urlsplit(value)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a port or of brackets
        valid = False
    if value and not valid:
        raise PydanticCustomError("url", "Input should be as https://host:port/path")
    return value


def _is_place(text: str) -> bool:
    found = _HOST.fullmatch(text)
    if found is None or not (found["port"] is None or 0 < int(found["port"]) <= PORT_MAX):
        return False
    if found["host"][:3].upper() == _SLASH:  # the folder of a socket, which nobody looks up
        return True
    try:
        found["host"].encode("idna")  # as whoever looks it up will write it: no label is empty or too long
    except UnicodeError:
        return False
    return True
