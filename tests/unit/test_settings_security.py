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
from shared.process.settings import SECRET_BYTES_MAX, CommonSettings, LaneSettings, wrong_setting
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
        " give a file with the secret as its one line"
    )
    monkeypatch.setenv("USHER_KAFKA_SASL_PASSWORD", "x")
    assert refusal() == "USHER_KAFKA_SASL_PASSWORD and USHER_KAFKA_SASL_PASSWORD_FILE are both set: keep one"


@pytest.mark.parametrize("content", [b"word", b"word\n", b"word\r\n", b"\xef\xbb\xbf word \n\n"])
def test_what_editors_put_around_a_secret_is_no_part_of_it(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("USHER_POSTGRES_PASSWORD_FILE", str(tmp_path / "secret"))
    assert CommonSettings().postgres_password.get_secret_value() == "word"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"one\ntwo\n", "holds more than one line"),
        (b"x" * (SECRET_BYTES_MAX + 1), "holds more than one line"),
        (b"\xff", "is not UTF-8"),
        (None, "Is a directory"),
    ],
)
def test_a_file_that_holds_no_secret_is_named_and_its_content_is_not(
    content: bytes | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path if content is None else tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("USHER_POSTGRES_PASSWORD_FILE", str(file))
    said = refusal()
    assert said.startswith("USHER_POSTGRES_PASSWORD_FILE: ") and str(file) in said and why in said
    assert "two" not in said and "xx" not in said


@pytest.mark.parametrize(
    "value", ["kafka", "kafka:9092", "k-1.example.com:1,k-2:65535", "127.0.0.1:9092", "[::1]:9092", " a:1 , b:2 "]
)
def test_brokers_are_hosts_and_ports(value: str) -> None:
    assert CommonSettings(kafka_bootstrap_servers=value).kafka_bootstrap_servers == value.replace(" ", "")


@pytest.mark.parametrize("value", [":9092", "a:99999", "a:0", "a:b", "a:1,,", "a:1,", "http://a:1", "a b:1", "[::1"])
def test_what_is_no_broker_is_refused_with_the_name_of_the_variable(value: str) -> None:
    assert refusal(kafka_bootstrap_servers=value).startswith("USHER_KAFKA_BOOTSTRAP_SERVERS: Input should be as kafka")


@pytest.mark.parametrize(
    "dsn", ["postgresql://", "postgres://db", "postgresql://a:b@one:5432,two:5433/x", "postgresql:///x?host=/run/pg",
            "postgresql://a:b%20c@[::1]:5432/x", "postgresql://a@/x?sslmode=verify-full&sslrootcert=/etc/hostname"],
)  # fmt: skip
def test_a_dsn_may_name_several_hosts_a_socket_and_files(dsn: str) -> None:
    assert CommonSettings(postgres_dsn=dsn).postgres_dsn.get_secret_value() == dsn


@pytest.mark.parametrize(
    "dsn", ["x", "http://a/b", "host=a port=1", "postgresql://u:secret@[::1/x", "postgresql://u:secret@a:99999/x",
            "postgresql://u:secret@a:b/x", "postgresql://u:secret@a/x?sslrootcert=/nowhere/ca.pem"],
)  # fmt: skip
def test_a_dsn_that_can_reach_nothing_is_refused_by_name_and_its_password_is_not_repeated(dsn: str) -> None:
    said = refusal(postgres_dsn=dsn)
    assert said.startswith("USHER_POSTGRES_DSN: ") and "secret" not in said
    assert "/nowhere/ca.pem" in said if "ca.pem" in dsn else "postgresql://user:password@host:5432/database" in said


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
    # Of the local stack, set-up and commands; the commit is of `docker compose build`.
    without_a_field = {"CACHE_DIR", "COMMIT", "LOCAL_DIR", "POSTGRES_BIN", "SLA_GROUP", "TRACEBACK"}

    assert fields - common == ELSEWHERE - without_a_field
