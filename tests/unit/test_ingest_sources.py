"""The sources file and the settings: what is wrong is said in one line, with its path and the fix."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.ingest.domain.key_pairs import p256_signed
from services.ingest.domain.sources_file import SourcesError, read_sources
from services.ingest.domain.types import Right
from services.ingest.settings import IngestSettings, load_sources, pseudonym_key
from shared.contract.topics import CHANNELS
from shared.errors import Fatal

DIGEST = hashlib.sha256(b"key").hexdigest()
API_KEY = {"name": "back-office", "sha256": DIGEST, "may": ["contacts", "commands"]}


def refusal(document: Any) -> str:
    with pytest.raises(SourcesError) as error:
        read_sources(document, lambda reference: f"secret of {reference}", with_channels=True)
    return str(error.value)


@pytest.mark.parametrize("document", [None, {}, {"sources": {}}])
def test_without_a_file_every_channel_is_a_source(document: Any) -> None:
    sources = read_sources(document, lambda reference: reference, with_channels=True)

    assert tuple(sources.by_name) == CHANNELS
    assert sources.credentials == {}
    assert not any(source.is_verified() for source in sources.by_name.values())


def test_the_file_adds_sources_and_credentials() -> None:
    document = {
        "workspaces": {"acme": {"api_keys": [API_KEY]}},
        "sources": {
            "help": {
                "workspace": "acme",
                "adapter": "canonical",
                "queue": "orders",
                "secrets": {"bearer": ["env:A", "env:B"]},
            },
        },
    }

    sources = read_sources(document, lambda reference: f"secret of {reference}", with_channels=False)

    assert list(sources.by_name) == ["help"]
    source = sources.by_name["help"]
    assert (source.way.workspace, source.way.queue, source.way.source) == ("acme", "orders", "help")
    assert source.secrets == {"bearer": ("secret of env:A", "secret of env:B")}
    assert source.is_verified()
    credential = sources.credentials[bytes.fromhex(DIGEST)]
    assert (credential.workspace, credential.may) == ("acme", {Right.CONTACTS, Right.COMMANDS})


def test_a_workspace_has_the_country_of_its_national_numbers() -> None:
    sources = read_sources({"workspaces": {"acme": {"region": "ES"}}}, str, with_channels=False)
    assert sources.regions == {"acme": "ES"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"workspaces": {"acme": {"region": "Spain"}}},
            "workspaces.acme.region: Spain is no country code of two letters (as ES)",
        ),
        ([], "must be a mapping"),
        ({"source": {}}, "source: "),
        ({"sources": {"a b": {"adapter": "canonical"}}}, "sources.a b: "),
        ({"sources": {"a": {}}}, "sources.a.adapter: "),
        ({"sources": {"a": {"adapter": "fax"}}}, "sources.a.adapter: unknown"),
        ({"sources": {"a": {"adapter": "twilio"}}}, "sources.a.workspace: is missing (name the workspace"),
        ({"sources": {"a": {"adapter": "canonical", "workspace": "A B"}}}, "sources.a.workspace: "),
        ({"sources": {"a": {"adapter": "canonical", "channel": "fax"}}}, "sources.a.channel: "),
        ({"sources": {"a": {"adapter": "canonical", "own": ["x"]}}}, "sources.a.own: "),
        (
            {"sources": {"a": {"adapter": "canonical", "secrets": {"bearer": "in the file"}}}},
            "sources.a.secrets.bearer",
        ),
        (
            {"sources": {"a": {"adapter": "canonical", "secrets": {"app_secret": "env:A"}}}},
            "sources.a.secrets.app_secret",
        ),
        ({"workspaces": {"ACME": {}}}, "workspaces.ACME: "),
        (
            {"workspaces": {"acme": {"api_keys": [{**API_KEY, "sha256": "abc"}]}}},
            "workspaces.acme.api_keys[0].sha256: ",
        ),
        ({"workspaces": {"acme": {"api_keys": [{**API_KEY, "may": ["all"]}]}}}, "workspaces.acme.api_keys[0].may[0]: "),
        ({"workspaces": {"acme": {"api_keys": [{**API_KEY, "may": []}]}}}, "workspaces.acme.api_keys[0].may: "),
        (
            {"workspaces": {"acme": {"api_keys": [API_KEY]}, "globex": {"api_keys": [API_KEY]}}},
            "workspaces.globex.api_keys[0].sha256: the same key stands for acme",
        ),
    ],
)
def test_a_fault_of_the_file_is_one_line_with_its_path(document: Any, said: str) -> None:
    message = refusal(document)

    assert message.startswith(said)
    assert "\n" not in message


def test_secrets_come_from_the_environment_or_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    monkeypatch.setenv("TEST_BEARER", "from-the-environment")
    entry = {"adapter": "canonical", "secrets": {"bearer": ["env:TEST_BEARER", f"file:{tmp_path}/token"]}}
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": {"help": entry}}))

    source = load_sources(str(tmp_path / "sources.yaml")).by_name["help"]

    assert source.secrets["bearer"] == ("from-the-environment", "from-a-file")


def test_a_public_key_in_a_file_may_be_pem_and_a_certificate_chain_is_no_key(tmp_path: Path) -> None:
    key = generate_private_key(SECP256R1())
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    file = tmp_path / "sources.yaml"
    secrets = {"public_key": f"file:{tmp_path / 'key.pem'}"}
    file.write_text(yaml.safe_dump({"sources": {"m": {"workspace": "a", "adapter": "sendgrid", "secrets": secrets}}}))

    (tmp_path / "key.pem").write_bytes(pem)
    (found,) = load_sources(str(file)).by_name["m"].secrets["public_key"]
    assert p256_signed(found, b"signed", b64encode(key.sign(b"signed", ECDSA(SHA256()))).decode())
    (tmp_path / "key.pem").write_bytes(pem + pem)
    with pytest.raises(SourcesError, match="holds more than one line"):
        load_sources(str(file))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not YAML"),
        ("sources: {help: {adapter: canonical, secrets: {bearer: env:NOT_SET_ANYWHERE}}}", "env:NOT_SET_ANYWHERE"),
        ("sources: {help: {adapter: canonical, secrets: {bearer: 'file:/no/such/file'}}}", "/no/such/file"),
        ("1: 2", "sources.yaml:1: 1: unknown key 1"),
        ("\x00", "not YAML"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(text)

    with pytest.raises(SourcesError) as error:
        load_sources(str(path))

    assert str(error.value).startswith(str(path))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(SourcesError, match="/no/such/file: No such file"):
        load_sources("/no/such/file")


def test_the_built_in_pseudonym_key_is_for_local_environments_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "key"
    secret.write_text("a key of a real deployment\n")

    assert pseudonym_key(IngestSettings(environment="local"))
    assert pseudonym_key(IngestSettings(pseudonym_key="a key of a real deployment")) == b"a key of a real deployment"
    monkeypatch.setenv("USHER_PSEUDONYM_KEY_FILE", str(secret))
    assert pseudonym_key(IngestSettings()) == b"a key of a real deployment"
    monkeypatch.delenv("USHER_PSEUDONYM_KEY_FILE")
    for settings in (
        IngestSettings(environment="production", pseudonym_key=""),
        IngestSettings(pseudonym_key="short"),
        IngestSettings(environment="local", pseudonym_key="short"),
    ):
        with pytest.raises(Fatal, match="USHER_PSEUDONYM_KEY"):
            pseudonym_key(settings)


FAULTY = """
workspaces:
  acme:
    api_keys:
      - {name: back-office, sha256: my-secret-key-itself, may: [contact, updates]}
    regoin: ES
sources:
  wa-main: {workspace: acme, adapter: twillio, secrets: {auth_token: hunter2}}
  sms: {channel: xsms, adapter: twilio, secrets: {auth_tokn: env:A, auth_token: [env:B, 12345, hunter3]}}
  help: {workspace: acme, adapter: canonical, secrets: hunter4, own: [a]}
  post: {workspace: acme, adapter: canonical, public_url: hooks.example.com, secrets: {bearer: []}}
sourcess: {}
"""


def test_every_fault_is_found_at_once_with_line_and_path_and_what_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(FAULTY)

    with pytest.raises(SourcesError) as refused:
        load_sources(str(path))

    found = {(fault.line, fault.path): fault.hint for fault in refused.value.errors}
    assert list(found) == [
        (5, "workspaces.acme.api_keys[0].may[0]"),
        (5, "workspaces.acme.api_keys[0].sha256"),
        (6, "workspaces.acme.regoin"),
        (8, "sources.wa-main.adapter"),
        (8, "sources.wa-main.secrets.auth_token"),
        (9, "sources.sms.channel"),
        (9, "sources.sms.secrets.auth_token[1]"),
        (9, "sources.sms.secrets.auth_token[2]"),
        (9, "sources.sms.secrets.auth_tokn"),
        (9, "sources.sms.workspace"),
        (10, "sources.help.own"),
        (10, "sources.help.secrets"),
        (11, "sources.post.public_url"),
        (11, "sources.post.secrets.bearer"),
        (12, "sourcess"),
    ]
    assert found[6, "workspaces.acme.regoin"] == "did you mean region?"
    assert found[8, "sources.wa-main.adapter"] == "did you mean twilio?"
    assert found[9, "sources.sms.channel"] == "did you mean sms?"
    assert found[12, "sourcess"] == "did you mean sources?"


def test_what_the_adapters_do_not_take_is_found_at_once_too(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(
        """
workspaces:
  acme: {api_keys: [{name: a, sha256: DIGEST, may: [contact]}]}
sources:
  wa-main: {workspace: acme, adapter: twillio}
  sms: {workspace: acme, adapter: twilio, secrets: {auth_tokn: file:/nowhere}, public_url: hooks.example.com}
  help: {workspace: acme, adapter: canonical, own: [a], origins: [b.example.com/x]}
""".replace("DIGEST", DIGEST)
    )

    with pytest.raises(SourcesError) as refused:
        load_sources(str(path))

    assert [(fault.line, fault.path, fault.hint) for fault in refused.value.errors] == [
        (3, "workspaces.acme.api_keys[0].may[0]", "did you mean contacts?"),
        (5, "sources.wa-main.adapter", "did you mean twilio?"),
        (6, "sources.sms.public_url", "as https://hooks.example.com"),
        (6, "sources.sms.secrets.auth_tokn", "did you mean auth_token?"),
        (7, "sources.help.origins", "remove it"),
        (7, "sources.help.own", "remove it"),
    ]


def test_no_message_repeats_what_may_be_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(FAULTY)

    with pytest.raises(SourcesError) as refused:
        load_sources(str(path))

    assert "my-secret" not in str(refused.value)
    assert "hunter" not in str(refused.value) and "12345" not in str(refused.value)


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("sources:\n  a: {adapter: canonical}\n  b: {adapter: canonical}\n  a: {adapter: twilio}\n")

    with pytest.raises(SourcesError, match=":4: .*'a' stands twice"):
        load_sources(str(path))
