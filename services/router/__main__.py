"""``python -m services.router``: one router process, configured by environment."""

import sys

from services.router.app import build
from shared.service import run

if __name__ == "__main__":
    sys.exit(run(build))
