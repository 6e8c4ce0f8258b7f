"""``python -m services.sla``: one sla process, configured by environment."""

import sys

from services.sla.app import build
from shared.service import run

if __name__ == "__main__":
    sys.exit(run(build))
