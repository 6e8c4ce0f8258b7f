"""Articles in the database: written by the command line, read by the router's look-ups."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from shared.postgres import connected
from shared.process.settings import CommonSettings

__all__ = ["Article", "list_articles", "store_articles"]

# Each article replaces the one of the same scope, id and language; words are made by the database's own dictionaries.
_STORE = """
    INSERT INTO article (workspace, id, language, title, intents, questions, body, words)
    VALUES ($1, $2, $3, $4, $5, $6, $7, article_words($3, $4, $6, $8, $7))
    ON CONFLICT (workspace, id, language) DO UPDATE SET
        title = excluded.title, intents = excluded.intents, questions = excluded.questions,
        body = excluded.body, words = excluded.words
"""
_LIST = "SELECT workspace, id, language, title, intents FROM article ORDER BY workspace NULLS FIRST, id, language"


class Article(NamedTuple):
    """One answer in one language; ``questions`` are ways to ask for it, ``examples`` texts that it is found by too."""

    id: str
    language: str
    title: str
    intents: list[str]
    questions: list[str]
    body: str
    examples: tuple[str, ...] = ()


async def store_articles(settings: CommonSettings, articles: Sequence[Article], workspace: str | None) -> None:
    """Write all of them or none, for one workspace or (None) for all. Retryable where the database is not there."""
    async with connected(settings) as connection, connection.transaction():
        await connection.executemany(_STORE, [(workspace, *article) for article in articles])


async def list_articles(settings: CommonSettings) -> list[dict[str, Any]]:
    """Workspace (None: all), id, language, title and intents of each, in order."""
    async with connected(settings) as connection:
        return [dict(row) for row in await connection.fetch(_LIST)]
