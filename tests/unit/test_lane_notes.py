"""What a lane's owner says of itself beside its offsets: how fresh that is on a quiet partition."""

import asyncio

from shared.contract.progress import told_ms_of
from shared.lane.arrivals import POLL_MS_MAX
from shared.lane.worker import NOTE_EVERY_SECONDS
from tests.support.lane_world import World
from tests.support.virtual_time import VirtualClock, run

LOOKS = 40
APART_SECONDS = 0.037  # so that looks fall everywhere between two notes


def test_on_a_quiet_partition_what_is_told_is_as_fresh_as_the_last_note() -> None:
    async def main(clock: VirtualClock) -> None:
        world = World(1, clock)
        world.start()
        world.send(0, {"key": "a"})
        await asyncio.sleep(5.0)
        behind = []
        for _ in range(LOOKS):
            await asyncio.sleep(APART_SECONDS)
            for offset, note in world.group.noted.values():
                told_ms = told_ms_of(note)
                assert told_ms is not None
                behind.append((clock.now_ms() - told_ms) / 1000)
                assert offset <= 1
        assert min(behind) >= 0
        assert max(behind) < NOTE_EVERY_SECONDS + POLL_MS_MAX / 1000 / 10
        await world.close()

    run(main)
