"""Who is signed on, as the database has it."""

from collections.abc import Mapping, Sequence

import msgspec

from services.router.domain.state.records import Agent
from services.router.domain.states import Presence
from shared.postgres import connected
from shared.process.settings import CommonSettings

__all__ = ["skills_signed_on"]

_AGENTS = "SELECT body::text FROM router_agent WHERE workspace = $1 ORDER BY agent_id"
_agent = msgspec.json.Decoder(Agent).decode


async def skills_signed_on(settings: CommonSettings, workspaces: Sequence[str]) -> dict[str, list[Mapping[str, int]]]:
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
