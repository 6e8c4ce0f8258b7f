"""Articles on real PostgreSQL: loaded again and again, found by a customer's words, a workspace's own before all."""

import asyncio
import csv
import json
import uuid
from pathlib import Path

import msgspec
import pytest

from cli.main import main
from cli.stack.articles import read_folder, with_examples
from deploy.local.broker import KafkaBroker
from services.router.lookup.articles import Article, list_articles, store_articles
from services.router.model.folders import STARTER_FOLDER
from shared.contract import inputs
from shared.contract.topics import SELF_SERVICE
from shared.postgres import connect
from shared.process.settings import CommonSettings
from tests.support.router_service import Running, bodies, common, kinds, message, policy, router_service

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
    articles = with_examples(read_folder(STARTER / "articles"), [str(STARTER / "train.csv"), str(STARTER / "train")])
    await store_articles(settings(database), articles, None)
    written = {(intent, article.language): article.id for article in articles for intent in article.intents}
    with (STARTER / "heldout.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["intent"], row["language"]) in written]

    found = await suggestions(database, [("acme", row["language"], row["text"]) for row in rows])

    assert max(map(len, found)) == 3
    right = [written[row["intent"], row["language"]] for row in rows]
    hits = sum(article in each for article, each in zip(right, found, strict=True))
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


def load_as_operator(folder: Path) -> None:
    """``usher articles load``."""
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "articles",
                "load",
                str(folder),
                "--examples",
                str(STARTER / "train.csv"),
                "--examples",
                str(STARTER / "train"),
            ]
        )
    assert ended.value.code == 0


def automation(running: Running, outcome: str, intent: str, article: str) -> float | None:
    """How many stays with self-service ended so."""
    labels = {"workspace": "acme", "tier": "self_service", "outcome": outcome, "intent": intent, "article": article}
    return running.service.registry.get_sample_value("usher_automation_total", labels)


async def test_every_contact_of_self_service_gets_its_answer_and_its_end_counts_for_its_article(
    kafka: KafkaBroker, database: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("USHER_LOCAL_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("USHER_POSTGRES_DSN", database)
    await asyncio.to_thread(load_as_operator, STARTER / "articles")
    starter = {"model": "starter", "intents": {}}
    hinted = inputs.RoutingHint(tier="self_service", intent="something")
    async with router_service(kafka, database, topic_prefix) as running:
        await running.say(policy(classification=starter), message("c1", "Where is my order?"))
        await running.say(message("c2", "I forgot my password and cannot reset it", hinted))
        first, second = [body for _, body in await running.until(lambda seen: len(seen) == 2, SELF_SERVICE)]
        assert (first["articles"], first["reply_to"]) == (["where-is-my-order"], {"address": "+34600000001"})
        assert len(second["articles"]) == 3
        assert second["articles"][0] == "reset-your-password"
        said = {"by": "self_service", "reason": "read"}
        await running.say(
            inputs.OutcomeReported(**common("o1"), contact_id=first["contact_id"], outcome="resolved", **said),
            inputs.OutcomeReported(**common("o2"), contact_id=second["contact_id"], outcome="escalated", **said),
        )
        impatient = policy(classification=starter, self_service={"max_minutes": "1s"})
        impatient = msgspec.structs.replace(impatient, event_id=common("impatient")["event_id"])
        somebody_new = inputs.Party(handle="+34600000002", customer_id="cust-2")
        asks = message("c3", "What are your opening hours?")
        await running.say(impatient, msgspec.structs.replace(asks, party=somebody_new))
        log = await running.until(lambda seen: kinds(seen).count("contact.queued") == 2)
        sent = {body["contact_id"] for body in bodies(log, "contact.sent_to_self_service")}
        answers = {body["contact_id"] for _, body in await running.until(lambda seen: len(seen) == 3, SELF_SERVICE)}
        assert answers == sent
        reasons = [body["reason"] for body in bodies(log, "contact.escalated")]
        assert reasons == ["read", "timeout"]
        assert automation(running, "contained", "order_status", "where-is-my-order") == 1
        assert automation(running, "escalated", "other", "reset-your-password") == 1
        assert automation(running, "timed_out", "opening_hours", "opening-hours") == 1
