"""How a client proves who it is to the broker, and knows that the broker is ours."""

import asyncio
import contextlib
import json
import ssl
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

from aiokafka.abc import AbstractTokenProvider

from shared.clock import monotonic
from shared.errors import Fatal
from shared.process.settings import CommonSettings

__all__ = ["connection", "ssl_context", "token_provider"]

TOKEN_SECONDS_MAX = 5.0  # the broker waits for a login no longer than its own time-out
TOKEN_BYTES_MAX = 64 * 1024
TOKEN_EARLY_SECONDS = 30.0  # a token is renewed this long before it ends: clocks differ
TOKEN_SECONDS_UNKNOWN = 60.0  # how long a token is kept whose end the issuer does not tell
TOKEN_KEPT_SECONDS_MAX = 86_400.0  # a day, whatever the issuer says: "Infinity" is a number of JSON here


def connection(settings: CommonSettings) -> dict[str, Any]:
    """Where the broker is and how to reach it: what every aiokafka client takes. Fatal: a file cannot be used."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = ssl_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        if settings.kafka_sasl_mechanism == "OAUTHBEARER":
            options["sasl_oauth_token_provider"] = token_provider(settings)
        else:
            options["sasl_plain_username"] = settings.kafka_sasl_username
            options["sasl_plain_password"] = settings.kafka_sasl_password.get_secret_value()
    return options


def ssl_context(settings: CommonSettings) -> ssl.SSLContext:
    """The broker's certificate is checked against the CA (the system's without one) and the host name; ours is shown
    where there is one. Fatal names the variable whose file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ssl_ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise Fatal(f"USHER_KAFKA_SSL_CA_FILE: {settings.kafka_ssl_ca_file} is no CA certificate ({error})") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.kafka_ssl_cert_file:
        password = settings.kafka_ssl_key_password.get_secret_value() or None
        try:
            key_file = settings.kafka_ssl_key_file or None
            context.load_cert_chain(settings.kafka_ssl_cert_file, key_file, password or "")
        except (OSError, ssl.SSLError) as error:
            name = settings.kafka_ssl_cert_file
            raise Fatal(
                f"USHER_KAFKA_SSL_CERT_FILE: {name} cannot be used with USHER_KAFKA_SSL_KEY_FILE ({error})"
            ) from None
    return context


def token_provider(settings: CommonSettings) -> AbstractTokenProvider:
    """A bearer token from a file that the platform renews, or from an issuer by client credentials (RFC 6749 4.4)."""
    if settings.kafka_oauth_token_file:
        return _FileToken(Path(settings.kafka_oauth_token_file))
    return _IssuedToken(settings)


@contextlib.contextmanager
def _telling(variable: str) -> Iterator[None]:
    """Whatever keeps us from a token passes: the login fails like a connection, is tried again, and says why."""
    try:
        yield
    except KeyError as error:
        raise ConnectionError(f"{variable}: the answer has no {error}") from None
    except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError, HTTPException) as error:
        raise ConnectionError(f"{variable}: no token ({error})") from None


def _printable(token: str) -> str:
    """The token, which can stand in a login. ValueError does not repeat it."""
    if not (token.isascii() and token.isprintable() and token):
        raise ValueError("empty, or no line of ASCII")
    return token


class _FileToken(AbstractTokenProvider):  # type: ignore[misc]
    """Read anew for each login: the platform writes a new one before the old one ends."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        with _telling("USHER_KAFKA_OAUTH_TOKEN_FILE"):
            return _printable(self._path.read_bytes()[:TOKEN_BYTES_MAX].decode().strip())


class _IssuedToken(AbstractTokenProvider):  # type: ignore[misc]
    """Asked for once, and again shortly before it ends."""

    def __init__(self, settings: CommonSettings) -> None:
        self._settings = settings
        self._token = ""
        self._until = 0.0

    async def token(self) -> str:
        if monotonic() >= self._until:
            with _telling("USHER_KAFKA_OAUTH_TOKEN_URL"):
                found = await asyncio.to_thread(self._ask)
                self._token = _printable(found["access_token"])
                seconds = min(float(found.get("expires_in") or TOKEN_SECONDS_UNKNOWN), TOKEN_KEPT_SECONDS_MAX)
            self._until = monotonic() + max(1.0, seconds - TOKEN_EARLY_SECONDS)
        return self._token

    def _ask(self) -> Any:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.kafka_oauth_client_id,
            "client_secret": self._settings.kafka_oauth_client_secret.get_secret_value(),
        }
        if self._settings.kafka_oauth_scope:
            form["scope"] = self._settings.kafka_oauth_scope
        url = self._settings.kafka_oauth_token_url
        request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), {"Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=TOKEN_SECONDS_MAX) as answer:  # noqa: S310 - an operator's URL
            return json.loads(answer.read(TOKEN_BYTES_MAX))
