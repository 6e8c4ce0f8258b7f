"""What the examples share: where the local stack is, and one line instead of a traceback."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError

logging.disable()  # the client tells every retry; what stays wrong is told below


def arguments(usage: str, count: int) -> list[str]:
    """The words of the command line; ends with ``usage`` where fewer than ``count`` were given."""
    if len(sys.argv) <= count:
        sys.exit(f"usage: python {usage}")
    return sys.argv[1:]


def stack() -> dict[str, Any]:
    """What `usher up` wrote; ends with one line where nothing runs."""
    try:
        folder = Path(os.environ.get("USHER_LOCAL_DIR") or ".local")
        return dict(json.loads((folder / "stack.json").read_text()))
    except (OSError, ValueError):
        sys.exit("no local stack runs here: `.venv/bin/usher up --detach`, from the folder of the repository")


def run(work: Coroutine[Any, Any, None], seconds: float | None = None) -> None:
    """Until it is done, so many seconds have passed, or Ctrl-C; one line where the stack does not answer."""
    try:
        asyncio.run(asyncio.wait_for(work, seconds))
    except (TimeoutError, KeyboardInterrupt):
        pass
    except (KafkaError, OSError) as error:
        sys.exit(f"the local stack does not answer ({error}): is it up? `.venv/bin/usher status` tells")
