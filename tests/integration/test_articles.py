"""Articles on real PostgreSQL: loaded again and again, found by a customer's words, a workspace's own before all."""

import csv
import json
import uuid
from pathlib import Path

import pytest

from cli.article_store import Article, list_articles, store_articles
from cli.articles import read_folder, with_examples
from cli.main import main
from services.router.model.folders import STARTER_FOLDER
from shared.postgres import connect
from shared.settings import CommonSettings

STARTER = STARTER_FOLDER.parent
RECALL_MIN = 0.88  # of three suggestions, on texts that nobody loaded


def settings(database: str) -> CommonSettings:
    return CommonSettings(postgres_dsn=database)


async def suggestions(database: str, texts: list[tuple[str, str, str]]) -> list[list[str]]:
    """Article ids for each (workspace, language, text), best first."""
    ids = [uuid.UUID(int=number) for number in range(len(texts))]
    connection = await connect(database)
    try:
        found = await connection.fetch(
            "SELECT id, number, state FROM article_suggestions($1, $2, $3, $4) ORDER BY id, number",
            ids,
            *zip(*texts, strict=True),
        )
    finally:
        await connection.close()
    return [[row["state"] for row in found if row["id"] == identity] for identity in ids]


async def test_the_right_starter_article_is_mostly_among_three(database: str) -> None:
    articles = with_examples(read_folder(STARTER / "articles"), str(STARTER / "train.csv"))
    await store_articles(settings(database), articles, None)
    of_intent = {intent: article.id for article in articles for intent in article.intents}
    with (STARTER / "heldout.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["intent"] in of_intent]

    found = await suggestions(database, [("acme", row["language"], row["text"]) for row in rows])

    assert max(map(len, found)) == 3
    hits = sum(of_intent[row["intent"]] in each for row, each in zip(rows, found, strict=True))
    assert hits / len(rows) >= RECALL_MIN


@pytest.mark.parametrize(
    "text", ["", "the and of", "'); DROP TABLE article; --", "a\\'b:*&!|(", "\u202e\U0001f600" * 50]
)
async def test_any_text_can_be_searched_for(database: str, text: str) -> None:
    await store_articles(settings(database), read_folder(STARTER / "articles"), None)

    (found,) = await suggestions(database, [("acme", "en", text)])

    assert len(found) <= 3
    assert len(await list_articles(settings(database))) > 20


async def test_an_article_of_another_workspace_is_never_suggested(database: str) -> None:
    secret = Article("secret", "en", "Our parrot", ["parrot"], ["Where is the parrot?"], "In its cage.")
    await store_articles(settings(database), [secret], "globex")

    found = await suggestions(database, [("acme", "en", "where is the parrot"), ("globex", "en", "parrot?")])

    assert found == [[], ["secret"]]


async def test_loading_again_replaces_and_never_doubles(database: str) -> None:
    first = Article("late", "en", "Late?", ["late"], [], "Wait a day.")
    await store_articles(settings(database), [first], None)
    await store_articles(settings(database), [first._replace(title="Is it late?", body="A zebra.")], None)

    assert [row["title"] for row in await list_articles(settings(database))] == ["Is it late?"]
    assert await suggestions(database, [("acme", "en", "zebra"), ("acme", "en", "wait")]) == [["late"], []]


def test_a_folder_is_loaded_and_listed_by_command(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("USHER_LOCAL_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("USHER_POSTGRES_DSN", database)
    for words in (["load", str(STARTER / "articles"), "--workspace", "acme"], ["list", "--json"]):
        with pytest.raises(SystemExit) as ended:
            main(["articles", *words])
        assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{len(list((STARTER / 'articles').glob('*.md')))} articles loaded for acme\n")
    assert {row["workspace"] for row in json.loads(said.partition("\n")[2])} == {"acme"}
