"""Options of the local stack: every mistake is one line that names the option, before anything is started."""

import argparse
from pathlib import Path

import pytest

from cli import demo
from cli.main import Parser
from cli.output import UsageError
from cli.stack.running import add_stack_options, stack_options

POLICY = "workspace: {name}\nqueues: {{general: {{}}}}\ndefault_queue: general\n"


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    made = Parser(prog="usher up")
    add_stack_options(made)
    return made


def policy(folder: Path, name: str) -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(POLICY.format(name=name))
    return file


def test_first_policy_named_is_the_stacks_workspace(parser: argparse.ArgumentParser, tmp_path: Path) -> None:
    words = ["--policy", str(policy(tmp_path, "zeta")), "--policy", str(policy(tmp_path, "alpha"))]

    options = stack_options(parser.parse_args(words))

    assert options.workspaces == ["zeta", "alpha"]


def test_folder_of_policies_serves_all_its_workspaces(parser: argparse.ArgumentParser, tmp_path: Path) -> None:
    policy(tmp_path, "alpha"), policy(tmp_path, "beta")

    assert stack_options(parser.parse_args(["--policy", str(tmp_path)])).workspaces == ["alpha", "beta"]


def test_replicas_are_given_per_service(parser: argparse.ArgumentParser, tmp_path: Path) -> None:
    words = ["--replicas", "router=3", "--replicas", "sla=2", "--policy", str(policy(tmp_path, "acme"))]

    assert stack_options(parser.parse_args(words)).replicas == {"router": 3, "sla": 2}


@pytest.mark.parametrize("value", ["router", "router=0", "router=x", "door=2", "router=17", "router=-1"])
def test_odd_replicas_are_refused(
    parser: argparse.ArgumentParser, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(["--replicas", value])
    (line,) = capsys.readouterr().err.splitlines()
    assert "--replicas" in line and "SERVICE=N" in line


@pytest.mark.parametrize("value", ["0", "513", "four", "-1"])
def test_odd_partition_counts_are_refused(
    parser: argparse.ArgumentParser, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(["--partitions", value])
    assert "--partitions" in capsys.readouterr().err


def test_policy_that_is_wrong_is_named_before_anything_starts(parser: argparse.ArgumentParser, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("workspace: acme\nqueues: 7\n")

    with pytest.raises(UsageError, match="broken.yaml") as refused:
        stack_options(parser.parse_args(["--policy", str(file)]))
    assert "\n" not in str(refused.value)


def test_sources_that_are_wrong_are_named_before_anything_starts(
    parser: argparse.ArgumentParser, tmp_path: Path
) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("sources: {shop: {adapter: carrier-pigeon}}")
    words = ["--policy", str(policy(tmp_path, "acme")), "--sources", str(file)]

    with pytest.raises(UsageError, match="sources.shop.adapter"):
        stack_options(parser.parse_args(words))


def test_variable_that_is_wrong_is_named_before_anything_starts(
    parser: argparse.ArgumentParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USHER_PARTITIONS", "many")

    with pytest.raises(UsageError, match="USHER_PARTITIONS"):
        stack_options(parser.parse_args(["--policy", str(policy(tmp_path, "acme"))]))


def test_what_no_option_says_the_environment_does(
    parser: argparse.ArgumentParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--policy", str(policy(tmp_path, "acme"))]
    file, other = tmp_path / "sources.yaml", tmp_path / "other.yaml"
    file.write_text("sources: {shop: {adapter: canonical}}")
    other.write_text("sources: {shop: {adapter: carrier-pigeon}}")
    monkeypatch.setenv("USHER_PARTITIONS", "8")
    monkeypatch.setenv("USHER_SOURCES_FILE", str(file))

    options = stack_options(parser.parse_args(words))
    said = stack_options(parser.parse_args([*words, "--partitions", "2"]))

    assert (options.partitions, options.sources, said.partitions) == (8, file, 2)
    monkeypatch.setenv("USHER_SOURCES_FILE", str(other))
    with pytest.raises(UsageError, match="USHER_SOURCES_FILE: .*sources.shop.adapter"):
        stack_options(parser.parse_args(words))
    monkeypatch.delenv("USHER_PARTITIONS")
    assert stack_options(parser.parse_args([*words, "--sources", str(file)])).partitions is None


@pytest.mark.parametrize(("option", "value"), [("seconds", "0"), ("seconds", "nan"), ("rate", "0"), ("rate", "nan")])
def test_odd_numbers_of_a_demo_are_refused_before_anything_starts(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    demo.configure(parser)

    with pytest.raises(SystemExit) as ended:
        parser.parse_args([f"--{option}", value])
    assert ended.value.code == 2
    assert f"argument --{option}: '{value}' is not " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["USER", "PASSWORD", "PASSWORD_FILE", "DSN_FILE"])
def test_a_login_to_another_server_is_not_tried_on_the_stacks_own(
    name: str, parser: argparse.ArgumentParser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("USHER_POSTGRES_DSN", raising=False)
    secret = tmp_path / "secret"
    secret.write_text("postgresql://db/usher\n")
    monkeypatch.setenv(f"USHER_POSTGRES_{name}", str(secret))
    words = parser.parse_args(["--policy", str(policy(tmp_path, "acme"))])
    with pytest.raises(UsageError, match=f"USHER_POSTGRES_{name} is set and USHER_POSTGRES_DSN is not"):
        stack_options(words)
    if name != "DSN_FILE":  # both at once are refused as everywhere
        monkeypatch.setenv("USHER_POSTGRES_DSN", "postgresql://db/usher")
        assert stack_options(words).postgres == "postgresql://db/usher"
