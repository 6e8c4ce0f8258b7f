"""What a stack with Prometheus needs of the machine."""

import pytest

from deploy.local.errors import SetupError
from deploy.local.observability import find_programs


def test_without_prometheus_the_stack_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="prometheus and alertmanager not found; .*apt install prometheus prom"):
        find_programs()
    for name in ("prometheus", "alertmanager"):  # as release archives and Homebrew name them
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    assert find_programs() == {name: str(tmp_path / name) for name in ("prometheus", "alertmanager")}
