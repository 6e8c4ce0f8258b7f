"""Where the reader goes back to after a batch that it could not read, and what it asks of the broker for that."""

from typing import Any

from aiokafka import TopicPartition

from services.ingest.reader.kafka import Reader

PLACES = [TopicPartition(f"t{topic}", partition) for topic in range(11) for partition in range(16)]
COMMITTED = {place: 5 for place in PLACES if place.partition % 2}


class Quiet(Reader):
    """Reads partitions in which nothing stands, behind a broker that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: list[list[TopicPartition]] = []
        self.stands = dict.fromkeys(PLACES, 3)
        self.astray = True
        self._closed = True  # it was never open

    def assignment(self) -> Any:
        return frozenset(PLACES)

    async def committed(self, where: TopicPartition) -> int | None:
        return COMMITTED.get(where)

    async def beginning_offsets(self, places: Any) -> dict[TopicPartition, int]:
        self.questions.append(list(places))
        return dict.fromkeys(places, 0)

    async def position(self, where: TopicPartition) -> int:
        return self.stands[where]

    def seek(self, where: TopicPartition, offset: int) -> None:
        self.stands[where] = offset

    def highwater(self, _: TopicPartition) -> int:
        return 0


async def test_many_partitions_go_back_after_one_question_to_the_broker() -> None:
    """Each question waits behind a fetch, half a second long: one for each partition would take minutes."""
    reader = Quiet()

    assert await reader.getmany() == {}

    assert reader.stands == {place: COMMITTED.get(place, 0) for place in PLACES}
    assert [set(asked) for asked in reader.questions] == [set(PLACES) - COMMITTED.keys()]
    assert not reader.astray


async def test_what_was_handed_out_is_asked_of_nobody() -> None:
    reader = Quiet()
    reader._taken = dict.fromkeys(PLACES, 7)

    assert await reader.getmany() == {}

    assert (reader.questions, set(reader.stands.values())) == ([], {7})
