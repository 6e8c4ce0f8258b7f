"""Keys and sources of the local stack: made once, kept private, and understood by ingest."""

from hashlib import sha256
from pathlib import Path

import pytest

from cli.keys.edit import with_key
from deploy.local.access import added_keys, make_keys, pseudonym_key, sources_document, write_sources
from deploy.local.errors import SetupError
from deploy.local.state import StateFolder
from services.ingest.settings import load_sources
from shared.contract.topics import CHANNELS


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path)


def test_each_workspace_keeps_its_key_over_starts(state: StateFolder) -> None:
    first = make_keys(state, ["acme", "bolt"])
    second = make_keys(state, ["acme", "cora"])

    assert second["acme"] == first["acme"]
    assert len({*first.values(), *second.values()}) == 3
    assert set(second) == {"acme", "cora"}
    assert state.keys_file.stat().st_mode & 0o077 == 0


def test_sources_file_gives_ingest_the_keys_and_the_eight_channels(state: StateFolder) -> None:
    keys = make_keys(state, ["acme"])

    document = sources_document(keys, None)
    write_sources(state, document, own=True)

    assert tuple(document["sources"]) == CHANNELS
    text = state.sources_file.read_text()
    assert keys["acme"] not in text
    sources = load_sources(str(state.sources_file), with_channels=False)
    assert set(sources.by_name) == set(CHANNELS)
    credential = sources.credentials[sha256(keys["acme"].encode()).digest()]
    assert (credential.workspace, len(credential.may)) == ("acme", 4)


def test_given_sources_file_is_added_to_and_not_replaced(state: StateFolder, tmp_path: Path) -> None:
    digest = sha256(b"theirs").hexdigest()
    given = tmp_path / "given.yaml"
    given.write_text(
        f"workspaces: {{acme: {{api_keys: [{{name: office, sha256: {digest}, may: [contacts]}}]}}}}\n"
        "sources: {shop: {workspace: acme, adapter: canonical}}\n"
    )

    document = sources_document(make_keys(state, ["acme"]), given)
    write_sources(state, document, own=False)

    sources = load_sources(str(state.sources_file), with_channels=False)
    assert set(document["sources"]) == set(sources.by_name) == {*CHANNELS, "shop"}
    assert {credential.name for credential in sources.credentials.values()} == {"office", "local"}


def started(state: StateFolder, given: Path | None = None) -> set[str]:
    """The names of the keys that are good after a start."""
    added = added_keys(state, given)
    write_sources(state, sources_document(make_keys(state, ["acme"]), given, added), own=given is None)
    sources = load_sources(str(state.sources_file), with_channels=False)
    return {credential.name for credential in sources.credentials.values()}


def with_office(file: Path) -> None:
    """As `usher keys add acme office` does."""
    text = with_key(file.read_text(), "acme", "office", sha256(b"theirs").hexdigest(), ["contacts"])
    file.write_text(text)


def test_a_key_added_to_a_stack_without_a_sources_file_is_kept_over_starts(state: StateFolder) -> None:
    assert started(state) == {"local"}

    with_office(state.sources_file)

    assert started(state) == {"local", "office"}
    with pytest.raises(SetupError):
        started(state, state.path / "no-such-file.yaml")
    assert started(state) == {"local", "office"}, "a start that fails takes nothing away"
    assert state.sources_file.stat().st_mode & 0o077 == 0


def test_the_keys_of_a_given_sources_file_end_with_it(state: StateFolder, tmp_path: Path) -> None:
    given = tmp_path / "given.yaml"
    given.write_text("workspaces: {acme: {api_keys: []}}\n")
    with_office(given)

    assert started(state, given) == {"local", "office"}
    assert started(state) == {"local"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [("[1, 2]", "workspaces"), ("sources: [a]", "sources"), ("a: [", "cannot be read"),
     ("workspaces: {acme: [1]}", "workspaces.acme"), ("workspaces: {acme: {api_keys: }}", "workspaces.acme"),
     ("workspaces: {bolt: {api_keys: [x]}}", "workspaces.bolt")],
)  # fmt: skip
def test_sources_file_that_is_none_is_named(state: StateFolder, tmp_path: Path, text: str, reason: str) -> None:
    given = tmp_path / "given.yaml"
    given.write_text(text)

    with pytest.raises(SetupError, match=f"given.yaml.*{reason}"):
        sources_document({}, given)


@pytest.mark.parametrize("text", ["", "workspaces:\nsources:\n", "workspaces: {acme: }\n", "workspaces: {acme: {}}\n"])
def test_a_section_or_workspace_that_holds_nothing_yet_is_filled_as_ingest_reads_it(
    state: StateFolder, tmp_path: Path, text: str
) -> None:
    given = tmp_path / "given.yaml"
    given.write_text(text)
    load_sources(str(given), with_channels=False)

    assert started(state, given) == {"local"}


def test_pseudonyms_stay_the_same_over_starts(state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USHER_PSEUDONYM_KEY", raising=False)
    made = pseudonym_key(state)

    assert pseudonym_key(state) == made
    assert len(made) == 64
    monkeypatch.setenv("USHER_PSEUDONYM_KEY", "from the environment")
    assert pseudonym_key(state) == "from the environment"


@pytest.mark.parametrize("text", ["{", "[1]", '{"acme": 7}', '{"acme": null}'])
def test_damaged_keys_are_made_anew(state: StateFolder, text: str) -> None:
    state.keys_file.write_text(text)

    keys = make_keys(state, ["acme"])

    assert keys == make_keys(state, ["acme"])
    assert len(keys["acme"]) >= 32
