"""usher keys: adds and revokes a key in a file that people keep by hand, and changes nothing else in it."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.keys.edit import CannotEdit, with_key, without_key
from cli.main import main
from services.ingest.settings import load_sources

DIGEST = "ab" * 32
OLD = "cd" * 32
STYLES = {
    "nothing": "",
    "only a comment": "# ours\n",
    "no workspaces": "# ours\nsources:\n  chat: {adapter: canonical}  # c\n",
    "empty workspaces": "workspaces:\nsources: {}\n",
    "an empty workspace": "workspaces:\n  acme:\n  globex: {region: ES}\n",
    "no keys": "workspaces:\n  acme:\n    region: ES  # c\n",
    "empty keys": "workspaces:\n  acme:\n    api_keys: []\n",
    "flow": f"workspaces: {{acme: {{api_keys: [{{name: old, sha256: {OLD}, may: [contacts]}}]}}}}\n",
    "keys in a line": f"workspaces:\n  acme:\n    # c\n    api_keys: [{{name: old, sha256: {OLD}, may: [contacts]}}]\n",
    "a key a line": f"workspaces:\n  acme:\n    api_keys:\n    - {{name: old, sha256: {OLD}, may: [contacts]}}  # c\n",
    "a field a line": (
        f"workspaces:\n  acme:\n    api_keys:\n    # c\n    - name: old\n      sha256: {OLD}\n      may:\n"
        "        - contacts\n    # end\n\n# more\nsources: {}\n"
    ),
    "another workspace": f"workspaces:\n  globex:\n    api_keys: [{{name: old, sha256: {OLD}, may: [contacts]}}]\n",
}


def comments(text: str) -> int:
    return text.count("#")


@pytest.mark.parametrize("style", STYLES)
def test_a_key_comes_and_goes_in_every_way_of_writing(style: str) -> None:
    text = STYLES[style]
    before = yaml.safe_load(text) or {}

    added = with_key(text, "acme", "shop", DIGEST, ["contacts", "updates"])
    keys = {key["name"]: key for key in yaml.safe_load(added)["workspaces"]["acme"]["api_keys"]}
    assert keys["shop"] == {"name": "shop", "sha256": DIGEST, "may": ["contacts", "updates"]}
    assert comments(added) == comments(text)

    removed = yaml.safe_load(without_key(added, "acme", "shop"))
    spaces = removed.pop("workspaces")
    assert removed == {name: part for name, part in before.items() if name != "workspaces"}
    for name, entry in (before.get("workspaces") or {}).items():
        assert {**(entry or {}), "api_keys": (entry or {}).get("api_keys", [])} == {"api_keys": [], **spaces[name]}


@pytest.mark.parametrize("style", [style for style in STYLES if "name: old" in STYLES[style]])
def test_the_only_key_can_go(style: str) -> None:
    workspace = "globex" if style == "another workspace" else "acme"
    left = yaml.safe_load(without_key(STYLES[style], workspace, "old"))
    assert left["workspaces"][workspace]["api_keys"] == []


@given(
    st.lists(st.tuples(st.sampled_from(["acme", "globex"]), st.integers(0, 4), st.booleans()), max_size=12),
    st.sampled_from(sorted(STYLES)),
)
def test_any_order_of_edits_leaves_exactly_the_keys_that_were_not_revoked(
    edits: list[tuple[str, int, bool]], style: str
) -> None:
    text = STYLES[style]
    spaces = (yaml.safe_load(text) or {}).get("workspaces") or {}
    expected = {(name, key["name"]) for name, entry in spaces.items() for key in (entry or {}).get("api_keys", [])}
    for workspace, number, coming in edits:
        key = (workspace, f"key-{number}")
        if coming and key not in expected:
            text = with_key(text, *key, sha256(repr(key).encode()).hexdigest(), ["contacts"])
            expected.add(key)
        elif not coming and key in expected:
            text = without_key(text, *key)
            expected.remove(key)
    found: dict[str, Any] = (yaml.safe_load(text) or {}).get("workspaces") or {}
    assert {
        (name, key["name"]) for name, entry in found.items() for key in (entry or {}).get("api_keys", [])
    } == expected


def test_what_cannot_be_edited_without_a_doubt_is_left_alone() -> None:
    shared = f"x: &k [{{name: old, sha256: {OLD}, may: [contacts]}}]\nworkspaces:\n  acme: {{api_keys: *k}}\n"
    with pytest.raises(CannotEdit):
        with_key(shared, "acme", "shop", DIGEST, ["contacts"])
    with pytest.raises(KeyError):
        without_key("workspaces: {}\n", "acme", "shop")


def usher(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_the_key_is_shown_once_and_only_its_hash_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("# ours\nworkspaces: {}\n")
    file.chmod(0o640)

    code, out, _ = usher(
        capsys, "keys", "add", "acme", "shop", "--may", "contacts,updates", "--file", str(file), "--json"
    )
    added = orjson.loads(out)
    assert code == 0
    assert added["key"] not in file.read_text()
    assert file.read_text().startswith("# ours\n")
    assert (file.stat().st_mode & 0o777, [path.name for path in tmp_path.iterdir()]) == (0o640, ["sources.yaml"])
    credentials = load_sources(str(file)).credentials
    assert credentials[sha256(added["key"].encode()).digest()].name == "shop"

    code, out, _ = usher(capsys, "keys", "list", "--file", str(file))
    assert (code, out) == (0, "acme  shop  may contacts, updates\n")
    assert usher(capsys, "keys", "add", "acme", "shop", "--file", str(file))[0] == 1
    assert usher(capsys, "keys", "revoke", "acme", "shop", "--file", str(file))[0] == 0
    assert usher(capsys, "keys", "revoke", "acme", "shop", "--file", str(file))[0] == 1
    assert load_sources(str(file)).credentials == {}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("add", "acme", "shop", "--may", "contact"), "did you mean contacts"),
        (("add", "acme", "shop", "--may", ""), "may"),
        (("add", "ACME !", "shop"), "/sources.yaml:1: workspaces"),
        (("add", "acme", "shop", "--may", "contacts, all"), "argument --may: all is no right; one of: agents, "),
        (("add", "acme", "shop", "--may", ","), "argument --may: nothing is no right"),
    ],
)
def test_a_key_that_ingest_would_refuse_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], named: str
) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("workspaces: {}\n")
    code, out, error = usher(capsys, "keys", *words, "--file", str(file))
    assert (code, out, file.read_text()) == (2, "", "workspaces: {}\n")
    assert named in error
    assert "Traceback" not in error and ".sources-" not in error, "the file that the caller knows"
