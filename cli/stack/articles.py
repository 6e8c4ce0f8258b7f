"""``usher articles``: the answers of self-service, from Markdown files into the database."""

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cli.model.table_input import files_of, read_table
from cli.output import EXIT_OK, UsageError, result, write
from cli.policy.in_force import settings_in_force
from cli.subcommands import add_action, run_action
from services.router.lookup.articles import Article, list_articles, store_articles
from shared.contract.ids import WORKSPACE_PATTERN
from shared.process.loop import run_loop
from shared.written import said_in_words, written

__all__ = ["configure", "read_folder", "run", "with_examples"]

ARTICLES_MAX = 5000  # of one folder; more is a library, and three suggestions are no way into one
EXAMPLES_MAX = 500  # texts by which one article is found; more find nothing more
EXAMPLE_COLUMNS = ("text", "intent", "language")
BYTES_MAX = 256 * 1024  # of one file; an answer is a page
WORKSPACE = re.compile(WORKSPACE_PATTERN)

Line = Annotated[str, Field(min_length=1, max_length=500)]


class _FrontMatter(BaseModel):
    """What stands above an article between two lines of dashes."""

    model_config = ConfigDict(strict=True, extra="ignore")

    id: Annotated[str, written(r"^[A-Za-z0-9._-]{1,128}$", "1 to 128 of A-Z, a-z, 0-9, ., _ and -")]
    title: Line
    language: Annotated[str, written(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "a language tag, such as en or pt-BR")]
    intents: list[Line] = []
    questions: list[Line] = []


def configure(parser: argparse.ArgumentParser) -> None:
    """The two subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    load = add_action(commands, "load", _load, "put the articles of a folder into the database; repeatable")
    load.add_argument("folder", type=Path, metavar="DIR", help="Markdown files with front matter")
    load.add_argument(
        "--examples",
        metavar="DATA.csv",
        action="append",
        help="labelled texts (text, intent, language) that articles are found by too; a folder stands for its *.csv; "
        "repeatable",
    )
    load.add_argument("--workspace", metavar="NAME", help="for this workspace alone (default: for all)")
    add_action(commands, "list", _list, "the articles in the database")


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (the database does not answer) or 2 (bad input)."""
    return run_action(args)


def _load(args: argparse.Namespace) -> int:
    if args.workspace is not None and not WORKSPACE.fullmatch(args.workspace):
        raise UsageError(f"--workspace {args.workspace!r}: 1 to 64 of a-z, 0-9 and -")
    articles = read_folder(args.folder)
    if args.examples:
        articles = with_examples(articles, args.examples)
    run_loop(store_articles(settings_in_force(), articles, args.workspace))
    if args.json:
        result({"loaded": len(articles), "workspace": args.workspace})
    else:
        write(f"{len(articles)} articles loaded for {args.workspace or 'all workspaces'}")
    return EXIT_OK


def _list(args: argparse.Namespace) -> int:
    rows = run_loop(list_articles(settings_in_force()))
    if args.json:
        result(rows)
    for row in () if args.json else rows:
        write(f"{row['workspace'] or '(all)'}  {row['id']}  {row['language']}  {row['title']}")
    return EXIT_OK


def read_folder(folder: Path) -> list[Article]:
    """Every ``*.md`` of a folder, by name; raises UsageError with the file and the fix."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder; give one with Markdown files")
    paths = sorted(folder.glob("*.md"))
    if not 1 <= len(paths) <= ARTICLES_MAX:
        raise UsageError(f"{folder}: holds {len(paths)} files *.md; 1 to {ARTICLES_MAX} can be loaded")
    found: dict[tuple[str, str], Path] = {}
    articles = []
    for path in paths:
        article = _read(path)
        first = found.setdefault((article.id, article.language), path)
        if first is not path:
            raise UsageError(f"{path}: id {article.id} in {article.language} is that of {first.name}; rename one")
        articles.append(article)
    return articles


def with_examples(articles: Sequence[Article], paths: Sequence[str]) -> list[Article]:
    """The articles with the texts of their intents, in their language; files and folders as ``usher train`` takes them,
    and the same UsageError.
    """
    texts: dict[tuple[str, str], list[str]] = {}
    for file in files_of(paths):
        for text, intent, language in _labelled(str(file)):
            texts.setdefault((intent, language), []).append(text)
    return [article._replace(examples=_examples(article, texts)) for article in articles]


def _labelled(path: str) -> Iterator[tuple[str, str, str]]:
    table = read_table(path)
    columns = [table.header.index(name) if name in table.header else -1 for name in EXAMPLE_COLUMNS]
    if -1 in columns:
        raise UsageError(f"{path}: has no column {EXAMPLE_COLUMNS[columns.index(-1)]!r}; columns: text,intent,language")
    for _, fields in table.rows:
        text, intent, language = (fields[column] for column in columns)
        yield text, intent, language


def _examples(article: Article, texts: Mapping[tuple[str, str], list[str]]) -> tuple[str, ...]:
    found = [text for intent in article.intents for text in texts.get((intent, article.language), ())]
    return tuple(found[:EXAMPLES_MAX])


def _read(path: Path) -> Article:
    text = _text(path)
    parts = re.split(r"^---[ \t]*$\n?", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise UsageError(f"{path}: must begin with front matter: ---, id, title and language, ---")
    try:
        matter = _FrontMatter.model_validate(yaml.safe_load(parts[1]))
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: the front matter is not YAML ({str(error).splitlines()[0]})") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "front matter"
        raise UsageError(f"{path}: {where}: {said_in_words(first['msg'])}") from None
    body = parts[2].strip()
    if not body:
        raise UsageError(f"{path}: holds no answer below the front matter")
    return Article(matter.id, matter.language, matter.title, matter.intents, matter.questions, body)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    if len(content) > BYTES_MAX:
        raise UsageError(f"{path}: has {len(content)} bytes; an article has at most {BYTES_MAX}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8; convert it") from None
    if "\0" in text:
        raise UsageError(f"{path}: holds a NUL character; remove it")
    return text.replace("\r\n", "\n")
