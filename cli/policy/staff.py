"""Whether the agents who are signed on have what policies ask for; only where a database is known."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from cli.output import say
from cli.policy.in_force import settings_in_force
from cli.postgres import connected
from services.router.domain.state.records import Agent
from services.router.domain.states import Presence
from shared.errors import Fatal, Retryable
from shared.policy import Policy, PolicyError
from shared.policy.staffing import unstaffed
from shared.process.settings import CommonSettings

__all__ = ["skill_warnings"]

_AGENTS = "SELECT body::text FROM router_agent WHERE workspace = $1 ORDER BY agent_id"
_agent = msgspec.json.Decoder(Agent).decode


def skill_warnings(policies: Sequence[Policy]) -> list[PolicyError]:
    """What no agent of each policy's workspace has now. Nothing without a local stack or USHER_POSTGRES_DSN."""
    settings = settings_in_force()
    if "postgres_dsn" not in settings.model_fields_set:
        return []
    try:
        staff = asyncio.run(_staff(settings, [policy.workspace for policy in policies]))
    except (Retryable, Fatal) as error:
        say(f"usher policy: skills are not compared with agents: {error}")
        return []
    found: list[PolicyError] = []
    for policy in policies:
        agents = staff[policy.workspace]
        if agents:
            found += (
                fault._replace(message=f"{policy.workspace}: {fault.message}") for fault in unstaffed(policy, agents)
            )
        else:
            say(f"usher policy: nobody is signed on in {policy.workspace}, so its skills are not compared with agents")
    return found


async def _staff(settings: CommonSettings, workspaces: Sequence[str]) -> dict[str, list[Mapping[str, int]]]:
    """The skills of every agent who is signed on, by workspace."""
    async with connected(settings) as connection:
        return {
            name: [
                dict(agent.skills)
                for row in await connection.fetch(_AGENTS, name)
                if (agent := _agent(row[0])).presence is not Presence.OFFLINE
            ]
            for name in workspaces
        }
