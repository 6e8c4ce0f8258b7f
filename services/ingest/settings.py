"""Settings of the ingest service; each field is the environment variable USHER_<FIELD>."""

import os
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from services.ingest.domain.sources import Sources
from services.ingest.domain.sources_file import Resolve, SourcesError, read_sources
from shared.errors import Fatal
from shared.policy.document import read_document
from shared.policy.errors import PolicyError, PolicyErrors
from shared.process.bounds import COUNT_MAX, Count, Days, Rate, Seconds
from shared.process.requests import HttpLimits
from shared.process.settings import MemberSettings, read_secret

__all__ = ["IngestSettings", "http_limits", "load_sources", "pseudonym_key"]

PSEUDONYM_KEY_LENGTH_MIN = 16  # characters; a shorter key could be guessed from one known handle
EXAMPLE_KEYS = frozenset(  # SHA-256 of the keys in deploy/sources/compose.yaml; a test compares
    {
        "f6e219deb194684fedb61ab85163ff206ed145bfc9fd792ad0a9d4f9d1e8b47f",
        "496c339f6e19c4ebe62a5e5e282e57255aee80b4c0582c42140656643c0290d3",
    }
)
_LOCAL_KEY = "usher-local-pseudonyms-only"  # worthless by intent: everybody knows it


class IngestSettings(MemberSettings):
    """Bounds of the door. Units last; the reasons stand beside the numbers."""

    sources_file: str = Field(default="", description="connections and credentials (YAML)")
    sources_poll_seconds: Seconds = 5.0  # between looks at the file: soon enough, and no cost
    channel_sources: bool = Field(default=True, description="a canonical source for each channel, without the file")
    pseudonym_key: SecretStr = SecretStr("")

    group: str = Field(
        default="", description="consumer groups begin with this; default usher.ingest behind the prefix"
    )
    batch_records_max: int = Field(default=500, ge=1, le=5000)  # 10 ms of this process's time: HTTP waits no longer
    gather_ms: int = Field(default=5, ge=0, le=1000)  # after a batch that was not full: the next one is larger for it
    batch_wait_ms: int = Field(default=8, ge=1, le=1000)  # between polls of idle topics
    database_seconds_max: Seconds = 10.0  # beyond it the connection is dropped

    dead_letter_retention_days: Days = 30  # as long as the logs keep what may be sent again

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65535, description="0 = a free port, written to ready_file")
    http_inflight_max: Count = 1000  # 256 MiB of bodies at the very worst
    http_reading_max: Count = 500  # bodies that are not whole yet: 128 MiB at the very worst
    http_ack_seconds_max: Seconds = 2.5  # then 503: who retries hears it within 3 s
    http_header_seconds_max: Seconds = 10.0  # a header that trickles slower holds a connection
    http_body_seconds_max: Seconds = 10.0  # a body that trickles slower holds a place too long
    http_headers_max: Count = 100  # a request through a chain of proxies has some thirty
    http_header_bytes_max: int = Field(default=64 * 1024, ge=1024, le=COUNT_MAX)  # kept in memory for each connection
    http_connections_max: Count = 4000  # each is an open file; Kafka and the database need some too
    http_rate_per_second: Rate = 2000.0  # per credential; above what one process serves
    http_burst: Count = 4000

    smtp_port: int = Field(default=0, ge=0, le=65535, description="0 = no SMTP door")
    smtp_host: str = "127.0.0.1"
    smtp_hostname: str = "usher"  # what it calls itself
    smtp_tls_cert: str = ""
    smtp_tls_key: str = ""
    smtp_message_bytes_max: int = Field(default=1024 * 1024, ge=1024, le=COUNT_MAX)  # as much as a dead letter keeps
    smtp_recipients_max: Count = 100  # RFC 5321 asks for at least so many
    smtp_connections_max: Count = 200  # each holds a message in memory: 200 MiB at the very worst
    smtp_inflight_max: Count = 50  # messages that wait for Kafka
    smtp_command_seconds_max: Seconds = 60.0  # of a command, and of a whole message

    def doubts(self) -> list[str]:
        """Of the SMTP door, where there is none."""
        if self.smtp_port:
            return []
        named = sorted(name for name in self.model_fields_set if name.startswith("smtp_") and name != "smtp_port")
        return [f"USHER_{name.upper()} is not used: set USHER_SMTP_PORT to open the SMTP door" for name in named]

    @model_validator(mode="after")
    def _no_key_without_certificate(self) -> Self:
        if self.smtp_tls_key and not self.smtp_tls_cert:
            message = "USHER_SMTP_TLS_KEY needs USHER_SMTP_TLS_CERT: without a certificate mail is not encrypted"
            raise PydanticCustomError("certificate", message)
        return self


def http_limits(settings: IngestSettings) -> HttpLimits:
    """The bounds of one connection."""
    return HttpLimits(
        header_seconds_max=settings.http_header_seconds_max,
        body_seconds_max=settings.http_body_seconds_max,
        headers_max=settings.http_headers_max,
        header_bytes_max=settings.http_header_bytes_max,
        connections_max=settings.http_connections_max,
    )


def pseudonym_key(settings: IngestSettings) -> bytes:
    """The key of customers' pseudonyms. Fatal without a proper one, unless this is a local environment."""
    key = settings.pseudonym_key.get_secret_value()
    if not key and settings.environment == "local":
        key = _LOCAL_KEY
    elif key == _LOCAL_KEY and settings.environment != "local":
        key = ""  # it stands in the source
    if len(key) < PSEUDONYM_KEY_LENGTH_MIN:
        raise Fatal(
            f"USHER_PSEUDONYM_KEY: set a secret of at least {PSEUDONYM_KEY_LENGTH_MIN} characters that never changes"
            " (USHER_ENVIRONMENT=local uses a built-in one)"
        )
    return key.encode()


def load_sources(
    path: str, *, with_channels: bool = True, resolve: Resolve | None = None, local: bool = True
) -> Sources:
    """The sources of a file, secrets resolved; without a path the channels alone. Unless ``local``, a key of the
    examples, which everybody knows, is a fault.

    SourcesError: every fault with file, line, path and the fix.
    """
    resolve = resolve or _resolve
    if not path:
        return read_sources(None, resolve, with_channels=with_channels)
    try:
        document = read_document(Path(path))
    except PolicyErrors as refused:
        raise SourcesError(refused.errors) from None
    try:
        found = read_sources(document.content, resolve, with_channels=with_channels)
        if not local:
            _refuse_example_keys(found)
        return found
    except SourcesError as refused:
        raise SourcesError(document.placed(refused, Path(path)).errors) from None


def _refuse_example_keys(sources: Sources) -> None:
    faults = [
        PolicyError(
            f"workspaces.{key.workspace}.api_keys",
            f"the key {key.name} is that of an example, which everybody knows",
            f"usher keys revoke {key.workspace} {key.name} and usher keys add, or USHER_ENVIRONMENT=local",
        )
        for key in sources.credentials.values()
        if key.digest.hex() in EXAMPLE_KEYS
    ]
    if faults:
        raise SourcesError(faults)


def _resolve(reference: str) -> str:
    kind, _, name = reference.partition(":")
    secret = os.environ.get(name, "") if kind == "env" else read_secret(name)
    if not secret:
        raise ValueError(f"{reference} is not set or empty")
    return secret
