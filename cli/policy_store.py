"""Policies that are in force: read from the database, published on the log, waited for."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import orjson
from pydantic import SecretStr

from cli.output import UsageError
from cli.stack_settings import common_settings
from deploy.local.state import StateFolder, state_folder
from shared.clock import monotonic, now_ms, rfc3339
from shared.envelope import CONTENT_TYPE, SPEC_VERSION, Headers, Message
from shared.ids import derive
from shared.inputs import PolicyActivated
from shared.kafka import OutputLog, partition_of
from shared.policy import Policy
from shared.postgres import connect
from shared.settings import CommonSettings
from shared.topics import ROUTER_INPUT

__all__ = ["Version", "active_versions", "publish", "settings_in_force", "version_of", "wait_until_active"]

ACTIVATED = "usher.policy.activated.v1"
POLL_SECONDS = 0.05  # a policy is active in under a second; nobody should wait much longer than that


class Version(NamedTuple):
    """One version of a workspace's policy. ``document`` parses to the policy."""

    workspace: str
    number: int
    hash: str
    activated_ms: int
    document: dict[str, Any]


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
    query = (
        "SELECT DISTINCT ON (workspace) workspace, version, hash, activated_ms, body FROM policy"
        " ORDER BY workspace, version DESC"
    )
    return {version.workspace: version for version in await _versions(settings, query)}


async def version_of(settings: CommonSettings, workspace: str, number: int | None) -> Version:
    """A version of a workspace's policy, the one in force for None; UsageError when there is none."""
    query = (
        "SELECT workspace, version, hash, activated_ms, body FROM policy"
        " WHERE workspace = $1 AND ($2::int IS NULL OR version = $2) ORDER BY version DESC LIMIT 1"
    )
    found = await _versions(settings, query, workspace, number)
    if not found:
        known = ", ".join(await active_versions(settings)) or "none"
        wanted = f"workspace {workspace!r}" + (f" has no version {number}" if number else " has no policy")
        raise UsageError(f"{wanted}; workspaces with a policy: {known}")
    return found[0]


async def _versions(settings: CommonSettings, query: str, *values: object) -> list[Version]:
    connection = await connect(settings.postgres_dsn.get_secret_value())
    try:
        rows = await connection.fetch(query, *values)
    finally:
        await connection.close()
    return [
        Version(row["workspace"], row["version"], row["hash"], row["activated_ms"], orjson.loads(row["body"]))
        for row in rows
    ]


async def publish(settings: CommonSettings, policies: Sequence[Policy]) -> None:
    """Put the policies on the router's log; returns once the broker has them. Whether they are new the router tells."""
    log = OutputLog(settings)
    try:
        for policy in policies:
            partition = partition_of(policy.workspace.encode(), settings.partitions)
            await log.publish(ROUTER_INPUT, partition, [_message(policy, now_ms())])
    finally:
        await log.stop()


def _message(policy: Policy, at_ms: int) -> Message:
    """Each publication is an event of its own: A, then B, then A again must end with A."""
    workspace = policy.workspace
    event_id = derive("policy", workspace, policy.hash, str(at_ms))
    body = PolicyActivated(
        event_id=event_id,
        workspace=workspace,
        occurred_ms=at_ms,
        arrived_ms=at_ms,
        hash=policy.hash,
        policy=policy.document(),
    )
    headers: Headers = [
        ("ce_type", ACTIVATED.encode()),
        ("ce_id", event_id.encode()),
        ("ce_source", f"/usher/policy/{workspace}".encode()),
        ("ce_specversion", SPEC_VERSION),
        ("ce_time", rfc3339(at_ms).encode()),
        ("ce_subject", workspace.encode()),
        ("ce_partitionkey", workspace.encode()),
        ("content-type", CONTENT_TYPE),
    ]
    return Message(workspace.encode(), msgspec.json.encode(body), headers)


async def wait_until_active(
    settings: CommonSettings, policies: Sequence[Policy], seconds_max: float
) -> dict[str, Version]:
    """The versions in force by workspace, once every policy is; TimeoutError after ``seconds_max``."""
    deadline = monotonic() + seconds_max
    while True:
        active = await active_versions(settings)
        late = [policy.workspace for policy in policies if _hash_of(active, policy.workspace) != policy.hash]
        if not late:
            return active
        if monotonic() >= deadline:
            raise TimeoutError(", ".join(late))
        await asyncio.sleep(POLL_SECONDS)


def _hash_of(active: dict[str, Version], workspace: str) -> str | None:
    version = active.get(workspace)
    return version.hash if version else None
