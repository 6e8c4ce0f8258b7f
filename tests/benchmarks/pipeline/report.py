"""What a benchmark of the whole stack says: progress while it runs, and at its end a table and the same as JSON."""

import json
import sys
from pathlib import Path
from typing import Any


def say(line: str) -> None:
    """Progress, on stderr."""
    sys.stderr.write(line + "\n")


def tell(table: str, found: dict[str, Any], file: Path | None) -> None:
    """The table on stdout; the figures as JSON in the file, or behind the table where none is named."""
    sys.stdout.write(table)
    document = json.dumps(found, indent=2) + "\n"
    if file:
        file.write_text(document)
    else:
        sys.stdout.write(document)
