"""Each service works with its own rights and is refused beyond them: TLS, SASL and ACLs, TLS and roles, for real."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest
import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from cli.acl import _ROLES, document
from cli.policy.in_force import publish
from deploy.local.database import PostgresServer
from services.ingest.postgres import PostgresDeadLetters, PostgresTokens
from services.router.postgres import _FORGET_CUSTOMERS, RouterStore
from services.sla.metrics import CommittedTotals
from services.sla.postgres import SlaStore
from shared.contract.ids import derive
from shared.contract.rights import SERVICES
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT, all_topics, channel_topic
from shared.errors import Fatal, Retryable
from shared.kafka.admin import ensure_topics
from shared.kafka.security import connection
from shared.migrate import migrate
from shared.policy import parse_policy
from shared.postgres import Database, connect
from shared.process.settings import CommonSettings
from tests.support.helm import ROOT
from tests.support.ingest_builders import Record, put
from tests.support.secured import USERS, Authority, SecuredBroker, for_postgres, with_tls
from tests.support.servers import remove, temporary_folder
from tests.support.system import System

PASSWORDS = {service: f"{service}:p@ss/w#rd?%20" for service in SERVICES}
SECONDS_MAX = 60.0
TOTALS = CommittedTotals()


@dataclass(frozen=True, slots=True)
class Secured:
    """A broker and a database that ask who is there."""

    broker: SecuredBroker
    postgres: PostgresServer
    ca: Path
    folder: Path
    tls: bool

    def kafka(self, user: str, **more: str) -> dict[str, str]:
        """Fields of the settings for a user."""
        return {
            "kafka_bootstrap_servers": self.broker.secured,
            "kafka_security_protocol": "SASL_SSL",
            "kafka_ssl_ca_file": str(self.ca),
            "kafka_sasl_username": user,
            "kafka_sasl_password": USERS.get(user, "wrong"),
            **more,
        }

    def dsn(self, user: str, password: str) -> str:
        """Over TLS, the server's certificate checked, where this machine's PostgreSQL was built with it."""
        host = self.postgres.dsn.rpartition("@")[2]
        checked = f"?sslmode=verify-full&sslrootcert={self.ca}" if self.tls else ""
        return f"postgresql://{user}:{quote(password, safe='')}@{host}{checked}"


@pytest.fixture(scope="module")
async def secured() -> AsyncIterator[Secured]:
    folder = temporary_folder()
    authority = Authority(folder)
    (folder / "kafka").mkdir()
    authority.server("broker")
    (folder / "broker.pem").rename(folder / "kafka" / "broker.pem")
    certificate, key = authority.server("postgres")
    for_postgres(certificate, key)
    tls = {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}
    binaries = with_tls()
    postgres = PostgresServer(folder / "postgres", bin_dir=binaries, settings=tls if binaries else None)
    broker = SecuredBroker(folder / "kafka")
    try:
        await asyncio.gather(broker.start(), postgres.start())
        await asyncio.to_thread(broker.admit, document(CommonSettings(), "usher-{service}", "*"))
        await _make_roles(postgres)
        yield Secured(broker, postgres, authority.ca, folder, tls=binaries is not None)
    finally:
        await asyncio.gather(broker.stop(), postgres.stop())
        postgres.remove()
        remove(folder)


async def _make_roles(postgres: PostgresServer) -> None:
    owner = await asyncpg.connect(postgres.dsn)
    try:
        for service in SERVICES:
            await owner.execute(_ROLES.format(service=service).replace("replace-this", PASSWORDS[service]))
    finally:
        await owner.close()
    await migrate(postgres.dsn)


@pytest.fixture(scope="module")
async def serving(secured: Secured) -> AsyncIterator[System]:
    """All three services, each as itself."""
    made = System(secured.broker, secured.postgres.dsn, "", secured.folder)
    await made.prepare()
    for service in SERVICES:
        password = secured.folder / f"{service}.password"
        password.write_text(PASSWORDS[service])
        settings = secured.kafka(f"usher-{service}")
        await made.start(
            service,
            **{f"USHER_{name.upper()}": value for name, value in settings.items()},
            USHER_POSTGRES_DSN=secured.dsn(f"usher_{service}", "not this one"),
            USHER_POSTGRES_PASSWORD_FILE=str(password),
        )
    try:
        yield made
    finally:
        await made.stop()


async def test_a_contact_goes_through_services_that_each_log_in_as_themselves(serving: System) -> None:
    customers = asyncio.ensure_future(serving.customers(40))
    owner = await connect(serving.dsn)
    try:
        deadline = time.monotonic() + SECONDS_MAX
        while (await owner.fetchval("SELECT input_seq FROM lane WHERE service = 'sla'") or 0) < 100:
            assert time.monotonic() < deadline, serving.logs()
            await asyncio.sleep(0.1)
        assert await owner.fetchval("SELECT count(*) FROM dead_letter") == 0
    finally:
        customers.cancel()
        await asyncio.gather(customers, return_exceptions=True)
        await owner.close()


async def test_the_roles_of_router_and_sla_drop_what_is_over(secured: Secured) -> None:
    for service in ("router", "sla"):
        dsn = secured.dsn(f"usher_{service}", PASSWORDS[service])
        database = Database(dsn, connections_max=1, seconds_max=10.0)
        await database.open()
        store = RouterStore(database) if service == "router" else SlaStore(database, TOTALS, breach_retention_days=1)
        assert await store.forget(await store.claim(7, "a partition of no lane"), 0) == {}
        if service == "router":
            await database.call(lambda connection: connection.execute(_FORGET_CUSTOMERS, 0, 0, ["a"], ["b"], [False]))
        await database.close()


@pytest.mark.parametrize("service", ["ingest", "router", "sla"])
async def test_of_a_dead_letter_a_role_reads_all_but_what_was_refused(secured: Secured, service: str) -> None:
    session = await connect(secured.dsn(f"usher_{service}", PASSWORDS[service]))
    try:
        assert await session.fetch("SELECT id, origin, state FROM dead_letter WHERE service = 'nobody'") == []
    finally:
        await session.close()


async def test_the_role_of_ingest_keeps_a_refused_payload_once(secured: Secured) -> None:
    database = Database(secured.dsn("usher_ingest", PASSWORDS["ingest"]), connections_max=1, seconds_max=10.0)
    await database.open()
    (refusal,) = put(Record(b"{ of nobody")).refused
    for _ in range(2):
        await PostgresDeadLetters(database).store([refusal])
    await database.close()
    owner = await connect(secured.postgres.dsn)
    try:
        assert await owner.fetchval("SELECT count(*) FROM dead_letter WHERE id = $1::uuid", refusal.letter.id) == 1
        await owner.execute("DELETE FROM dead_letter WHERE id = $1::uuid", refusal.letter.id)
    finally:
        await owner.close()


async def test_the_role_of_ingest_takes_tokens_and_drops_what_is_over(secured: Secured) -> None:
    database = Database(secured.dsn("usher_ingest", PASSWORDS["ingest"]), connections_max=1, seconds_max=10.0)
    await database.open()
    tokens = PostgresTokens(database)
    token = derive("token", "of a role")
    assert [await tokens.take(token, content, 5.0) for content in (b"a", b"b", b"a")] == [True, False, True]
    assert (await tokens.purge(0), await PostgresDeadLetters(database).purge(0)) == (0, 0)
    await database.close()


@pytest.mark.parametrize(
    ("service", "statement"),
    [
        ("router", "UPDATE router_contact SET state = 'queued'"),
        ("router", "UPDATE lane SET epoch = epoch + 1"),
        ("router", "SELECT body FROM sla_contact"),
        ("router", "SELECT lane_advance(NULL, NULL, 0, NULL, NULL)"),
        ("sla", "SELECT body FROM router_personal"),
        ("sla", "INSERT INTO sla_total SELECT * FROM sla_total"),
        ("sla", "SELECT router_known(NULL, NULL, NULL, NULL, NULL, NULL)"),
        ("sla", "SELECT router_forget(0, 0, 0, 0, 0, 1)"),
        ("router", "DELETE FROM router_outcome"),
        ("router", "DELETE FROM policy"),
        ("ingest", "SELECT body FROM router_personal"),
        ("ingest", "DELETE FROM dead_letter"),
        *(
            (service, f"SELECT {hidden} FROM dead_letter")
            for service in ("ingest", "router", "sla")
            for hidden in ("payload", "headers")
        ),
        ("ingest", "SELECT FROM webhook_token"),
        ("router", "SELECT ingest_take_token(NULL, NULL)"),
        ("ingest", "SELECT lane_claim('router', 0, 'me')"),
    ],
)
async def test_a_role_is_refused_beyond_its_rights(secured: Secured, service: str, statement: str) -> None:
    session = await connect(secured.dsn(f"usher_{service}", PASSWORDS[service]))
    try:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedFunctionError)) as refused:
            await session.fetch(statement)
        assert isinstance(refused.value, asyncpg.InsufficientPrivilegeError), refused.value
    finally:
        await session.close()


@pytest.mark.parametrize(
    ("user", "topic", "may"),
    [
        ("usher-ingest", ROUTER_INPUT, True),
        ("usher-ingest", CONTACT_EVENTS, False),
        ("usher-router", CONTACT_EVENTS, True),
        ("usher-router", ROUTER_INPUT, False),
        ("usher-sla", CONTACT_EVENTS, False),
        ("nobody", channel_topic("chat"), False),
    ],
)
async def test_a_user_of_the_broker_writes_only_what_is_its_own(
    secured: Secured, serving: System, user: str, topic: str, may: bool
) -> None:
    producer = AIOKafkaProducer(**connection(CommonSettings(**secured.kafka(user))), acks="all")
    try:
        await producer.start()
        if may:
            await producer.send_and_wait(topic, b"{}")
        else:
            with pytest.raises(TopicAuthorizationFailedError):
                await producer.send_and_wait(topic, b"{}")
    finally:
        await producer.stop()


async def test_the_operator_makes_topics_and_applies_policies(secured: Secured, serving: System) -> None:
    settings = CommonSettings(**secured.kafka("usher-operator"), partitions=1)
    more = all_topics(("made-by-the-operator",))
    assert await ensure_topics(settings, more) == []
    policy = parse_policy(yaml.safe_load((ROOT / "deploy/policies/short.yaml").read_text()))
    assert await publish(settings, [policy])
    async with logged_in(settings) as consumer:
        assert {spec.name for spec in more} <= await consumer.topics()


@pytest.mark.parametrize(
    ("user", "replicas", "why"),
    [("usher-router", 1, "uthorization"), ("usher-operator", 3, "eplication factor")],
)
async def test_topics_that_the_brokers_refuse_are_told_at_once_and_why(
    secured: Secured, serving: System, user: str, replicas: int, why: str
) -> None:
    settings = CommonSettings(**secured.kafka(user), partitions=1, replication_factor=replicas)
    problems = await ensure_topics(settings, all_topics(("refused",)))
    assert [problem.text for problem in problems if "refused" in problem.text and why in problem.text]
    assert all(problem.lasting for problem in problems)


@asynccontextmanager
async def logged_in(settings: CommonSettings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**connection(settings), enable_auto_commit=False, request_timeout_ms=5000)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "OAUTHBEARER"])
async def test_every_mechanism_logs_in(secured: Secured, serving: System, mechanism: str) -> None:
    token = secured.folder / "token"
    token.write_text(_unsigned_token("usher-ingest"))
    fields = secured.kafka("usher-ingest", kafka_sasl_mechanism=mechanism, kafka_oauth_token_file=str(token))
    async with logged_in(CommonSettings(**fields)) as consumer:
        assert ROUTER_INPUT in await consumer.topics()


def _unsigned_token(subject: str) -> str:
    """What the broker's development mode takes: a JSON web token with the algorithm none."""
    now = int(time.time())
    parts = ({"alg": "none"}, {"sub": subject, "iat": now, "exp": now + 600})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


async def test_strangers_and_impostors_are_refused_on_both_sides(secured: Secured, serving: System) -> None:
    with pytest.raises(KafkaError):
        async with logged_in(CommonSettings(**secured.kafka("usher-ingest", kafka_sasl_password="wrong"))):
            pass
    folder = temporary_folder()
    try:
        stranger = Authority(folder).ca
        with pytest.raises(KafkaError):
            async with logged_in(CommonSettings(**secured.kafka("usher-ingest", kafka_ssl_ca_file=str(stranger)))):
                pass
        with pytest.raises(Fatal, match="refuses this user"):
            await connect(secured.dsn("usher_router", "wrong"))
        if not secured.tls:
            pytest.skip("TLS towards PostgreSQL: no PostgreSQL with it here (Debian: apt install postgresql)")
        with pytest.raises(Retryable, match="certificate"):
            await connect(secured.dsn("usher_router", PASSWORDS["router"]).replace(str(secured.ca), str(stranger)))
    finally:
        remove(folder)


async def test_a_certificate_that_is_not_trusted_is_a_fault_that_passes_and_never_poison(secured: Secured) -> None:
    if not secured.tls:
        pytest.skip("TLS towards PostgreSQL: no PostgreSQL with it here (Debian: apt install postgresql)")
    folder = temporary_folder()
    dsn = secured.dsn("usher_router", PASSWORDS["router"]).replace(str(secured.ca), str(Authority(folder).ca))
    made = Database(dsn, connections_max=1, seconds_max=5.0)
    await made.open()
    try:
        with pytest.raises(Retryable, match="certificate"):
            await made.call(lambda session: session.fetchval("SELECT 1"))
    finally:
        await made.close()
        remove(folder)
