"""Secrets from files, protected connections and slips of the pen in the environment."""

import ssl
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pydantic import ValidationError

from cli.settings import SourcesSettings
from services.ingest.settings import IngestSettings
from services.router.settings import RouterSettings
from services.sla.settings import SlaSettings
from shared.errors import Fatal
from shared.kafka.security import connection
from shared.process.settings import CommonSettings, LaneSettings, wrong_setting
from shared.process.variables import ELSEWHERE, unknown_variables

CLASSES = (CommonSettings, LaneSettings, IngestSettings, RouterSettings, SlaSettings, SourcesSettings)
PASSWORDS = ["p@ss/w#rd?", "a b%20c", ":colon:", "'quotes\"", "ünïcødé", "%", "\\"]


def refusal(**values: str) -> str:
    with pytest.raises(ValidationError) as refused:
        CommonSettings(**values)
    return wrong_setting(refused.value)


@pytest.mark.parametrize("field", ["postgres_dsn", "postgres_password", "kafka_sasl_password"])
def test_every_secret_may_stand_in_a_file(field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "postgresql://somebody@db/usher" if field == "postgres_dsn" else "in a file"
    (tmp_path / "secret").write_text(f"{secret}\n")
    monkeypatch.setenv(f"USHER_{field.upper()}_FILE", str(tmp_path / "secret"))

    assert getattr(CommonSettings(), field).get_secret_value() == secret


def test_a_secret_that_is_given_twice_or_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USHER_KAFKA_SASL_PASSWORD_FILE", "/nowhere/secret")
    assert refusal() == (
        "USHER_KAFKA_SASL_PASSWORD_FILE: cannot read /nowhere/secret: No such file or directory;"
        " give a file that this process may read"
    )
    monkeypatch.setenv("USHER_KAFKA_SASL_PASSWORD", "x")
    assert refusal() == "USHER_KAFKA_SASL_PASSWORD and USHER_KAFKA_SASL_PASSWORD_FILE are both set: keep one"


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_of_the_database_holds_any_characters(password: str) -> None:
    dsn = CommonSettings(postgres_dsn="postgresql://me:old@db:5433/usher?sslmode=prefer", postgres_password=password)

    parts = urlsplit(dsn.postgres_dsn.get_secret_value())
    assert (parts.username, unquote(parts.password or ""), parts.hostname, parts.port) == ("me", password, "db", 5433)
    assert (parts.path, parts.query) == ("/usher", "sslmode=prefer")


def test_what_sasl_needs_is_named() -> None:
    assert refusal(kafka_security_protocol="SASL_SSL") == (
        "USHER_KAFKA_SECURITY_PROTOCOL=SASL_SSL needs USHER_KAFKA_SASL_USERNAME and _PASSWORD"
    )
    assert refusal(kafka_security_protocol="SASL_SSL", kafka_sasl_mechanism="OAUTHBEARER") == (
        "USHER_KAFKA_SASL_MECHANISM=OAUTHBEARER needs USHER_KAFKA_OAUTH_TOKEN_FILE or USHER_KAFKA_OAUTH_TOKEN_URL"
    )


def test_a_protected_connection_checks_the_broker_and_shows_who_it_is() -> None:
    plain = connection(CommonSettings())
    assert plain == {"bootstrap_servers": "127.0.0.1:9092", "security_protocol": "PLAINTEXT"}

    options = connection(
        CommonSettings(kafka_security_protocol="SASL_SSL", kafka_sasl_username="router", kafka_sasl_password="secret")
    )
    context = options.pop("ssl_context")
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("router", "secret")


def test_a_certificate_that_cannot_be_used_is_named_with_its_variable(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    for name in (str(tmp_path / "no.pem"), "/nowhere.pem"):
        with pytest.raises(Fatal, match="USHER_KAFKA_SSL_CA_FILE"):
            connection(CommonSettings(kafka_security_protocol="SSL", kafka_ssl_ca_file=name))
        with pytest.raises(Fatal, match="USHER_KAFKA_SSL_CERT_FILE"):
            connection(CommonSettings(kafka_security_protocol="SSL", kafka_ssl_cert_file=name))


async def test_a_token_is_read_anew_for_each_login(tmp_path: Path) -> None:
    file = tmp_path / "token"
    settings = CommonSettings(
        kafka_security_protocol="SASL_SSL", kafka_sasl_mechanism="OAUTHBEARER", kafka_oauth_token_file=str(file)
    )
    provider = connection(settings)["sasl_oauth_token_provider"]
    for token in ("first", "second"):
        file.write_text(f"{token}\n")
        assert await provider.token() == token


def test_a_variable_that_nothing_reads_is_told_with_what_may_have_been_meant() -> None:
    environment = {"USHER_PARTITION": "4", "USHER_HTTP_PORT": "1", "HOME": "/", "USHER_POSTGRES_DSN_FILE": "x"}
    assert unknown_variables(environment, [RouterSettings]) == [
        "USHER_PARTITION is read by nothing; did you mean USHER_PARTITIONS?"
    ]


def test_every_variable_that_is_known_elsewhere_is_read_somewhere_and_the_reverse() -> None:
    common = {name.upper() for name in CommonSettings.model_fields}
    fields = {name.upper() for each in CLASSES for name in each.model_fields}
    without_a_field = {"CACHE_DIR", "LOCAL_DIR", "POSTGRES_BIN", "SLA_GROUP"}  # of the local stack, set-up and commands

    assert fields - common == ELSEWHERE - without_a_field
