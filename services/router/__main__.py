"""``python -m services.router``: one router process, configured by environment."""

import sys

from services.router.app import build
from shared.process.service import run


def main() -> int:
    """Run until SIGTERM; the exit code of the process."""
    return run(build)


if __name__ == "__main__":
    sys.exit(main())
