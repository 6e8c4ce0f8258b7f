"""The version of this release, as usher_build_info and the package state it; ``python -m shared.process.version``."""

import sys

VERSION = "0.1.0"

if __name__ == "__main__":
    sys.stdout.write(f"{VERSION}\n")
