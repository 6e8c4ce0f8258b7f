"""What everybody meets first: help, versions, slips of the pen, and an end without a traceback."""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import main as entry
from cli.completion import SHELLS, script
from cli.examples import EXAMPLES
from shared.process.version import VERSION
from tests.support.commands import COMMAND_SECONDS_MAX

ROOT = Path(entry.__file__).resolve().parents[1]


def called(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        entry.main(list(words))
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("--version", capsys=capsys) == (0, f"usher {VERSION}\n", "")


def test_help_is_a_word_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("help", capsys=capsys) == called("--help", capsys=capsys)
    assert called("help", "up", capsys=capsys)[1].startswith("usage: usher up")


def test_without_a_word_the_commands_are_listed_as_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    listed = called("--help", capsys=capsys)[1]
    assert called(capsys=capsys) == (2, "", listed)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["polcy"], "did you mean policy?"),
        (["policy", "aply", "x"], "did you mean apply?"),
        (["up", "--detatch"], "did you mean --detach?"),
        (["simulate", "x.json", "--lgo=out.csv"], "did you mean --log?"),
    ],
)
def test_a_slip_of_the_pen_is_one_line_with_what_was_meant(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = called(*words, capsys=capsys)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert meant in err


def test_every_command_has_examples_that_its_parser_takes() -> None:
    assert set(EXAMPLES) == set(entry.COMMANDS)
    for name, lines in EXAMPLES.items():
        parser, _ = entry.parser_of(name)
        for line in lines:
            program, command, *rest = shlex.split(line.partition(" > ")[0])
            assert (program, command) == ("usher", name)
            parser.parse_args(rest)
            assert line in parser.format_help()


def options_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every option and word, of its subcommands too."""
    for action in parser._actions:  # argparse tells them in no other way
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from options_of(below)


@pytest.mark.parametrize("name", sorted(entry.COMMANDS))
def test_no_option_leaves_it_to_python_what_a_wrong_value_is(name: str) -> None:
    """A bare float takes NaN and infinity, and what a bare type refuses it calls an invalid value, without the fix."""
    parser, _ = entry.parser_of(name)
    judged_later = {"--holdout", "--risk-agent", "--risk-moment", "--folds"}  # shares, by what else is given; choices
    bare = [each for each in options_of(parser) if isinstance(each.type, type) and not issubclass(each.type, Path)]
    assert {each.dest for each in bare if judged_later.isdisjoint(each.option_strings)} == set()


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "soon", ""])
@pytest.mark.parametrize(
    "words", [["policy", "apply", "a.yaml"], ["policy", "rollback", "acme"], ["migrate"]], ids=" ".join
)
def test_a_wait_that_no_clock_reaches_is_refused(
    words: list[str], value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = called(*words, f"--wait={value}", capsys=capsys)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"--wait: {value!r} is not a number of seconds, 0 or more" in err


@pytest.mark.parametrize("words", [["dlq", "purge"], ["policy", "check", "deploy/policies/sample.yaml"]], ids=" ".join)
def test_a_wrong_setting_of_a_service_is_named_and_its_value_is_not_repeated(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USHER_POSTGRES_DSN", "postgresql://me:sec/ret@db/usher")
    status, out, err = called(*words, capsys=capsys)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "USHER_POSTGRES_DSN: Input should be as postgresql://user:password@host:5432/database" in err
    assert "sec/ret" not in err


def test_ctrl_c_and_what_should_not_happen_end_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for error, status, said in ((KeyboardInterrupt(), 130, "Ctrl-C"), (RuntimeError("a\nb"), 1, "RuntimeError: a b")):

        def fails(_: object, error: BaseException = error) -> int:
            raise error

        _, module = entry.parser_of("down")
        monkeypatch.setattr(module, "run", fails)
        code, _, err = called("down", capsys=capsys)
        assert code == status and said in err and "Traceback" not in err


def elsewhere(*words: str, redirect: str, **environment: str) -> tuple[int, str]:
    """Status and standard error of a process of its own whose streams go where a shell sends them."""
    program = f'exec {shlex.quote(sys.executable)} -c "from cli.main import main; main()" "$@" {redirect}'
    done = subprocess.run(
        ["sh", "-c", program, "sh", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=COMMAND_SECONDS_MAX, env={**os.environ, **environment},
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told_in_one_line_whenever_it_shows(unbuffered: str) -> None:
    said = elsewhere("completion", "bash", redirect=">/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert said == (1, "usher completion: cannot write: No space left on device\n")


def test_whoever_calls_with_closed_streams_gets_the_status_alone() -> None:
    assert elsewhere("--version", redirect="<&- >&-") == (0, "")
    assert elsewhere("nonsense", redirect="<&- >&- 2>&-") == (2, "")


def test_whoever_has_read_enough_ends_nothing_in_an_error() -> None:
    status, said = elsewhere("completion", "bash", redirect="| head -c 1 >/dev/null")
    assert (status, said) == (0, "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_document_is_json_in_every_terminal(encoding: str) -> None:
    program = "from cli.main import make_streams; from cli.output import result; make_streams(); result({'ação': '😀'})"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=ROOT, env=environment, check=True)
    assert json.loads(shown.stdout) == {"ação": "😀"}


def test_a_letter_that_the_terminal_lacks_is_shown_by_its_number() -> None:
    program = "from cli.main import make_streams; from cli.output import write; make_streams(); write('ação')"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, rb"a\xe7\xe3o" + b"\n", b"")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_for_a_shell_knows_commands_actions_and_options(shell: str) -> None:
    text = script(shell)
    for word in ("validate-event", "rollback", "--detach"):
        assert word in text


def test_bash_completes_a_command(tmp_path: Path) -> None:
    (tmp_path / "usher").write_text(script("bash"))
    program = (
        f"source {tmp_path}/usher; COMP_WORDS=(usher pol); COMP_CWORD=1; _shtab_usher; printf '%s\\n' ${{COMPREPLY[@]}}"
    )
    done = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS_MAX
    )
    assert "policy" in done.stdout.split(), done.stderr


def test_nothing_heavy_is_read_for_a_word_of_help() -> None:
    program = "import sys, cli.main; sys.exit(any(name in sys.modules for name in ('numpy', 'aiokafka', 'asyncpg')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
