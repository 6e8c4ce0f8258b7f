"""Settings that every service shares; each field is the environment variable USHER_<FIELD>."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    BeforeValidator(lambda level: level.upper() if isinstance(level, str) else level),
]


def _dsn(value: SecretStr) -> SecretStr:
    if value.get_secret_value().partition("://")[0] not in ("postgresql", "postgres"):
        raise PydanticCustomError("dsn", "Input should be as postgresql://user:password@host:5432/database")
    return value


Dsn = Annotated[SecretStr, AfterValidator(_dsn)]


def wrong_setting(error: ValidationError) -> str:
    """The first wrong variable and what it should be, as one line; its value is not repeated."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"USHER_{'.'.join(map(str, first['loc'])).upper()}: {first['msg']}"


class CommonSettings(BaseSettings):
    """Where Kafka and PostgreSQL are, and how this process presents itself."""

    model_config = SettingsConfigDict(env_prefix="USHER_", extra="ignore", secrets_dir=None, env_ignore_empty=True)

    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    postgres_dsn: Dsn = SecretStr("postgresql://usher@127.0.0.1:5432/usher")
    topic_prefix: str = Field(default="", max_length=100, pattern=r"^[A-Za-z0-9._-]*$")
    partitions: int = Field(default=4, ge=1, le=512)
    replication_factor: int = Field(default=1, ge=1, le=5)
    instance: str = Field(default="", max_length=100, description="owner name in the lane table; default host and pid")
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535, description="0 = a free port, written to ready_file")
    ready_file: str = Field(default="", description="JSON with the ports is written here once the service listens")
    log_level: LogLevel = "INFO"
    failpoints: str = Field(default="", description="tests only: name=action pairs, see shared/process/failpoints.py")


class LaneSettings(CommonSettings):
    """Bounds of the lane. Units last; the reasons stand beside the numbers."""

    group: str = Field(default="", description="consumer group; default usher.<service>, with the topic prefix")
    batch_records_max: int = Field(default=500, ge=1, le=5000)  # one commit stays below ~50 ms of database time
    gather_ms: int = Field(default=8, ge=0, le=1000)  # best p99 at half load in the prototype was near 10 ms
    commit_seconds_max: float = Field(default=10.0, gt=0)  # beyond it the connection is dropped: outcome unknown
    connect_seconds_max: float = Field(default=5.0, gt=0)
    session_timeout_ms: int = Field(default=6000, ge=1000)  # the broker's group.min.session.timeout.ms is 6 s
    heartbeat_ms: int = Field(default=2000, ge=100)
    rebalance_timeout_ms: int = Field(default=15000, ge=1000)
    drain_seconds_max: float = Field(default=10.0, gt=0)  # a stop must fit a platform's grace period
    stuck_seconds_max: float = Field(default=60.0, gt=0)  # lag and no progress for this long: exit, be restarted
    backlog_batches_max: int = Field(default=64, ge=1)  # committed but unpublished batches before the lane waits
    input_retention_days: int = Field(default=7, ge=1)  # how long input ids are remembered for deduplication
