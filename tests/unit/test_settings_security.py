"""Secrets from files, protected connections and slips of the pen in the environment."""

import asyncio
import math
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
from shared.process.variables import ELSEWHERE, unknown_variables, unused_variables

CLASSES = (CommonSettings, LaneSettings, IngestSettings, RouterSettings, SlaSettings, SourcesSettings)
ODD_HOSTS = ["/run/kafka", "a..b:1", "u@a:1", "x" * 64]
SERVICES = (IngestSettings, RouterSettings, SlaSettings)
PASSWORDS = ["\u2028\x85\x0b", "p@ss/w#rd?", "a b%20c", ":colon:", "'quotes\"", "ünïcødé", "%", "\\"]


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


@pytest.mark.parametrize(
    "value", [":9092", "a:99999", "a:0", "a:b", "a:1,,", "a:1,", "http://a:1", "a b:1", "[::1", *ODD_HOSTS]
)
def test_what_is_no_broker_is_refused_with_the_name_of_the_variable(value: str) -> None:
    assert refusal(kafka_bootstrap_servers=value).startswith("USHER_KAFKA_BOOTSTRAP_SERVERS: Input should be as kafka")


@pytest.mark.parametrize(
    "dsn", ["postgresql://", "postgres://db", "postgresql://a:b@one:5432,two:5433/x", "postgresql:///x?host=/run/pg",
            "postgresql://a:b%20c@[::1]:5432/x", "postgresql://a@/x?sslmode=verify-full&sslrootcert=/etc/hostname",
            "postgresql://%2Frun%2Fa..b:5433/x", f"postgresql://a@%2frun%2f{'x' * 64},db_1/x"],
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


def test_a_password_of_its_own_leaves_the_user_that_the_query_names() -> None:
    dsn = CommonSettings(postgres_dsn="postgresql:///usher?host=/run/pg&user=me", postgres_password="secret")
    assert dsn.postgres_dsn.get_secret_value() == "postgresql://me:secret@/usher?host=/run/pg&user=me"


@pytest.mark.parametrize("user", [*PASSWORDS, "ana@example.com", "a/b"])
@pytest.mark.parametrize(
    "dsn", ["postgresql://db:5433/usher?sslmode=prefer", "postgresql://me:old@db:5433/usher?user=you"]
)
def test_a_user_of_the_database_holds_any_characters_and_is_the_only_one(user: str, dsn: str) -> None:
    made = CommonSettings(postgres_dsn=dsn, postgres_user=user).postgres_dsn.get_secret_value()

    parts = urlsplit(made)
    assert (unquote(parts.username or ""), parts.hostname, parts.port, parts.path) == (user, "db", 5433, "/usher")
    assert parts.password == ("old" if "old" in dsn else None), "without a password of its own the DSN's stays"
    assert "user=" not in parts.query
    both = CommonSettings(postgres_dsn=dsn, postgres_user=user, postgres_password="p@/")
    assert unquote(urlsplit(both.postgres_dsn.get_secret_value()).password or "") == "p@/"


def test_a_login_alone_names_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USHER_POSTGRES_DSN", raising=False)
    alone = CommonSettings(postgres_user="me", postgres_password="secret")
    assert "postgres_dsn" not in alone.model_fields_set
    assert alone.postgres_dsn.get_secret_value() == "postgresql://me:secret@127.0.0.1:5432/usher"
    assert "postgres_dsn" in CommonSettings(postgres_dsn="postgresql://db/usher", postgres_user="me").model_fields_set


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_in_a_file_holds_any_characters(
    password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(f"x{password}x\n")
    monkeypatch.setenv("USHER_KAFKA_SASL_PASSWORD_FILE", str(tmp_path / "secret"))
    assert CommonSettings().kafka_sasl_password.get_secret_value() == f"x{password}x"


@pytest.mark.parametrize("settings", SERVICES)
@pytest.mark.parametrize("value", [math.inf, math.nan, 10**20, -1])
def test_a_number_that_a_clock_a_wire_or_a_database_cannot_hold_is_refused_by_name(
    value: float, settings: type[CommonSettings]
) -> None:
    numbers = [name for name, field in settings.model_fields.items() if field.annotation in (int, float)]
    assert len(numbers) > 20
    for name in numbers:
        with pytest.raises(ValidationError) as refused:
            settings(**{name: value})
        assert wrong_setting(refused.value).startswith(f"USHER_{name.upper()}: Input should be ")


@pytest.mark.parametrize("settings", SERVICES)
def test_every_bound_that_a_setting_names_holds(settings: type[CommonSettings]) -> None:
    """Of two lower bounds of one field pydantic keeps the last: a shorter memory lets a repeat in as news."""
    for name, field in settings.model_fields.items():
        beyond = [
            value + step
            for bound in field.metadata
            for word, step in (("ge", -1), ("gt", 0), ("le", 1), ("lt", 0))
            if isinstance(value := getattr(bound, word, None), int | float)
        ]
        for value in beyond:
            with pytest.raises(ValidationError) as refused:
                settings(**{name: value})
            assert wrong_setting(refused.value).startswith(f"USHER_{name.upper()}: Input should be ")


def test_whoever_wants_no_limit_and_to_keep_everything_may_say_so_in_a_large_number() -> None:
    assert IngestSettings(http_rate_per_second=1e9, http_burst=10**9, dead_letter_retention_days=99_999)
    assert RouterSettings(outcome_retention_days=99_999, policy_retention_days=99_999, log_retention_days=99_999)


@pytest.mark.parametrize("settings", SERVICES)
def test_one_heartbeat_may_be_lost(settings: type[CommonSettings]) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(session_timeout_ms="3999")
    assert wrong_setting(refused.value) == (
        "USHER_HEARTBEAT_MS must be at most half of USHER_SESSION_TIMEOUT_MS (3999): one may be lost"
    )


@pytest.mark.parametrize("field", ["traces_url", "kafka_oauth_token_url"])
@pytest.mark.parametrize("value", ["x", "ftp://a/b", "http://", "http://a:99999/", "https://[::1/", "//collector"])
def test_an_address_of_the_web_that_is_none_is_refused_with_an_example(field: str, value: str) -> None:
    assert refusal(**{field: value}) == f"USHER_{field.upper()}: Input should be as https://host:port/path"


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


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff", b"one\ntwo", "t\u00f6ken".encode()])
async def test_a_token_that_cannot_be_had_is_a_passing_fault_that_names_its_variable(
    content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    settings = CommonSettings(
        kafka_security_protocol="SASL_SSL", kafka_sasl_mechanism="OAUTHBEARER", kafka_oauth_token_file=str(file)
    )
    with pytest.raises(ConnectionError, match="^USHER_KAFKA_OAUTH_TOKEN_FILE: no token"):
        await connection(settings)["sasl_oauth_token_provider"].token()


@pytest.mark.parametrize(
    "answer", [b"<html>", b"[]", b'"x"', b"{}", b'{"access_token": null}', b'{"access_token": ""}',
               b'{"access_token": "t", "expires_in": "soon"}', b"\xff", None, b"[" * 50_000,
               b'{"access_token": "t", "expires_in": 1' + b"0" * 400 + b"}"],
)  # fmt: skip
async def test_an_issuer_that_gives_no_token_is_a_passing_fault_that_names_its_variable(answer: bytes | None) -> None:
    async def issue(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is not None:
            head = f"HTTP/1.0 200 OK\r\ncontent-length: {len(answer)}\r\n\r\n"
            writer.write(head.encode() + answer)
        writer.close()

    async with await asyncio.start_server(issue, "127.0.0.1") as server:
        settings = CommonSettings(
            kafka_security_protocol="SASL_SSL",
            kafka_sasl_mechanism="OAUTHBEARER",
            kafka_oauth_token_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/token",
        )
        with pytest.raises(ConnectionError, match="^USHER_KAFKA_OAUTH_TOKEN_URL: (no token|the answer has no)"):
            await connection(settings)["sasl_oauth_token_provider"].token()


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


def test_a_login_that_the_protocol_does_not_use_is_told() -> None:
    login = {"kafka_sasl_username": "me", "kafka_sasl_password": "secret", "kafka_ssl_ca_file": "/ca.pem"}
    assert unused_variables(CommonSettings(**login)) == [
        "USHER_KAFKA_SASL_PASSWORD is not used: USHER_KAFKA_SECURITY_PROTOCOL is PLAINTEXT",
        "USHER_KAFKA_SASL_USERNAME is not used: USHER_KAFKA_SECURITY_PROTOCOL is PLAINTEXT",
        "USHER_KAFKA_SSL_CA_FILE is not used: USHER_KAFKA_SECURITY_PROTOCOL is PLAINTEXT",
    ]
    assert unused_variables(CommonSettings(**login, kafka_security_protocol="SASL_PLAINTEXT")) == [
        "USHER_KAFKA_SSL_CA_FILE is not used: USHER_KAFKA_SECURITY_PROTOCOL is SASL_PLAINTEXT"
    ]
    assert unused_variables(CommonSettings(**login, kafka_security_protocol="SASL_SSL")) == []
    assert unused_variables(CommonSettings()) == []


def test_every_variable_that_is_known_elsewhere_is_read_somewhere_and_the_reverse() -> None:
    common = {name.upper() for name in CommonSettings.model_fields}
    fields = {name.upper() for each in CLASSES for name in each.model_fields}
    # Of the local stack, set-up and commands; the commit is of `docker compose build`.
    without_a_field = {"CACHE_DIR", "COMMIT", "LOCAL_DIR", "POSTGRES_BIN", "SLA_GROUP", "TRACEBACK"}

    assert fields - common == ELSEWHERE - without_a_field


def test_a_key_without_a_certificate_is_refused_and_settings_of_a_door_that_is_closed_are_warned_of(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValidationError) as refused:
        IngestSettings(smtp_port=2525, smtp_tls_key="key.pem")
    assert wrong_setting(refused.value) == (
        "USHER_SMTP_TLS_KEY needs USHER_SMTP_TLS_CERT: without a certificate mail is not encrypted"
    )
    assert IngestSettings(smtp_tls_cert="cert.pem", smtp_hostname="mx").doubts() == [
        "USHER_SMTP_HOSTNAME is not used: set USHER_SMTP_PORT to open the SMTP door",
        "USHER_SMTP_TLS_CERT is not used: set USHER_SMTP_PORT to open the SMTP door",
    ]
    assert IngestSettings(smtp_port=2525, smtp_tls_cert="cert.pem").doubts() == []
    assert IngestSettings().doubts() == []

    assert RouterSettings(models_dir=tmp_path).doubts() == []
    assert RouterSettings(models_dir=tmp_path / "no").doubts() == [
        f"USHER_MODELS_DIR: {tmp_path}/no is no directory; put the models there, or name where they lie"
    ]
    assert SlaSettings().doubts() == RouterSettings().doubts() == []
