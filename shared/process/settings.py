"""Settings that every service shares; each field is the environment variable USHER_<FIELD>.

A secret may also stand in a file: USHER_<FIELD>_FILE names it. Both at once are refused.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import parse_qs, quote, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.process.addresses import brokers, dsn, web_address
from shared.process.bounds import Count, Days, GroupMs, Seconds
from shared.written import said_in_words, written

SECRET_BYTES_MAX = 16 * 1024  # a secret file is a line, not a disk
PEM = "-----BEGIN "  # how a key begins that stands on many lines
PREFIX = "USHER_"
_LINE_ENDS = re.compile("\r?\n|\r")  # no others: a password may hold what Unicode calls the end of a line
EXAMPLE_SECRET = "change-me"  # how every secret of deploy/docker/example.env begins

LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    BeforeValidator(lambda level: level.upper() if isinstance(level, str) else level),
]


WebAddress = Annotated[str, AfterValidator(web_address)]
Dsn = Annotated[SecretStr, AfterValidator(lambda value: SecretStr(dsn(value.get_secret_value())))]


def wrong_setting(error: ValidationError) -> str:
    """The first wrong variable and what it should be, as one line; its value is not repeated."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if not first["loc"]:  # of several together: the message names them
        return str(first["msg"])
    return f"USHER_{'.'.join(map(str, first['loc'])).upper()}: {said_in_words(first['msg'])}"


def read_secret(path: str) -> str:
    """The line in a file of secrets, or its key in PEM, without what editors put around it. ValueError says why not."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(SECRET_BYTES_MAX + 1)
        secret = content.decode("utf-8-sig").strip()
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8") from None
    if not secret:
        raise ValueError(f"{path} is empty")
    lines = 1 if secret.startswith(PEM) and secret.count(PEM) == 1 else len(_LINE_ENDS.split(secret))
    if len(content) > SECRET_BYTES_MAX or lines > 1:
        raise ValueError(f"{path} holds more than one line")
    return secret


def secret_fields(settings: type[BaseSettings]) -> list[str]:
    """The fields that may come from a file."""
    return [
        name
        for name, field in settings.model_fields.items()
        if field.annotation is SecretStr or SecretStr in get_args(field.annotation)
    ]


class CommonSettings(BaseSettings):
    """Where Kafka and PostgreSQL are, and how this process presents itself."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", secrets_dir=None, env_ignore_empty=True, hide_input_in_errors=True
    )

    environment: Literal["production", "local"] = Field(
        default="production", description="local allows secrets that everybody knows"
    )
    kafka_bootstrap_servers: Annotated[str, AfterValidator(brokers)] = "127.0.0.1:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_ssl_ca_file: str = Field(default="", description="PEM; default: the system's certificate authorities")
    kafka_ssl_cert_file: str = Field(default="", description="PEM; ours, where the broker asks for one")
    kafka_ssl_key_file: str = Field(default="", description="PEM; default: the key stands in the certificate's file")
    kafka_ssl_key_password: SecretStr = SecretStr("")
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = "SCRAM-SHA-512"
    kafka_sasl_username: str = ""
    kafka_sasl_password: SecretStr = SecretStr("")
    kafka_oauth_token_file: str = Field(default="", description="a token that the platform renews; else an issuer")
    kafka_oauth_token_url: WebAddress = Field(default="", description="issuer of tokens")
    kafka_oauth_client_id: str = ""
    kafka_oauth_client_secret: SecretStr = SecretStr("")
    kafka_oauth_scope: str = ""
    postgres_dsn: Dsn = SecretStr("postgresql://usher@127.0.0.1:5432/usher")
    postgres_user: str = Field(default="", description="in place of the one in the DSN; nothing to quote")
    postgres_password: SecretStr = Field(
        default=SecretStr(""), description="in place of the one in the DSN; any characters, nothing to quote"
    )
    topic_prefix: str = written(r"^[A-Za-z0-9._-]*$", "letters, digits, ., _ and -", default="", max_length=100)
    partitions: int = Field(default=4, ge=1, le=512)
    replication_factor: int = Field(default=1, ge=1, le=5)
    passing_retention_days: Days = Field(
        default=7, description="of inbound and hand-off topics that `usher topics` creates"
    )
    log_retention_days: Days = Field(
        default=30, description="of the router's input, the events and dead letters that it creates"
    )
    instance: str = Field(default="", max_length=100, description="owner name in the lane table; default host and pid")
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535, description="0 = a free port, written to ready_file")
    metrics_workspaces_max: int = Field(
        default=50, ge=0, le=10_000, description="workspaces that metrics tell apart; 0 = none, without the label"
    )
    metrics_workspaces: str = written(
        r"^([a-z0-9-]{1,64}(,[a-z0-9-]{1,64})*)?$",
        "names of workspaces with commas, such as acme,shop",
        default="",
        description="names, with commas: they keep a label of their own, the others what places are left",
    )
    ready_file: str = Field(default="", description="JSON with the ports is written here once the service listens")
    log_level: LogLevel = "INFO"
    traces_url: WebAddress = Field(default="", description="spans go there by OTLP over HTTP; default: no traces")
    traces_ratio: float = Field(default=1.0, ge=0, le=1, description="of the contacts that come without a trace")
    failpoints: str = Field(default="", description="tests only: name=action pairs, see shared/process/failpoints.py")

    @property
    def named_workspaces(self) -> tuple[str, ...]:
        """Those that metrics tell apart whichever comes first."""
        return tuple(filter(None, self.metrics_workspaces.split(",")))

    @property
    def is_local(self) -> bool:
        """Whether secrets that everybody knows are allowed."""
        return self.environment == "local"

    def doubts(self) -> list[str]:
        """One line for each variable that can be used, and will hardly do what it was set for; with the fix."""
        return []

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, values: Any) -> Any:
        for field in secret_fields(cls):
            name = f"{PREFIX}{field.upper()}"
            path = os.environ.get(f"{name}_FILE", "")
            if not path:
                continue
            if os.environ.get(name):
                raise PydanticCustomError("twice", "{name} and {name}_FILE are both set: keep one", {"name": name})
            if field not in values:
                try:
                    values = {**values, field: read_secret(path)}
                except ValueError as error:
                    message = "{name}_FILE: {reason}; give a file with the secret as its one line"
                    raise PydanticCustomError("file", message, {"name": name, "reason": str(error)}) from None
        return values

    @model_validator(mode="after")
    def _no_example_is_a_secret(self) -> Self:
        if self.is_local:
            return self
        for field in secret_fields(type(self)):
            secret = getattr(self, field).get_secret_value()
            word = unquote(urlsplit(secret).password or "") if field == "postgres_dsn" else secret
            if word.startswith(EXAMPLE_SECRET):
                message = "{name} is still the example's, which everybody knows: set yours, or USHER_ENVIRONMENT=local"
                raise PydanticCustomError("example", message, {"name": f"{PREFIX}{field.upper()}"})
        return self

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sasl = self.kafka_security_protocol.startswith("SASL")
        if sasl and self.kafka_sasl_mechanism == "OAUTHBEARER":
            if not (self.kafka_oauth_token_file or self.kafka_oauth_token_url):
                message = "USHER_KAFKA_SASL_MECHANISM=OAUTHBEARER needs {names}"
                names = "USHER_KAFKA_OAUTH_TOKEN_FILE or USHER_KAFKA_OAUTH_TOKEN_URL"
                raise PydanticCustomError("oauth", message, {"names": names})
        elif sasl and not (self.kafka_sasl_username and self.kafka_sasl_password.get_secret_value()):
            message = "USHER_KAFKA_SECURITY_PROTOCOL={protocol} needs USHER_KAFKA_SASL_USERNAME and _PASSWORD"
            raise PydanticCustomError("sasl", message, {"protocol": self.kafka_security_protocol})
        password = self.postgres_password.get_secret_value()
        if password or self.postgres_user:
            names_server = "postgres_dsn" in self.model_fields_set
            dsn = _with_login(self.postgres_dsn.get_secret_value(), self.postgres_user, password)
            self.postgres_dsn = SecretStr(dsn)
            if not names_server:  # a login alone does not: commands still find a local stack
                self.model_fields_set.discard("postgres_dsn")
        return self


def _with_login(dsn: str, user: str, password: str) -> str:
    """The DSN with this user and this password, quoted; what is "" stays, wherever the DSN names it."""
    parts = urlsplit(dsn)
    named = [quote(name, safe="") for name in parse_qs(parts.query).get("user", [])]
    who = quote(user, safe="") or parts.username or (named[-1] if named else "usher")
    word = quote(password, safe="") or parts.password
    host = parts.netloc.rpartition("@")[2]
    options = parts.query
    if user:  # one of two names would win, and not always the same
        options = "&".join(option for option in options.split("&") if not option.startswith("user="))
    return parts._replace(netloc=f"{who}{f':{word}' if word else ''}@{host}", query=options).geturl()


class MemberSettings(CommonSettings):
    """Of a process that reads as a member of a consumer group."""

    session_timeout_ms: GroupMs = Field(default=6000, ge=1000)  # the broker's group.min.session.timeout.ms is 6 s
    heartbeat_ms: GroupMs = Field(default=2000, ge=100)
    rebalance_timeout_ms: GroupMs = Field(default=15000, ge=1000)
    drain_seconds_max: Seconds = 10.0  # a stop must fit a platform's grace period
    stuck_seconds_max: Seconds = 60.0  # lag and no progress for this long: exit, be restarted

    @model_validator(mode="after")
    def _one_heartbeat_may_be_lost(self) -> Self:
        if 2 * self.heartbeat_ms > self.session_timeout_ms:
            message = "USHER_HEARTBEAT_MS must be at most half of USHER_SESSION_TIMEOUT_MS ({session}): one may be lost"
            raise PydanticCustomError("heartbeat", message, {"session": self.session_timeout_ms})
        return self


class LaneSettings(MemberSettings):
    """Bounds of the lane. Units last; the reasons stand beside the numbers."""

    group: str = Field(default="", description="consumer group; default usher.<service>, with the topic prefix")
    batch_records_max: int = Field(default=500, ge=1, le=5000)  # one commit stays below ~50 ms of database time
    gather_ms: int = Field(default=8, ge=0, le=1000)  # best p99 at half load in the prototype was near 10 ms
    commit_seconds_max: Seconds = 10.0  # beyond it the connection is dropped: outcome unknown
    connect_seconds_max: Seconds = 5.0
    backlog_batches_max: Count = 64  # committed but unpublished batches before the lane waits
    input_retention_days: Days = 7  # how long input ids are remembered for deduplication
