"""The small programs of the documentation end in one line where nothing runs or a word is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def example(name: str, *words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One of them, started in this folder as by somebody who has set nothing else."""
    clean = {key: value for key, value in os.environ.items() if key != "USHER_LOCAL_DIR"}
    command = [sys.executable, str(EXAMPLES / name), *words]
    return subprocess.run(
        command, cwd=folder, env={**clean, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["send.py"], "usage: python docs/examples/send.py TOPIC"),
        (["desk.py"], "usage: python docs/examples/desk.py AGENT"),
        (["send.py", "usher.channel.chat.v1"], "no local stack runs here"),
        (["desk.py", "bo", "1"], "no local stack runs here"),
        (["listen.py", "1"], "no local stack runs here"),
    ],
)
def test_an_example_says_in_one_line_what_is_missing(words: list[str], said: str, tmp_path: Path) -> None:
    done = example(*words, folder=tmp_path)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and said in done.stderr


@pytest.mark.parametrize("named", ["", "elsewhere"])
def test_an_example_says_in_one_line_that_the_stack_does_not_answer(named: str, tmp_path: Path) -> None:
    """The stack is that of ``.local``, or of USHER_LOCAL_DIR as for every command."""
    folder = tmp_path / (named or ".local")
    folder.mkdir()
    (folder / "stack.json").write_text('{"kafka": "127.0.0.1:9"}')
    done = example("listen.py", "20", folder=tmp_path, USHER_LOCAL_DIR=str(folder) if named else "")

    assert done.returncode == 1
    assert "the local stack does not answer" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
