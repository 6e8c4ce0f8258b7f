"""Who may use the local stack's HTTP door: keys made once, and the sources file that ingest reads."""

import contextlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from deploy.local.cluster import write_private
from deploy.local.errors import SetupError
from deploy.local.state import StateFolder
from shared.contract.topics import CHANNELS

RIGHTS = ("contacts", "agents", "updates", "commands")
PSEUDONYM_BYTES = 32
LOCAL_KEY = "local"  # the name of the key that stack.json holds


def make_keys(state: StateFolder, workspaces: Sequence[str]) -> dict[str, str]:
    """The API key of each workspace; made the first time, kept in a file for this user only."""
    keys: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError, TypeError):
        kept = json.loads(state.keys_file.read_text())
        keys = {name: key for name, key in dict(kept).items() if isinstance(key, str) and key}
    for workspace in workspaces:
        keys.setdefault(workspace, secrets.token_urlsafe(24))
    write_private(state.keys_file, keys)
    return {workspace: keys[workspace] for workspace in workspaces}


def pseudonym_key(state: StateFolder) -> str:
    """The key that handles are hashed with: USHER_PSEUDONYM_KEY, else one that is kept with the data."""
    given = os.environ.get("USHER_PSEUDONYM_KEY")
    if given:
        return given
    known = state.recall().get("pseudonym_key")
    if not known:
        known = secrets.token_hex(PSEUDONYM_BYTES)
        state.remember(pseudonym_key=known)
    return str(known)


def added_keys(state: StateFolder, given: Path | None) -> dict[str, Any]:
    """Workspaces with the keys that `usher keys` wrote into the stack's own file, which a stack without ``--sources``
    keeps; those that came with the file of ``--sources`` are that file's."""
    if given is not None or not state.recall().get("own_sources", False) or not state.sources_file.exists():
        return {}
    kept = {}
    for workspace, entry in read_sources(state.sources_file)["workspaces"].items():
        keys = [key for key in entry.get("api_keys", []) if key.get("name") != LOCAL_KEY]
        if keys:
            kept[workspace] = {"api_keys": keys}
    return kept


def sources_document(
    keys: dict[str, str], given: Path | None, added: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """What the stack's sources file holds: default sources, keys, and all of the given file. SetupError.

    ``added``: the workspaces of added_keys."""
    document: dict[str, Any] = read_sources(given) if given else {"workspaces": dict(added), "sources": {}}
    for workspace, key in keys.items():
        entry = document["workspaces"].setdefault(workspace, {})
        local = {"name": LOCAL_KEY, "sha256": sha256(key.encode()).hexdigest(), "may": list(RIGHTS)}
        entry["api_keys"] = [*entry.get("api_keys", []), local]
    defaults = {channel: {"adapter": "canonical"} for channel in CHANNELS}
    document["sources"] = {**defaults, **document["sources"]}
    return document


def write_sources(state: StateFolder, document: dict[str, Any], *, own: bool) -> None:
    """Write the sources file, by rename. ``own``: it was made without ``--sources``, and its keys are the stack's."""
    if not own:
        state.remember(own_sources=False)  # before it is: the keys of another file are never kept as the stack's
    partial = state.sources_file.with_name("sources.partial")
    partial.touch(mode=0o600)
    partial.write_text(
        "# Made from the policies, .local/api-keys.json and --sources; edit that one, its edits are followed.\n"
        + _dump(document)
    )
    partial.replace(state.sources_file)
    if own:
        state.remember(own_sources=True)


def read_sources(file: Path) -> dict[str, Any]:
    """A sources file with both of its sections, empty ones as mappings; SetupError names the file and what is wrong.

    Ingest checks the rest."""
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SetupError(f"{file}: cannot be read ({' '.join(str(error).split())})") from None
    for section in ("workspaces", "sources"):
        if not isinstance(document, dict) or not isinstance(_there(document, section), dict):
            raise SetupError(f"{file}: {section}: must be a mapping of names")
    for workspace in document["workspaces"]:
        entry = _there(document["workspaces"], workspace)
        keys = entry.get("api_keys", []) if isinstance(entry, dict) else None
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise SetupError(f"{file}: workspaces.{workspace}: must be a mapping with api_keys, a list of mappings")
    return dict(document)


def _there(document: dict[str, Any], name: str) -> Any:
    """What stands under a name; where that is nothing, a mapping to fill."""
    if document.get(name) is None:
        document[name] = {}
    return document[name]


def _dump(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
