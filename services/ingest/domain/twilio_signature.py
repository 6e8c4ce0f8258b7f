"""What Twilio signs: the whole URL as it called it, with the sorted form, or with the hash of any other body."""

import hmac
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from services.ingest.domain.channels.adapter import Payload
from services.ingest.domain.channels.form import pairs_of
from services.ingest.domain.rejection import Rejected

__all__ = ["twilio_signed"]

URLS_REMEMBERED = 256  # of sources as they are called, some KB each at most; only a query makes more of one source
_PORTS = {"https": 443, "http": 80}
_BODY_HASH = "bodySHA256"
_FORM = "application/x-www-form-urlencoded"
_SETTINGS = "x-twilio-webhooks-signature-settings"
_ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}


def twilio_signed(payload: Payload, tokens: Iterable[str]) -> list[str]:
    """The signatures that Twilio may have sent: with and without the port in the URL, under each token.

    Where a webhook rule of the account signs with a shared key, that key is one of the tokens.
    """
    content, algorithm = _content(payload), _algorithm(payload.headers.get(_SETTINGS, ""))
    if content is None or algorithm is None:
        return []
    return [
        b64encode(hmac.digest(token.encode(), (url + content).encode("utf-8", "surrogatepass"), algorithm)).decode()
        for token in tokens
        for url in _urls(payload.url)
    ]


def _algorithm(settings: str) -> str | None:
    """Of a header as ``key=...,algorithm=HMAC_SHA256``; None for one that is not known. Without it, SHA-1."""
    parts = (part.partition("=") for part in settings.split(",", 8))
    named = next((value.strip() for name, _, value in parts if name.strip() == "algorithm" and value.strip()), "")
    return _ALGORITHMS.get(named.upper()) if named else "sha1"


def _content(payload: Payload) -> str | None:
    """What is signed after the URL; None where the hash in the query is not that of the body, or the form is none."""
    kind, hashed = payload.content_type(), dict(payload.query).get(_BODY_HASH)
    if kind != _FORM and (hashed is not None or kind):
        wanted = sha256(payload.body).hexdigest().encode()
        return "" if hmac.compare_digest((hashed or "").encode("utf-8", "surrogatepass"), wanted) else None
    values: dict[str, set[str]] = defaultdict(set)
    try:
        for name, value in pairs_of(payload.body):
            values[name].add(value)
    except Rejected:
        return None
    return "".join(name + value for name in sorted(values) for value in sorted(values[name]))


@lru_cache(maxsize=URLS_REMEMBERED)
def _urls(url: str) -> tuple[str, ...]:
    """The URL, and with its port if it is without, or without."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return (url,)
    if not host or parts.scheme not in _PORTS:
        return (url,)
    login = parts.netloc.rpartition("@")[0] + "@" if "@" in parts.netloc else ""
    bare = parts.netloc.rpartition("@")[2]
    if port is None:
        return url, parts._replace(netloc=f"{login}{bare}:{_PORTS[parts.scheme]}").geturl()
    return url, parts._replace(netloc=login + bare.rpartition(":")[0]).geturl()
