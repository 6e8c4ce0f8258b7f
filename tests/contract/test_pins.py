"""Images of others stand here by their digests, which one command takes anew from the registries."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from deploy.docker.pin import ASKING, DIGEST, FILES, OURS, REFERENCE, main
from tests.support.requirements import ROOT

REGISTRY = """#!/bin/sh
# A tool that asks a registry, as it is called by us: it knows each tag's digest, and none of {broken}.
for reference; do :; done
case "$reference" in *{broken}*) echo "manifest unknown" >&2; exit 1;; esac
printf 'sha256:%s\\n' "$(printf '%s {day}' "$reference" | sha256sum | cut -c -64)"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files as they are here, by tag alone."""
    for file in FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(re.sub(r"@sha256:[0-9a-f]{64}", "", (ROOT / file).read_text()))
    return tmp_path


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts skopeo on an otherwise empty path: it answers as a registry does on some day."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sha256sum", "cut"):
        (folder / tool).symlink_to(f"/usr/bin/{tool}")
    monkeypatch.setenv("PATH", str(folder))

    def answers(day: int = 1, broken: str = "nothing") -> None:
        (folder / "skopeo").write_text(REGISTRY.format(day=day, broken=broken))
        (folder / "skopeo").chmod(0o755)

    return answers


def texts(root: Path) -> dict[str, str]:
    return {file: (root / file).read_text() for file in FILES}


def references(root: Path) -> list[tuple[str, str | None]]:
    found = [found for text in texts(root).values() for found in REFERENCE.finditer(text)]
    return [(each["tag"], each["digest"]) for each in found if not each["tag"].startswith(OURS)]


def test_every_image_of_others_gets_the_digest_of_its_tag_and_nothing_else_changes(
    checkout: Path, registry: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(checkout)
    assert main(["--check"], checkout) == 1
    named = capsys.readouterr().out.splitlines()
    assert len(named) == len(references(checkout)) >= 8
    assert named[0].startswith("deploy/docker/Dockerfile: python:3.11") and "make pin-images" in named[0]

    registry()
    assert main([], checkout) == 0
    assert main(["--check"], checkout) == 0
    pinned = references(checkout)
    assert all(digest and DIGEST.fullmatch(digest[1:]) for _, digest in pinned)
    assert len({digest for _, digest in pinned}) == len({tag for tag, _ in pinned}), "each its own"
    assert {file: re.sub(r"@sha256:\w+", "", text) for file, text in texts(checkout).items()} == before
    services = yaml.safe_load((checkout / "docker-compose.yml").read_text())["services"]
    assert services["kafka"]["image"].startswith("apache/kafka:") and services["sla"]["image"] == "usher-sla"

    registry(day=2)
    assert main([], checkout) == 0
    assert all(now != then for (_, now), (_, then) in zip(references(checkout), pinned, strict=True)), "taken anew"


def test_a_registry_that_knows_one_of_them_not_leaves_all_as_they_were(
    checkout: Path, registry: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(checkout)
    registry(broken="grafana/grafana")
    assert main([], checkout) == 1
    said = capsys.readouterr().err
    assert re.fullmatch(r"nothing is changed: grafana/grafana:\S+: manifest unknown\n", said)
    assert texts(checkout) == before


def test_without_a_tool_or_with_another_option_nothing_happens(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--chek"], checkout) == 2
    monkeypatch.setenv("PATH", str(checkout))
    assert main([], checkout) == 2
    assert "crane or skopeo" in capsys.readouterr().err
    assert all(words[-1].format("a:1").endswith("a:1") for words in ASKING.values())


def test_no_file_names_an_image_that_is_not_pinned_there() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "deploy", "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    naming = {
        file
        for file in tracked
        if Path(file).suffix in {".yaml", ".yml", ""} and (ROOT / file).is_file()
        for found in REFERENCE.finditer((ROOT / file).read_text())
        if ":" in found["tag"]
    }
    assert naming == set(FILES)
    compose = (ROOT / "docker-compose.yml").read_text()
    seen = {f"{found['tag']}{found['digest'] or ''}" for found in REFERENCE.finditer(compose)}
    images = {service["image"] for service in yaml.safe_load(compose)["services"].values()}
    assert images <= seen, "in quotes or before a comment an image is not seen"
    stages = re.findall(r"^FROM (\S+)", (ROOT / "deploy/docker/Dockerfile").read_text(), re.MULTILINE)
    assert set(stages) == {"${BUILDER}", "${PYTHON}", "base", "service"}, "no base but the argument's"


def test_every_image_of_others_stands_here_by_tag_and_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out
