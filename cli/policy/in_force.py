"""Policies that are in force: read from the database, published on the log, waited for."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from pydantic import SecretStr

from cli.output import UsageError
from cli.postgres import connected
from cli.router_input import put
from cli.settings import common_settings
from deploy.local.state import StateFolder, state_folder
from shared.clock import monotonic, now_ms
from shared.contract.ids import derive
from shared.contract.inputs import PolicyActivated
from shared.policy import Policy
from shared.process.settings import CommonSettings

__all__ = [
    "PolicyRefused",
    "Version",
    "active_versions",
    "history",
    "publish",
    "settings_in_force",
    "version_of",
    "wait_until_active",
]

POLL_SECONDS = 0.05  # a policy is active in under a second; nobody should wait much longer than that
HISTORY_MAX = 1000  # versions looked at, the latest first
REFUSALS_MAX = 100  # dead letters looked at: a policy that was refused a moment ago is among the latest

_COLUMNS = "workspace, version, hash, activated_ms, body, model_version"
_REFUSALS = f"""
    SELECT workspace, path, detail, payload FROM dead_letter
    WHERE service = 'router' AND workspace = ANY ($1) AND path LIKE 'policy%' AND payload IS NOT NULL
    ORDER BY created_at DESC LIMIT {REFUSALS_MAX}
"""


class PolicyRefused(Exception):
    """The router has refused a policy; the message is the workspace, the path and the reason."""


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


def settings_in_force() -> CommonSettings:
    """Settings from the environment; what it leaves out is taken from the local stack, when one runs."""
    settings = common_settings()
    state = StateFolder(state_folder())
    stack = state.read_stack() if state.owner() else None
    if not stack:
        return settings
    local = {
        "kafka_bootstrap_servers": stack.get("kafka"),
        "postgres_dsn": SecretStr(str(stack.get("postgres"))),
        "partitions": state.recall().get("partitions"),
    }
    said = settings.model_fields_set
    return settings.model_copy(update={name: value for name, value in local.items() if value and name not in said})


async def active_versions(settings: CommonSettings) -> dict[str, Version]:
    """The version in force of every workspace, by workspace."""
    query = f"SELECT DISTINCT ON (workspace) {_COLUMNS} FROM policy ORDER BY workspace, version DESC"
    return {version.workspace: version for version in await _versions(settings, query)}


async def version_of(settings: CommonSettings, workspace: str, number: int | None) -> Version:
    """A version of a workspace's policy, the one in force for None; UsageError when there is none."""
    query = (
        f"SELECT {_COLUMNS} FROM policy"
        " WHERE workspace = $1 AND ($2::int IS NULL OR version = $2) ORDER BY version DESC LIMIT 1"
    )
    found = await _versions(settings, query, workspace, number)
    if not found:
        known = ", ".join(await active_versions(settings)) or "none"
        wanted = f"workspace {workspace!r}" + (f" has no version {number}" if number else " has no policy")
        raise UsageError(f"{wanted}; workspaces with a policy: {known}")
    return found[0]


async def history(settings: CommonSettings, workspace: str) -> list[Version]:
    """The versions of a workspace's policy, the one in force first; UsageError when there is none."""
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


async def publish(settings: CommonSettings, policies: Sequence[Policy], model_version: str = "") -> list[str]:
    """Put the policies on the router's log; returns once the broker has them, with the ids of the records. Whether they
    are new the router tells. ``model_version``: exactly this content of the model that they name.
    """
    said = [_activated(policy, now_ms(), model_version) for policy in policies]
    await put(settings, said, "policy")
    return [each.event_id for each in said]


def _activated(policy: Policy, at_ms: int, model_version: str) -> PolicyActivated:
    """Each publication is an event of its own: A, then B, then A again must end with A."""
    return PolicyActivated(
        event_id=derive("policy", policy.workspace, policy.hash, model_version, str(at_ms)),
        workspace=policy.workspace,
        occurred_ms=at_ms,
        arrived_ms=at_ms,
        hash=policy.hash,
        policy=policy.document(),
        model_version=model_version,
    )


async def wait_until_active(
    settings: CommonSettings,
    policies: Sequence[Policy],
    seconds_max: float,
    *,
    model_version: str = "",
    said: Sequence[str] = (),
) -> dict[str, Version]:
    """The versions in force by workspace, once every policy is, with the model in that version; TimeoutError after
    ``seconds_max``, PolicyRefused when the router has refused one of the records ``said``.
    """
    deadline = monotonic() + seconds_max
    while True:
        active = await active_versions(settings)
        late = [each.workspace for each in policies if not _holds(active.get(each.workspace), each, model_version)]
        if not late:
            return active
        await _look_for_refusals(settings, late, said)
        if monotonic() >= deadline:
            raise TimeoutError(", ".join(late))
        await asyncio.sleep(POLL_SECONDS)


def _holds(version: Version | None, policy: Policy, model_version: str) -> bool:
    return version is not None and version.hash == policy.hash and model_version in ("", version.model_version)


async def _look_for_refusals(settings: CommonSettings, workspaces: Sequence[str], said: Sequence[str]) -> None:
    if not said:
        return
    async with connected(settings) as connection:
        rows = await connection.fetch(_REFUSALS, workspaces)
    for row in rows:
        if orjson.loads(row["payload"])["event_id"] in said:
            raise PolicyRefused(f"{row['workspace']}: {row['path']}: {row['detail']}")
