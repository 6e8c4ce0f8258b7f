"""Versions of policies: which is in force, which were, and which the router has refused."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from shared.errors import Fatal
from shared.postgres import connected
from shared.process.settings import CommonSettings

__all__ = ["Refusal", "Unknown", "Version", "active_versions", "history", "refusals", "version_of"]

HISTORY_MAX = 1000  # versions looked at, the latest first
REFUSALS_MAX = 100  # dead letters looked at: a policy that was refused a moment ago is among the latest

_COLUMNS = "workspace, version, hash, activated_ms, body, model_version"
_REFUSALS = f"""
    SELECT workspace, path, detail, payload FROM dead_letter
    WHERE service = 'router' AND workspace = ANY ($1) AND path LIKE 'policy%' AND payload IS NOT NULL
    ORDER BY created_at DESC LIMIT {REFUSALS_MAX}
"""


class Unknown(Fatal):
    """What was asked for does not exist; the message names what does."""


class Version(NamedTuple):
    """One version of a workspace's policy. ``document`` parses to the policy; ``model_version`` is the content of the
    text model that it names, None where there is none or it could not be used.
    """

    workspace: str
    number: int
    hash: str
    activated_ms: int
    document: dict[str, Any]
    model_version: str | None = None

    @property
    def model(self) -> str | None:
        """The name of the text model."""
        name: str | None = self.document.get("classification", {}).get("model")
        return name


class Refusal(NamedTuple):
    """A policy that the router refused: the id of its record, and why."""

    event_id: str
    workspace: str
    path: str
    detail: str


async def active_versions(settings: CommonSettings) -> dict[str, Version]:
    """The version in force of every workspace, by workspace."""
    query = f"SELECT DISTINCT ON (workspace) {_COLUMNS} FROM policy ORDER BY workspace, version DESC"
    return {version.workspace: version for version in await _versions(settings, query)}


async def version_of(settings: CommonSettings, workspace: str, number: int | None) -> Version:
    """A version of a workspace's policy, the one in force for None; Unknown when there is none."""
    query = (
        f"SELECT {_COLUMNS} FROM policy"
        " WHERE workspace = $1 AND ($2::int IS NULL OR version = $2) ORDER BY version DESC LIMIT 1"
    )
    found = await _versions(settings, query, workspace, number)
    if not found:
        known = ", ".join(await active_versions(settings)) or "none"
        wanted = f"workspace {workspace!r}" + (f" has no version {number}" if number is not None else " has no policy")
        raise Unknown(f"{wanted}; workspaces with a policy: {known}")
    return found[0]


async def history(settings: CommonSettings, workspace: str) -> list[Version]:
    """The versions of a workspace's policy, the one in force first; Unknown when there is none."""
    query = f"SELECT {_COLUMNS} FROM policy WHERE workspace = $1 ORDER BY version DESC LIMIT {HISTORY_MAX}"
    return await _versions(settings, query, workspace) or [await version_of(settings, workspace, None)]


async def _versions(settings: CommonSettings, query: str, *values: object) -> list[Version]:
    async with connected(settings) as connection:
        rows = await connection.fetch(query, *values)
    return [
        Version(
            workspace=row["workspace"],
            number=row["version"],
            hash=row["hash"],
            activated_ms=row["activated_ms"],
            document=orjson.loads(row["body"]),
            model_version=row["model_version"],
        )
        for row in rows
    ]


async def refusals(settings: CommonSettings, workspaces: Sequence[str]) -> list[Refusal]:
    """The latest refusals of these workspaces' policies, at most REFUSALS_MAX, the newest first."""
    async with connected(settings) as connection:
        rows = await connection.fetch(_REFUSALS, workspaces)
    return [
        Refusal(orjson.loads(row["payload"])["event_id"], row["workspace"], row["path"], row["detail"]) for row in rows
    ]
