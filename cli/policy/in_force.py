"""Policies that are in force: read from the database, published on the log, waited for."""

import asyncio
from collections.abc import Sequence

from pydantic import SecretStr

from cli.output import UsageError
from cli.settings import common_settings
from deploy.local.state import StateFolder, state_folder
from services.router.lookup import policies
from services.router.lookup.policies import Unknown, Version, active_versions, refusals
from shared.clock import monotonic, now_ms
from shared.contract.ids import derive
from shared.contract.inputs import PolicyActivated
from shared.errors import Retryable
from shared.kafka.put import put
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


class PolicyRefused(Exception):
    """The router has refused a policy; the message is the workspace, the path and the reason."""


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
    given = settings.model_fields_set
    return settings.model_copy(update={name: value for name, value in local.items() if value and name not in given})


async def version_of(settings: CommonSettings, workspace: str, number: int | None) -> Version:
    """A version of a workspace's policy, the one in force for None; UsageError when there is none."""
    try:
        return await policies.version_of(settings, workspace, number)
    except Unknown as error:
        raise UsageError(str(error)) from None


async def history(settings: CommonSettings, workspace: str) -> list[Version]:
    """The versions of a workspace's policy, the one in force first; UsageError when there is none."""
    try:
        return await policies.history(settings, workspace)
    except Unknown as error:
        raise UsageError(str(error)) from None


async def publish(settings: CommonSettings, policies: Sequence[Policy], model_version: str = "") -> list[str]:
    """Put the policies on the router's log; returns once the broker has them, with the ids of the records. Whether they
    are new the router tells. ``model_version``: exactly this content of the model that they name.
    """
    events = [_activated(policy, now_ms(), model_version) for policy in policies]
    await put(settings, events, "policy")
    return [each.event_id for each in events]


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
    event_ids: Sequence[str] = (),
) -> dict[str, Version]:
    """The versions in force by workspace, once every policy is, with the model in that version; TimeoutError after
    ``seconds_max``, PolicyRefused when the router has refused one of the records ``event_ids``. A database that does
    not answer is asked again, as long as there is time; Retryable where it does not in the end.
    """
    deadline = monotonic() + seconds_max
    while True:
        try:
            active = await active_versions(settings)
            late = [each.workspace for each in policies if not _holds(active.get(each.workspace), each, model_version)]
            if not late:
                return active
            await _look_for_refusals(settings, late, event_ids)
            if monotonic() >= deadline:
                raise TimeoutError(", ".join(late))
        except Retryable:
            if monotonic() >= deadline:
                raise
        await asyncio.sleep(POLL_SECONDS)


def _holds(version: Version | None, policy: Policy, model_version: str) -> bool:
    return version is not None and version.hash == policy.hash and model_version in ("", version.model_version)


async def _look_for_refusals(settings: CommonSettings, workspaces: Sequence[str], event_ids: Sequence[str]) -> None:
    if not event_ids:
        return
    for refusal in await refusals(settings, workspaces):
        if refusal.event_id in event_ids:
            raise PolicyRefused(f"{refusal.workspace}: {refusal.path}: {refusal.detail}")
