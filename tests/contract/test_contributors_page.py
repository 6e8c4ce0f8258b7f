"""The contributors' page names only what exists, and leaves no room of the house out."""

import ast
import importlib
import re
from pathlib import Path

from cli.main import COMMANDS
from tests.support.documents import DOCS, ROOT, tables

PAGE = (DOCS / "contributors.md").read_text()
ROOMS, WAY = tables(PAGE)[:2]


def test_every_path_on_the_page_exists() -> None:
    paths = set(re.findall(r"`((?:services|shared|lab|cli|deploy|docs|tests)/[\w./-]*)`", PAGE))
    assert len(paths) > 40
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []


def test_every_file_that_a_room_names_is_in_it() -> None:
    missing = []
    for room, content in ((row[0], row[1]) for row in ROOMS):
        folders = [ROOT / folder for folder in re.findall(r"`([^`]+)/`", room)]
        names = re.findall(r"`([\w/]+\.py)`", content)
        missing += [f"{room}: {name}" for name in names if not any((folder / name).exists() for folder in folders)]
    assert missing == []


def test_every_folder_with_code_is_a_room() -> None:
    named = PAGE
    folders = {
        str(path.parent.relative_to(ROOT))
        for top in ("services", "shared", "lab", "cli", "deploy")
        for path in (ROOT / top).rglob("*.py")
        if "__pycache__" not in path.parts and path.name != "__init__.py"
    }
    rooms_within = {
        "services/ingest/batch",
        "services/ingest/broker",
        "services/ingest/reader",
        "services/ingest/security",
        "services/ingest/unpack",
    }  # named with their files
    assert sorted(folder for folder in folders - rooms_within if f"`{folder}/`" not in named) == []


def test_the_way_of_a_contact_goes_through_functions_that_exist() -> None:
    wrong = []
    for file, function, _ in WAY:
        path = ROOT / file.strip("`")
        if function.strip("`") not in _functions(path):
            wrong.append(f"{file} has no {function}")
    assert len(WAY) > 20
    assert wrong == []


def test_what_is_said_to_stand_in_a_file_stands_in_one_of_that_name() -> None:
    tops = ("services", "shared", "lab", "cli", "deploy", "tests")
    files = [path for top in tops for path in (ROOT / top).rglob("*.py")]
    words = " ".join(PAGE.split())
    said = re.findall(r"((?:`[\w.]+`(?:, | and ))*`[\w.]+`) (?:of|in) `([\w/]+\.py)`", words)
    wrong = []
    for names, file in said:
        texts = [path.read_text() for path in files if path.as_posix().endswith(f"/{file}")]
        for name in re.findall(r"(\w+)`", names):
            if not any(re.search(rf"^(?:class |(?:async )?def )?{name}\b", text, re.MULTILINE) for text in texts):
                wrong.append(f"{file} has no {name}")
    assert len(said) > 8
    assert wrong == []


def test_a_function_of_the_database_is_shown_where_it_was_written_last() -> None:
    named = re.findall(r"`(\w+)` in `(shared/migrations/\w+\.sql)`", PAGE)
    assert {function for function, _ in named} == {"router_commit", "lane_advance"}
    migrations = sorted((ROOT / "shared" / "migrations").glob("*.sql"))
    for function, file in named:
        # A function in plain SQL of the same name only passes on what the version before calls.
        texts = {path: path.read_text() for path in migrations}
        writes = [path for path in migrations if f"FUNCTION {function}(" in texts[path] and "plpgsql" in texts[path]]
        assert str(writes[-1].relative_to(ROOT)) == file


def test_every_command_is_a_module_that_can_be_configured() -> None:
    for name, (module, _) in COMMANDS.items():
        found = importlib.import_module(module)
        assert callable(found.configure), name
        assert callable(found.run), name


def _functions(path: Path) -> set[str]:
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = (item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef))
            names |= {f"{node.name}.{method.name}" for method in methods}
    return names
