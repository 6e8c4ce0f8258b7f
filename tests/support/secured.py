"""A broker and a database that let nobody in unknown: TLS, SCRAM, ACLs and roles, with certificates made here."""

import datetime as dt
import ipaddress
import os
from pathlib import Path

from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.accounts import account_for_postgres
from deploy.local.broker import FAST_START, KafkaBroker
from deploy.local.ports import LOOPBACK, keep_or_choose

USERS = {
    "usher-ingest": "p@ss ingest",
    "usher-router": "p@ss router",
    "usher-sla": "p@ss sla",
    "usher-operator": "p@ss operator",
    "nobody": "p@ss",
}
PROPERTIES = """
listeners=PLAINTEXT://127.0.0.1:{plain},SECURED://127.0.0.1:{secured},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain},SECURED://127.0.0.1:{secured}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=false
listener.name.secured.sasl.enabled.mechanisms=SCRAM-SHA-512,SCRAM-SHA-256,PLAIN,OAUTHBEARER
listener.name.secured.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
 user_usher-ingest="{ingest}";
listener.name.secured.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule \
 required unsecuredLoginStringClaim_sub="broker";
listener.name.secured.ssl.keystore.type=PEM
listener.name.secured.ssl.keystore.location={folder}/broker.pem
listener.name.secured.ssl.client.auth=none
"""


class Authority:
    """A certificate authority of one test; ``ca`` is its certificate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Usher tests")])
        self.ca = folder / "ca.pem"
        self._certificate = self._signed(self._name, self._key.public_key(), ca=True)
        self.ca.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, name: str, address: str = LOOPBACK) -> tuple[Path, Path]:
        """Certificate and key of a server at this address; ``NAME.pem`` holds both."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(subject, key.public_key(), address=address)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = certificate.public_bytes(serialization.Encoding.PEM)
        cert_file, key_file = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        cert_file.write_bytes(public)
        key_file.write_bytes(secret)
        key_file.chmod(0o600)
        (self._folder / f"{name}.pem").write_bytes(secret + public + self.ca.read_bytes())
        return cert_file, key_file

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, address: str = "", ca: bool = False
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if address:
            names = [x509.IPAddress(ipaddress.ip_address(address))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())


class SecuredBroker(KafkaBroker):
    """A broker with one more listener, ``secured``, on which users log in and rules hold. The plain one is for us."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, java_options=FAST_START)
        self.secured = ""

    def _choose_ports(self) -> None:
        super()._choose_ports()
        port = keep_or_choose(None)
        self.secured = f"{LOOPBACK}:{port}"
        more = PROPERTIES.format(
            plain=self._ports["broker"],
            controller=self._ports["controller"],
            secured=port,
            folder=self.folder,
            ingest=USERS["usher-ingest"],
        )
        names = {line.partition("=")[0] for line in more.splitlines() if line}
        file = self.folder / "server.properties"
        kept = [line for line in file.read_text().splitlines() if line.partition("=")[0] not in names]
        file.write_text("\n".join(kept) + more)

    def admit(self, rules: list[dict[str, str]]) -> None:
        """Make the users and give them what the rules say (the JSON of ``usher acl print``)."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        for mechanism in (ScramMechanism.SCRAM_SHA_512, ScramMechanism.SCRAM_SHA_256):  # one a request
            info = ScramCredentialInfo(mechanism, 4096)
            users = [UserScramCredentialUpsertion(user, info, word.encode()) for user, word in USERS.items()]
            for future in admin.alter_user_scram_credentials(users).values():
                future.result(10)
        bindings = [
            AclBinding(
                ResourceType[rule["resource"].upper()],
                rule["name"],
                ResourcePatternType[rule["pattern"].upper()],
                rule["principal"],
                rule["host"],
                AclOperation[rule["operation"]],
                AclPermissionType.ALLOW,
            )
            for rule in rules
        ]
        for future in admin.create_acls(bindings).values():
            future.result(10)


def for_postgres(*files: Path) -> None:
    """The server runs under an account of its own where the tests run as root; its key is for it alone."""
    account = account_for_postgres()
    if account is not None:
        for file in files:
            os.chown(file, account.pw_uid, account.pw_gid)


def with_tls() -> Path | None:
    """The executables of a PostgreSQL that speaks TLS (the one in the wheel does not): Debian's newest, if any."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None
