"""The environment variables that some part of Usher reads; any other one that begins like them is a slip of the pen."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pydantic_settings import BaseSettings

from shared.process.settings import PREFIX, CommonSettings, secret_fields

__all__ = ["ELSEWHERE", "unknown_variables", "unused_variables"]

# Read by other services and commands than the one that looks; a test compares them with the settings classes.
ELSEWHERE = frozenset(
    {
        "BACKLOG_BATCHES_MAX",
        "BATCH_RECORDS_MAX",
        "BATCH_WAIT_MS",
        "BREACH_RETENTION_DAYS",
        "CACHE_DIR",
        "CHANNEL_SOURCES",
        "COMMIT",
        "COMMIT_SECONDS_MAX",
        "CONNECT_SECONDS_MAX",
        "DATABASE_SECONDS_MAX",
        "DEAD_LETTER_RETENTION_DAYS",
        "DRAIN_SECONDS_MAX",
        "EPISODE_RETENTION_DAYS",
        "GATHER_MS",
        "GROUP",
        "HEARTBEAT_MS",
        "HTTP_ACK_SECONDS_MAX",
        "HTTP_BODY_SECONDS_MAX",
        "HTTP_BURST",
        "HTTP_CONNECTIONS_MAX",
        "HTTP_HEADERS_MAX",
        "HTTP_HEADER_BYTES_MAX",
        "HTTP_HEADER_SECONDS_MAX",
        "HTTP_HOST",
        "HTTP_INFLIGHT_MAX",
        "HTTP_PORT",
        "HTTP_RATE_PER_SECOND",
        "HTTP_READING_MAX",
        "INGEST_GROUP",
        "INPUT_RETENTION_DAYS",
        "LOCAL_DIR",
        "MODELS_DIR",
        "OUTCOME_RETENTION_DAYS",
        "POLICY_RETENTION_DAYS",
        "POSTGRES_BIN",
        "PSEUDONYM_KEY",
        "REBALANCE_TIMEOUT_MS",
        "REPORT_RETENTION_DAYS",
        "ROUTER_GROUP",
        "SESSION_TIMEOUT_MS",
        "SLA_GROUP",
        "SMTP_COMMAND_SECONDS_MAX",
        "SMTP_CONNECTIONS_MAX",
        "SMTP_HOST",
        "SMTP_HOSTNAME",
        "SMTP_INFLIGHT_MAX",
        "SMTP_MESSAGE_BYTES_MAX",
        "SMTP_PORT",
        "SMTP_RECIPIENTS_MAX",
        "SMTP_TLS_CERT",
        "SMTP_TLS_KEY",
        "SOURCES_FILE",
        "SOURCES_POLL_SECONDS",
        "STUCK_SECONDS_MAX",
        "TRACEBACK",
        "WATERMARK_LATENESS_MS",
    }
)
SECRETS_ELSEWHERE = frozenset({"PSEUDONYM_KEY"})


def unknown_variables(environment: Mapping[str, str], settings: Iterable[type[BaseSettings]]) -> list[str]:
    """One line for each ``USHER_*`` variable that nothing reads, with what may have been meant; sorted."""
    classes = list(settings)
    known = {name.upper() for each in classes for name in each.model_fields} | ELSEWHERE
    known |= {f"{name.upper()}_FILE" for each in classes for name in secret_fields(each)}
    known |= {f"{name}_FILE" for name in SECRETS_ELSEWHERE}
    lines = []
    for variable in sorted(environment):
        name = variable.removeprefix(PREFIX)
        if name == variable or name.upper() in known:
            continue
        close = get_close_matches(name.upper(), sorted(known), 1)
        lines.append(f"{variable} is read by nothing" + (f"; did you mean {PREFIX}{close[0]}?" if close else ""))
    return lines


def unused_variables(settings: CommonSettings) -> list[str]:
    """One line for each variable that is set and changes nothing, because the connection is not protected that way."""
    protocol = settings.kafka_security_protocol
    idle: tuple[str, ...] = () if protocol.startswith("SASL") else ("kafka_sasl_", "kafka_oauth_")
    idle += () if protocol.endswith("SSL") else ("kafka_ssl_",)
    return [
        f"{PREFIX}{field.upper()} is not used: USHER_KAFKA_SECURITY_PROTOCOL is {protocol}"
        for field in sorted(settings.model_fields_set)
        if field.startswith(idle)
    ]
