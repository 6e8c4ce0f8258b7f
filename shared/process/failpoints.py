"""Named places where the tests make a process die, stop or wait; without configuration they cost one dict look-up."""

import asyncio
import os
import re
import signal
from collections.abc import Collection
from dataclasses import dataclass

from shared.errors import Fatal

_ACTION = re.compile(r"(kill|stop|sleep:\d+(\.\d+)?)(@\d+)?")
KILL_EXIT_HINT = "a failpoint killed this process"


@dataclass(slots=True)
class _Trap:
    action: str
    passes_left: int


class Failpoints:
    """Traps by name, from a text such as ``lane.committed=kill@3,publisher.sent=stop``.

    ``kill`` is SIGKILL to itself, ``stop`` SIGSTOP to itself, ``sleep:0.5`` waits. ``@3`` acts on the third pass; every
    trap acts once. A name that is none of ``places``, or an unknown action, is Fatal: no test passes by a misspelling.
    """

    def __init__(self, text: str, places: Collection[str]) -> None:
        self._traps: dict[str, _Trap] = {}
        for item in filter(None, text.split(",")):
            name, _, action = item.strip().partition("=")
            if not _ACTION.fullmatch(action):
                raise Fatal(
                    f"USHER_FAILPOINTS: {item!r}: the action must be kill, stop or sleep:SECONDS, then perhaps @3"
                )
            if name not in places:
                raise Fatal(f"USHER_FAILPOINTS: {item!r}: no place is named {name!r}; there are {', '.join(places)}")
            action, _, count = action.partition("@")
            self._traps[name] = _Trap(action, int(count or "1"))

    async def reach(self, name: str) -> None:
        """Pass the place ``name``; act when its trap is due."""
        if not self._traps:
            return
        trap = self._traps.get(name)
        if trap is None:
            return
        trap.passes_left -= 1
        if trap.passes_left == 0:
            await _act(trap.action)


async def _act(action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        await asyncio.sleep(float(action.removeprefix("sleep:")))
