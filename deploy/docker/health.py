"""Health check of a container: exit 0 when the URL answers 200, with nothing but the standard library."""

import sys
import urllib.error
import urllib.request

ANSWER_SECONDS_MAX = 2.0  # below the check's own time-out, so that the reason is printed


def main(url: str) -> int:
    """0 for an answer of 200, else 1 and the reason."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS_MAX) as answer:
            return 0 if answer.status == 200 else 1
    except (urllib.error.URLError, OSError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
