"""What Twilio signs: the whole URL as it called it, with the sorted form, or with the hash of any other body."""

import hmac
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from urllib.parse import urlsplit

from services.ingest.domain.channels.adapter import Payload
from services.ingest.domain.channels.form import pairs_of
from services.ingest.domain.rejection import Rejected

__all__ = ["twilio_signed"]

_PORTS = {"https": 443, "http": 80}
_BODY_HASH = "bodySHA256"


def twilio_signed(payload: Payload, tokens: Iterable[str]) -> list[str]:
    """The signatures that Twilio may have sent: with and without the port in the URL, under each token."""
    content = _content(payload)
    if content is None:
        return []
    return [
        b64encode(hmac.digest(token.encode(), (url + content).encode("utf-8", "surrogatepass"), "sha1")).decode()
        for token in tokens
        for url in _urls(payload.url)
    ]


def _content(payload: Payload) -> str | None:
    """What is signed after the URL; None where the hash in the query is not that of the body, or the form is none."""
    hashed = dict(payload.query).get(_BODY_HASH)
    if hashed is not None:
        wanted = sha256(payload.body).hexdigest().encode()
        return "" if hmac.compare_digest(hashed.encode("utf-8", "surrogatepass"), wanted) else None
    if payload.content_type() not in ("", "application/x-www-form-urlencoded"):
        return ""
    values: dict[str, set[str]] = defaultdict(set)
    try:
        for name, value in pairs_of(payload.body):
            values[name].add(value)
    except Rejected:
        return None
    return "".join(name + value for name in sorted(values) for value in sorted(values[name]))


def _urls(url: str) -> Iterator[str]:
    yield url
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return
    if not host or parts.scheme not in _PORTS:
        return
    login = parts.netloc.rpartition("@")[0] + "@" if "@" in parts.netloc else ""
    bare = parts.netloc.rpartition("@")[2]
    if port is None:
        yield parts._replace(netloc=f"{login}{bare}:{_PORTS[parts.scheme]}").geturl()
    else:
        yield parts._replace(netloc=login + bare.rpartition(":")[0]).geturl()
