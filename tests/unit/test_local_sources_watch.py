"""The file of --sources is followed: valid edits are put in force, faults are said once, failures tried again."""

from pathlib import Path

import pytest

from deploy.local.errors import SetupError
from deploy.local.sources_watch import SourcesWatch
from shared.errors import Retryable


class Followed:
    """A watch over a file, and what it did."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.file.write_text("first")
        self.said: list[str] = []
        self.renewed: list[str] = []
        self.failure: Exception | None = None
        self.watch = SourcesWatch(file, self._fault, self._renew, self.said.append)

    def _fault(self, file: Path) -> str:
        return "line 1: wrong" if not file.exists() or "wrong" in file.read_text() else ""

    async def _renew(self) -> None:
        if self.failure is not None:
            raise self.failure
        self.renewed.append(self.file.read_text())

    async def look(self, text: str | None = None) -> None:
        """Twice, for what stays."""
        if text is not None:
            self.file.write_text(text)
        for _ in range(2):
            await self.watch.look()


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    return Followed(tmp_path / "sources.yaml")


async def test_only_what_changed_is_put_in_force_and_once(followed: Followed) -> None:
    await followed.look()
    await followed.look("second")
    await followed.look()
    await followed.look("second")

    assert followed.renewed == ["second"]
    assert len(followed.said) == 1 and "read anew" in followed.said[0]


async def test_a_file_that_is_being_written_is_left_alone(followed: Followed) -> None:
    for text in ("", "sec", "wrong", "second", "second"):
        followed.file.write_text(text)
        await followed.watch.look()

    assert followed.renewed == ["second"]
    assert len(followed.said) == 1


async def test_a_fault_is_said_once_and_the_mended_file_is_in_force(followed: Followed) -> None:
    for text in ("wrong", "wrong", "mended"):
        await followed.look(text)

    assert followed.renewed == ["mended"]
    assert [("line 1: wrong" in line) for line in followed.said] == [True, False]


async def test_a_fault_that_is_taken_back_ends_where_it_began(followed: Followed) -> None:
    for text in ("wrong", "first", "first"):
        await followed.look(text)

    assert followed.renewed == ["first"]


async def test_a_file_that_is_gone_changes_nothing_until_it_is_back(followed: Followed) -> None:
    followed.file.unlink()
    await followed.look()
    assert followed.renewed == []
    await followed.look("back")
    assert followed.renewed == ["back"]


@pytest.mark.parametrize("failure", [Retryable("Kafka is away"), SetupError("a topic has 2 partitions")])
async def test_what_cannot_be_put_in_force_yet_is_tried_again(followed: Followed, failure: Exception) -> None:
    followed.failure = failure
    await followed.look("second")
    await followed.look()
    followed.failure = None
    await followed.look()

    assert followed.renewed == ["second"]
    assert [str(failure) in line for line in followed.said] == [True, False]
