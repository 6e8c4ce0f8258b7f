"""The command in the process of the test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import main

Ran = tuple[int, str, str]


@pytest.fixture
def usher(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command; returns (exit code, stdout, stderr)."""

    def command(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(list(map(str, arguments)))
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return command


@pytest.fixture
def no_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No stack of its own, and a database that nobody answers for."""
    monkeypatch.setenv("USHER_LOCAL_DIR", str(tmp_path / "no-stack"))
    monkeypatch.setenv("USHER_POSTGRES_DSN", "postgresql://usher@127.0.0.1:1/usher")
