"""Rules of the house that no linter knows."""

import ast
import io
import re
import subprocess
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = ("services", "shared", "lab", "cli", "deploy")
TOP_LEVEL = {
    ".ci", ".dockerignore", ".editorconfig", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md",
    "CONTRIBUTING.md", "LICENSE", "SECURITY.md", "Makefile", "README.md", "cli", "deploy", "docker-compose.yml",
    "docs", "lab",
    "pyproject.toml", "requirements", "services", "shared", "tests",
}  # fmt: skip
FILE_LINES_MAX = 250
FUNCTION_LINES_MAX = 40  # of code: what is said above it in words does not count
NOT_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
TECHNOLOGIES = {
    "asyncpg": {"postgres.py", "app.py"},
    "aiokafka": {"kafka.py", "app.py"},
    "faststream": {"kafka.py", "app.py"},
}
# Spelled in parts, so that this file does not hold what it looks for.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("registry.npmjs", "org"), ("repo1.maven", "org"),
        ("repo.maven.apache", "org"), ("crates", "io"), ("proxy.golang", "org"), ("deb.debian", "org"),
    )
]  # fmt: skip
DEFINITIONS = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
INPUT_OUTPUT = {
    "asyncio", "socket", "os", "pathlib", "subprocess", "threading", "asyncpg", "aiokafka", "faststream", "starlette",
    "uvicorn",
}  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")


def tracked() -> list[Path]:
    """Every file that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in CODE]


def test_the_top_level_holds_only_the_rooms_of_the_house() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {name: lines for name, lines in long.items() if lines > FILE_LINES_MAX} == {}


def test_every_module_and_public_definition_says_what_it_is() -> None:
    silent = []
    for path in modules():
        tree = ast.parse(path.read_text())
        if ast.get_docstring(tree) is None:
            silent.append(str(path.relative_to(ROOT)))
        for node in tree.body:
            if isinstance(node, DEFINITIONS) and not node.name.startswith("_") and ast.get_docstring(node) is None:
                silent.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert silent == []


def lines_of_code(text: str, tree: ast.Module) -> set[int]:
    """The numbers of the lines that hold code: no comment, no docstring, not empty."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    lines = {line for each in tokens if each.type not in NOT_CODE for line in range(each.start[0], each.end[0] + 1)}
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS) and ast.get_docstring(node) is not None:
            words = node.body[0]
            lines -= set(range(words.lineno, (words.end_lineno or words.lineno) + 1))
    return lines


def long_functions(text: str) -> list[str]:
    """Those with more lines of code than a reader can hold."""
    tree = ast.parse(text)
    code = lines_of_code(text, tree)
    sizes = {
        node.name: len(code & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return [f"{name} has {lines} lines of code" for name, lines in sizes.items() if lines > FUNCTION_LINES_MAX]


def test_functions_stay_short() -> None:
    long = {str(path.relative_to(ROOT)): long_functions(path.read_text()) for path in modules()}
    assert {name: functions for name, functions in long.items() if functions} == {}


def test_a_function_is_long_by_its_code_and_not_by_its_words() -> None:
    words = '    """Says much.\n' + "    words\n" * 100 + '    """\n' + "    # more\n\n" * 100
    assert long_functions("def short() -> None:\n" + words + "    x = 1\n" * (FUNCTION_LINES_MAX - 1)) == []
    assert long_functions("def long() -> None:\n" + words + "    x = 1\n" * FUNCTION_LINES_MAX) == [
        f"long has {FUNCTION_LINES_MAX + 1} lines of code"
    ]


@pytest.mark.parametrize("technology", TECHNOLOGIES)
def test_a_technology_is_spoken_only_in_the_files_and_folders_named_after_it(technology: str) -> None:
    speakers = {
        str(path.relative_to(ROOT))
        for path in modules()
        if path.relative_to(ROOT).parts[0] in {"services", "shared"}
        and re.search(rf"^\s*(import|from) {technology}\b", path.read_text(), re.MULTILINE)
        and TECHNOLOGIES[technology].isdisjoint((path.name, f"{path.parent.name}.py"))
    }
    assert speakers == set()


def test_domains_do_no_input_or_output() -> None:
    guilty = []
    for path in modules():
        if "domain" not in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            guilty += [f"{path.relative_to(ROOT)}: {name}" for name in names if name.split(".")[0] in INPUT_OUTPUT]
    assert guilty == []


def test_no_tracked_file_names_a_package_registry_or_a_path_of_a_machine() -> None:
    guilty = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        guilty += [f"{path.relative_to(ROOT)}: {name}" for name in REGISTRIES if name in text]
        if MACHINE_PATHS.search(text):
            guilty.append(f"{path.relative_to(ROOT)}: {MACHINE_PATHS.search(text)}")
    assert guilty == []


def test_every_requirement_is_pinned_with_hashes() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        entries = re.split(r"\n(?=\S)", text.strip())
        assert entries
        assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_no_package_of_services_has_an_init_so_that_an_image_holds_one_service() -> None:
    assert not (ROOT / "services" / "__init__.py").exists()


SQL = re.compile(r"\b(SELECT\s.*\bFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.DOTALL)


def test_the_command_line_holds_no_sql() -> None:
    guilty = set()
    for path in modules():
        if path.relative_to(ROOT).parts[0] == "cli":
            texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
            if any(isinstance(text, str) and SQL.search(text) for text in texts):
                guilty.add(str(path.relative_to(ROOT)))
    assert guilty == set()
