"""docs/asyncapi.yaml by AsyncAPI's own parser, which `make test` installs where npm is."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.documents import DOCS

ROOM = Path(__file__).parent / "asyncapi"
SECONDS_MAX = 120  # a bound for a hang: the parser takes some four seconds

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (ROOM / "node_modules").exists(),
    reason=f"no node, or no packages: `npm ci` in tests/contract/{ROOM.name} installs AsyncAPI's parser",
)


def test_the_parser_of_asyncapi_finds_nothing_wrong_and_it_does_look(tmp_path: Path) -> None:
    assert check(DOCS / "asyncapi.yaml") == (0, "")

    broken = tmp_path / "broken.yaml"
    broken.write_text((DOCS / "asyncapi.yaml").read_text().replace("action: send", "action: shout", 1))
    status, words = check(broken)
    assert status == 1
    assert "action" in words


def check(path: Path) -> tuple[int, str]:
    """Exit status and words of the parser."""
    command = ["node", "check.mjs", str(path)]
    done = subprocess.run(command, cwd=ROOM, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    return done.returncode, done.stdout + done.stderr
