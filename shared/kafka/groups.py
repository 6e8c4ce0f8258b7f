"""What Kafka knows of consumer groups: how far each has come, and whether anybody is in it."""

from collections.abc import Sequence
from typing import NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError

from shared.errors import Retryable
from shared.kafka.security import connection
from shared.process.settings import CommonSettings

__all__ = ["Group", "groups"]

REQUEST_MS_MAX = 10_000  # an operator who waits longer than this wants to know why
EMPTY, DEAD = "Empty", "Dead"  # Kafka's words for a group that had members, and for one that it does not know


class Group(NamedTuple):
    """One consumer group. ``taken``: the offset below which it needs nothing more, by topic, without the deployment's
    prefix, and partition. ``deserted``: it had members and has none. ``unknown``: it never was, or Kafka has forgotten
    it: after minutes where it holds no offsets, else at the end of their retention."""

    name: str
    taken: dict[tuple[str, int], int]
    deserted: bool
    unknown: bool = False


async def groups(settings: CommonSettings, names: Sequence[str]) -> list[Group]:
    """These groups, in this order; one that never was has taken nothing, as all of them before a cluster's first.

    Retryable when no broker answers.
    """
    admin = AIOKafkaAdminClient(**connection(settings), request_timeout_ms=REQUEST_MS_MAX)
    try:
        await admin.start()
        found = []
        for name in names:
            # One at a time: aiokafka 0.14 misreads an answer about several.
            (described,) = [each for answer in await admin.describe_consumer_groups([name]) for each in answer.groups]
            offsets = await admin.list_consumer_group_offsets(name)
            taken = {
                (place.topic.removeprefix(settings.topic_prefix), place.partition): noted.offset
                for place, noted in offsets.items()
                if noted.offset >= 0
            }
            found.append(Group(name, taken, described[2] == EMPTY, described[2] == DEAD))
        return found
    except GroupCoordinatorNotAvailableError:
        return [Group(name, {}, deserted=False, unknown=True) for name in names]  # a cluster without any group yet
    except (KafkaError, OSError) as error:
        raise Retryable(f"Kafka: {error!r}") from error
    finally:
        await admin.close()
