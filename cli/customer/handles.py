"""Handles as ingest reads them: the keyed hashes under which a deployment knows whoever has one."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cli.output import UsageError, say
from deploy.local.state import StateFolder, state_folder
from services.ingest.domain.handles import PHONE_CHANNELS, Pseudonyms
from services.ingest.domain.sources import OWN_IDS

__all__ = ["Handles", "handles_in_force"]

_CHANNELS = ("", min(PHONE_CHANNELS))  # digits are a telephone number on some channels and an id on the others


class Handles:
    """Every customer id that a handle may have been given, whatever the channel and source that it came from."""

    def __init__(self, key: bytes, regions: Mapping[str, str] | None = None, scopes: tuple[str, ...] = ()) -> None:
        self._pseudonyms = Pseudonyms(key, regions)
        self._scopes = ("", *scopes)

    def ids(self, workspace: str, handle: str) -> list[str]:
        """The handle itself, which may be an id, and its hashes; without repeats."""
        hashed = (
            self._pseudonyms.customer(workspace, handle, channel, scope)
            for channel in _CHANNELS
            for scope in self._scopes
        )
        return list(dict.fromkeys((handle, *hashed)))


def handles_in_force(command: str) -> Handles:
    """Under the key and the sources file of the environment, else of the local stack; says what is missing."""
    state = StateFolder(state_folder())
    key = _key() or str(state.recall().get("pseudonym_key") or "")
    if not key:
        say(f"usher {command}: without USHER_PSEUDONYM_KEY a handle is not recognised, only a customer_id is")
    file = os.environ.get("USHER_SOURCES_FILE")
    document = _document(Path(file) if file else state.sources_file)
    regions = {name: str(entry["region"]) for name, entry in _entries(document, "workspaces") if "region" in entry}
    scopes = tuple(name for name, entry in _entries(document, "sources") if entry.get("adapter") not in OWN_IDS)
    return Handles(key.encode(), regions, scopes)


def _key() -> str:
    file = os.environ.get("USHER_PSEUDONYM_KEY_FILE")
    if not file:
        return os.environ.get("USHER_PSEUDONYM_KEY", "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"USHER_PSEUDONYM_KEY_FILE: {file} cannot be read ({error}); give ingest's file") from None


def _document(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None  # a deployment without one has neither countries nor providers


def _entries(document: Any, part: str) -> list[tuple[str, dict[str, Any]]]:
    found = document.get(part) if isinstance(document, dict) else None
    return (
        [(name, entry) for name, entry in found.items() if isinstance(entry, dict)] if isinstance(found, dict) else []
    )
