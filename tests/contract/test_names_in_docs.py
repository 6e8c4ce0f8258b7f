"""What the documents name is there: commands and their options, files, settings, metrics, events, targets of make."""

import argparse
import json
import re
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cli.main import COMMANDS, parser_of
from services.ingest.settings import IngestSettings
from services.router.settings import RouterSettings
from services.sla.settings import SlaSettings
from shared.contract.topics import CHANNELS, all_topics
from shared.process.variables import unknown_variables
from tests.contract.events.payloads import FILE, read
from tests.support.documents import ROOT
from tests.support.registries import exported

MACHINES = ("deploy/starter/articles/", "deploy/helm/usher/rules/", "requirements/", "docs/reference/", "docs/schemas/")
"""Made by programs, or written for customers."""
SUFFIXES = {".md", ".yml", ".yaml", ".env", ".service", ".target", ".conf", ".txt", ".sh", ".py", ""}
TOPS = "services|shared|lab|cli|deploy|docs|tests|requirements"
SETTINGS = (IngestSettings, RouterSettings, SlaSettings)
IN_TESTS = re.compile(r"USHER_(?:FUZZ|LANE)_\w+")  # read by tests alone, and told of on the pages for contributors
SERIES = re.compile(r"_(?:bucket|sum|count)$")


@cache
def tracked() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).is_file()]


@cache
def pages() -> dict[str, str]:
    """Every page that people wrote. The changes of a released version tell of its own names."""
    names = [name for name in tracked() if name.endswith(".md") and not name.startswith(MACHINES)]
    texts = {name: (ROOT / name).read_text() for name in names}
    texts["CHANGELOG.md"] = texts["CHANGELOG.md"].partition("\n## 0.1.0")[0]
    return texts


@cache
def said_elsewhere() -> dict[str, str]:
    """Comments and files beside the pages: of containers, units, charts, rules, and of make."""
    tops = ("deploy/", "docker-compose.yml", "Makefile", ".ci/")
    names = [name for name in tracked() if name.startswith(tops) and not name.startswith(MACHINES)]
    return {name: (ROOT / name).read_text() for name in names if Path(name).suffix in SUFFIXES - {".md"}}


def told(pattern: str, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(file:line, what was found) for each place."""
    for name, text in texts.items():
        for found in re.finditer(pattern, text, re.MULTILINE):
            yield f"{name}:{text.count(chr(10), 0, found.start()) + 1}", found[1]


def strange(found: Iterable[tuple[str, str]], known: Iterable[str]) -> list[str]:
    names = set(known)
    return [f"{where} {name}" for where, name in found if name not in names]


# ---- commands ----


def wrong_with(command: str) -> str:
    """What is wrong with the words behind ``usher``, however many of them are left out; "" for nothing."""
    words = [word.strip("[],.;") for word in command.split()]
    name, rest = words[0], words[1:]
    if name.startswith("-"):
        return ""
    if name not in COMMANDS:
        return f"no command {name}"
    parser: argparse.ArgumentParser = parser_of(name)[0]
    for action in parser._subparsers._group_actions if parser._subparsers else ():
        chosen = next((word for word in rest if not word.startswith("-")), None)
        if chosen is not None and isinstance(action.choices, dict):
            if chosen not in action.choices:
                return "" if chosen in ("/", "|") else f"usher {name} has no {chosen}"
            parser = action.choices[chosen]
    options = {option for action in parser._actions for option in action.option_strings}
    wrong = [word.partition("=")[0] for word in rest if re.match(r"--[a-z]", word)]
    return ", ".join(f"usher {name} has no {option}" for option in wrong if option not in options)


def commands(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each command in backticks, and each at the beginning of a line of a block or behind a pipe, ``&&`` or ``||``."""
    quoted = r"`(?:\.venv/bin/)?usher ([a-z-][^`]*)`"
    lines = r"(?:^|\| |&& |\|\| |\$\()(?:\.venv/bin/)?usher ([a-z-]+(?: [^|;&#)\n]+)?)"
    blocks = {name: _only_blocks(text) for name, text in texts.items()}
    yield from told(quoted, texts)
    yield from told(lines, blocks)


def _only_blocks(text: str) -> str:
    """The page with every line outside of a block blank, and lines that go on joined."""
    inside, kept = False, []
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
            kept.append("")
        else:
            kept.append(line if inside else "")
    return "\n".join(kept).replace("\\\n", " \x0b ").replace("\x0b", "")


def test_every_command_that_a_page_names_is_there_with_its_options() -> None:
    found = list(commands(pages()))
    assert len(found) > 200
    assert [f"{where} {wrong}" for where, each in found if (wrong := wrong_with(each))] == []


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("status --json", ""),
        ("policy shadow FILE [--seconds N]", ""),
        ("polcy apply FILE", "no command polcy"),
        ("policy aply FILE", "usher policy has no aply"),
        ("dlq list --reasn invalid", "usher dlq has no --reasn"),
    ],
)
def test_a_command_that_is_not_there_is_named(command: str, wrong: str) -> None:
    assert wrong_with(command) == wrong


def test_every_command_of_a_block_that_names_no_placeholder_is_whole() -> None:
    """Nothing that it needs is left out, and its values can be read."""
    wrong = []
    for where, command in commands({name: _only_blocks(text) for name, text in pages().items()}):
        words = shlex.split(command.partition(" <")[0].partition(" >")[0].partition("  ")[0])
        if re.search(r"\b[A-Z]{2,}\b|[\[|]|\.\.\.", command) or words[0] not in COMMANDS:
            continue
        try:
            parser_of(words[0])[0].parse_args(words[1:])
        except SystemExit as ended:
            wrong += [f"{where} usher {command}"] if ended.code else []
    assert wrong == []


# ---- files, modules, tests, targets ----


def test_every_path_that_is_told_leads_to_a_file_or_a_folder() -> None:
    files = set(tracked())
    folders = {str(parent) for name in files for parent in Path(name).parents}
    paths = rf"(?<![\w/.:{{-])((?:{TOPS})/[\w./@-]*\w)(?![\w*<-])"
    code = {name: (ROOT / name).read_text() for name in files if name.endswith(".py")}
    assert strange(told(paths, pages() | said_elsewhere() | code), files | folders) == []


def test_every_module_that_is_started_and_every_test_or_benchmark_that_is_named_is_there() -> None:
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in tracked()}
    names = {Path(name).stem for name in tracked()}
    tests = {
        function
        for name in tracked()
        if name.startswith("tests/") and name.endswith(".py")
        for function in re.findall(r"def (test_\w+)", (ROOT / name).read_text())
    }
    texts = pages() | said_elsewhere()
    started = r"python3? -m ((?:services|shared|lab|cli|deploy|tests)\.[\w.]*\w)(?![<{$])"
    assert strange(told(started, pages()), modules) == []
    assert strange(told(r"\b((?:test|bench)_\w+)\b(?![*(])", texts), names | tests) == []


def test_every_option_of_a_benchmark_that_a_page_names_is_there() -> None:
    wrong = []
    for where, words in told(r"(bench_\w+ (?:--[\w.,-]+ ?[\w.,]* ?)+)", pages()):
        name, *rest = words.split()
        text = (ROOT / "tests" / "benchmarks" / f"{name}.py").read_text()
        wrong += [f"{where} {name} {word}" for word in rest if word.startswith("--") and f'"{word}"' not in text]
    assert wrong == []


def test_every_target_of_make_that_is_told_is_there() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    quoted, begun = r"`make ([a-z-]+)", r"^make ([a-z-]+)"
    found = [*told(quoted, pages() | said_elsewhere()), *told(begun, {k: _only_blocks(v) for k, v in pages().items()})]
    assert len(found) > 30
    assert strange(found, targets) == []


# ---- what the services read and tell ----


def test_every_variable_that_is_told_is_read_by_somebody() -> None:
    found = list(told(r"\b(USHER_[A-Z][A-Z_]*[A-Z])\b(?![_*])", pages() | said_elsewhere()))
    names = {name for _, name in found if not IN_TESTS.fullmatch(name)}
    unknown = {line.split()[0] for line in unknown_variables(dict.fromkeys(names, ""), SETTINGS)}
    assert [f"{where} {name}" for where, name in found if name in unknown] == []


async def test_every_metric_that_is_told_is_shown_or_recorded() -> None:
    shown = set(await exported())
    found = list(told(r"(?<![\w:/@$-])(usher_[a-z]+(?:_[a-z]+)+)\b(?![*{<]\w)", pages()))
    assert len({name for _, name in found} & shown) > 60
    assert strange(((where, SERIES.sub("", name)) for where, name in found), shown) == []
    recorded = re.findall(r'record: "?([\w:]+)', (ROOT / "deploy" / "prometheus" / "recording.yml").read_text())
    assert strange(told(r"\b(usher:[a-z_]+:[a-z0-9_]+)\b", pages()), recorded) == []


def test_every_event_and_topic_that_is_told_is_there() -> None:
    known = {kind for _, kind in read(FILE.read_bytes())} | {spec.name for spec in all_topics(("x",))}
    found = told(r"\b(usher\.(?!channel\.(?!message\b))[a-z_]+(?:[.-][a-z_]+)*\.v\d)\b", pages())
    assert strange(found, known) == []


def snippets(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Pieces of a policy in backticks: a field, and in brackets what it holds."""
    for where, piece in told(r"`([a-z_]+: ?[\[{][^`\n]*)`", texts):
        if piece.partition(":")[0] in policy_fields():
            yield where, piece


@cache
def policy_fields() -> frozenset[str]:
    """Every name that a policy may say anywhere, but for those that its author chooses."""
    schema = (ROOT / "deploy" / "policies" / "policy.schema.json").read_text()
    found: set[str] = set()

    def look(node: object) -> None:
        if isinstance(node, dict):
            found.update(node.get("properties", {}))
            for each in node.values():
                look(each)
        elif isinstance(node, list):
            for each in node:
                look(each)

    look(json.loads(schema))
    return frozenset(found)


def wrong_fields(piece: str) -> set[str]:
    """Fields in a piece of a policy that no policy has; a channel and a queue may stand for a field."""
    names = set(re.findall(r"(?:^|[{,] ?)([a-z_]{2,}):", piece))
    return names - policy_fields() - set(CHANNELS)


def test_every_piece_of_a_policy_that_is_told_has_fields_of_a_policy() -> None:
    found = list(snippets(pages()))
    assert len(found) > 6
    assert [f"{where} {piece}" for where, piece in found if wrong_fields(piece)] == []
    assert wrong_fields("overflow: [{when: {nobody: true}, ...}]") == {"nobody"}
