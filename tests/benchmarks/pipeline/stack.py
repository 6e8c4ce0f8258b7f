"""The three services of this design as a benchmark needs them: started under a policy, and waited for."""

import asyncio
from collections.abc import Awaitable, Callable

from cli.policy.in_force import publish
from shared.clock import monotonic
from shared.policy import Policy
from tests.benchmarks.pipeline.load import send
from tests.benchmarks.pipeline.rig import Rig

SERVICES = ("ingest", "router", "sla")
PATIENCE_SECONDS_MAX = 300.0


async def until(
    condition: Callable[[], Awaitable[bool]], pause: float = 0.02, progress: Callable[[], Awaitable[int]] | None = None
) -> None:
    """Wait for a condition; ends with an error when it takes too long since ``progress`` was another, or at all."""
    reached, deadline = 0, monotonic() + PATIENCE_SECONDS_MAX
    while not await condition():
        if progress is not None and (now := await progress()) != reached:
            reached, deadline = now, monotonic() + PATIENCE_SECONDS_MAX
        if monotonic() > deadline:
            raise SystemExit(f"the benchmark made no progress for {PATIENCE_SECONDS_MAX:.0f} s")
        await asyncio.sleep(pause)


async def events_told(made: Rig) -> int:
    """Events that the router and the sla service have told, and those that sla has read."""
    return int(await made.value("SELECT sum(next_seq + input_seq) FROM lane"))


async def start_services(made: Rig, policy: Policy, agents: list[tuple[str, bytes]]) -> None:
    """The three services, the policy active, the agents signed on."""
    for name in SERVICES:
        await made.start(name, ["-m", f"services.{name}"])
    await publish(made.settings, [policy])
    await send(made.kafka.bootstrap, made.prefix, agents)
    await until(lambda: settled(made, 1 + len(agents)), progress=lambda: events_told(made))


async def settled(made: Rig, inputs: int) -> bool:
    """Whether so many inputs have gone through the router, and all their events through the sla service."""
    return bool(
        await made.value(
            "SELECT count(*) FROM lane r JOIN lane s ON s.service = 'sla' AND s.partition = r.partition"
            f" WHERE r.service = 'router' AND r.next_offset >= {inputs} AND s.input_seq = r.next_seq - 1"
        )
    )
