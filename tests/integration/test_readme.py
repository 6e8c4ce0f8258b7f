"""The README from top to bottom, as a stranger follows it: the show of `make run` first, then the five minutes, whose
commands are run as they stand there, by a shell; both on the same machine and in the same folder."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.support import servers
from tests.support.documents import ROOT, blocks
from tests.support.system import crowd

SECONDS_MAX = 200.0
SHORTLY = "--seconds 3 --json"
WAITS = re.compile(r"(desk\.py bo|listen\.py) (\d+)")  # for so many seconds, on a machine with nothing else to do
KEPT = ("USHER_POSTGRES_BIN", "USHER_CACHE_DIR")


@pytest.mark.timeout(600)  # more than half of the usual 300 s where the machine is slow and busy
async def test_after_the_show_the_commands_of_the_readme_do_what_it_says() -> None:
    script = "".join(block.text for block in blocks(ROOT / "README.md") if block.language == "sh")
    folder = servers.temporary_folder()
    _furnish(folder)
    try:
        shown = await _shell(f".venv/bin/usher demo {SHORTLY}", folder)
        left = sorted(path.name for path in (folder / ".local").glob("demo*"))
        script = WAITS.sub(_longer, script)
        status, out, err = await _shell(script.replace("/tmp/", f"{folder}/"), folder)
        stopped = not (folder / ".local" / "stack.json").exists()
    finally:
        await _shell(".venv/bin/usher down", folder)
        servers.remove(folder)

    assert shown[0] == 0, shown[2]
    assert json.loads(shown[1])["contacts"] > 0
    assert left == [], "the show leaves nothing"
    assert status == 0, err
    assert '{"event_id":"' in out
    assert "1 valid, 0 invalid" in out
    assert "offered: 'My card was stolen yesterday' from ana@example.com" in out
    assert out.index("assigned after ") < out.index("\nclosed\n")
    assert out.count("usher.contact.received.v1 ") == 2
    assert "offered to bo" in out
    assert out.count("usher.contact.closed.v1 ") >= 1
    assert "stolen_card" in out, "the explanation says what the customer wants"
    assert stopped
    received = [line.split() for line in out.splitlines() if line.startswith("usher.contact.")]
    cards = next(words[1] for words in received if words[0] == "usher.contact.received.v1")
    assert [kind for kind, contact, *_ in received if contact == cards] == _kinds_of_the_example()


def test_what_the_readme_calls_the_show_is_what_make_run_runs() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "usher demo $(ARGS)" in makefile.partition("\nrun:")[2].partition("\n\n")[0]
    assert 'make run ARGS="--seconds 60 --json"' in (ROOT / "README.md").read_text()


def _kinds_of_the_example() -> list[str]:
    """What the README says that the log tells of its first contact."""
    (example,) = (block.text for block in blocks(ROOT / "README.md") if block.text.startswith("offered: "))
    return [line.split()[0] for line in example.splitlines() if line.startswith("usher.contact.")]


async def _shell(script: str, folder: Path) -> tuple[int | None, str, str]:
    """Exit status and what was written; nobody's own USHER_ variables play a part, but where the binaries are."""
    inherited = {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith("USHER_")}
    process = await asyncio.create_subprocess_exec(
        "sh", "-eu", "-c", script, cwd=folder,
        env={**inherited, "USHER_LOCAL_DIR": str(folder / ".local"), "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), SECONDS_MAX)
    return process.returncode, out.decode(), err.decode()


def _longer(waits: re.Match[str]) -> str:
    return f"{waits[1]} {int(waits[2]) * crowd():.0f}"


def _furnish(folder: Path) -> None:
    """What the commands find where they are run: as in the repository, but with a state folder of their own."""
    for name in ("docs", "deploy"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name, words in (("usher", ' -c "from cli.main import main; main()"'), ("python", "")):
        command = folder / ".venv" / "bin" / name
        command.write_text(f'#!/bin/sh\nexec {sys.executable}{words} "$@"\n')
        command.chmod(0o755)
