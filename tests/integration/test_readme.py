"""The README's five minutes: its commands are run as they stand there, by a shell, on a stack of their own."""

import asyncio
import os
import sys
from pathlib import Path

from tests.support import servers
from tests.support.documents import ROOT, blocks

SECONDS_MAX = 200.0
KEPT = ("USHER_POSTGRES_BIN", "USHER_CACHE_DIR")


async def test_the_commands_of_the_readme_do_what_it_says() -> None:
    script = "".join(block.text for block in blocks(ROOT / "README.md") if block.language == "sh")
    folder = servers.temporary_folder()
    _furnish(folder)
    try:
        status, out, err = await _shell(script.replace("/tmp/", f"{folder}/"), folder)
        stopped = not (folder / ".local" / "stack.json").exists()
    finally:
        await _shell(".venv/bin/usher down", folder)
        servers.remove(folder)

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


def _furnish(folder: Path) -> None:
    """What the commands find where they are run: as in the repository, but with a state folder of their own."""
    for name in ("docs", "deploy"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name, words in (("usher", ' -c "from cli.main import main; main()"'), ("python", "")):
        command = folder / ".venv" / "bin" / name
        command.write_text(f'#!/bin/sh\nexec {sys.executable}{words} "$@"\n')
        command.chmod(0o755)
