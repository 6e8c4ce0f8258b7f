"""The small programs of the documentation end in one line where nothing runs or a word is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


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
    name, *rest = words
    command = [sys.executable, str(EXAMPLES / name), *rest]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and said in done.stderr


def test_an_example_says_in_one_line_that_the_stack_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text('{"kafka": "127.0.0.1:9"}')
    command = [sys.executable, str(EXAMPLES / "listen.py"), "20"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert "the local stack does not answer" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
