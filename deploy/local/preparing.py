"""What services expect to find: schema and topics; tried again while servers that have just started are busy."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from deploy.local.errors import SetupError
from shared.clock import monotonic
from shared.contract.topics import all_topics
from shared.errors import Retryable
from shared.kafka import ensure_topics
from shared.migrate import MigrationReport, migrate
from shared.postgres import in_our_words
from shared.process.settings import CommonSettings

__all__ = ["PATIENT_SECONDS_MAX", "Again", "make_schema_and_topics"]

T = TypeVar("T")
PATIENT_SECONDS_MAX = 180.0  # a machine that starts several stacks at once answers late; it is not broken for that
PAUSE_SECONDS = 0.2


class Again:
    """Repeats what meets a passing fault, for as long as it may pass: while ``alive`` and for PATIENT_SECONDS_MAX.

    ``say`` hears each fault once.
    """

    def __init__(self, alive: Callable[[], bool], say: Callable[[str], None]) -> None:
        self._alive = alive
        self._say = say
        self._told: set[str] = set()

    async def until_done(self, work: Callable[[], Awaitable[T]]) -> T:
        """The result of the work, which must be one that may be done twice. Retryable: it did not pass."""
        deadline = monotonic() + PATIENT_SECONDS_MAX
        while True:
            try:
                return await work()
            except Retryable as error:
                if not self._alive() or monotonic() >= deadline:
                    raise
                if str(error) not in self._told:
                    self._told.add(str(error))
                    self._say(f"{error}; it is tried again")
            await asyncio.sleep(PAUSE_SECONDS)


async def make_schema_and_topics(settings: CommonSettings, sources: tuple[str, ...], again: Again) -> None:
    """Both up to date, ``sources`` names those with topics of their own. SetupError: topics of another shape."""
    _, problems = await asyncio.gather(
        again.until_done(lambda: _migrated(settings.postgres_dsn.get_secret_value())),
        again.until_done(lambda: ensure_topics(settings, all_topics(sources))),
    )
    if problems:
        raise SetupError(f"{problems[0].text}; usher down --wipe starts anew without the data")


async def _migrated(dsn: str) -> MigrationReport:
    with in_our_words():
        return await migrate(dsn)
