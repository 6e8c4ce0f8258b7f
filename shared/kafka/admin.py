"""Topics: their names, partitions and settings on the broker."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.partitioner import murmur2

from shared.contract.topics import TopicSpec
from shared.errors import Fatal, Retryable
from shared.kafka.client import REQUEST_BYTES_MAX, REQUEST_MS_MAX
from shared.kafka.security import connection
from shared.process.settings import CommonSettings
from shared.times import DAY_MS

__all__ = ["TopicProblem", "ensure_topics", "partition_of", "topic_problem"]

TOPIC_SECONDS_MAX = 30.0  # until every new partition has a leader


class TopicProblem(NamedTuple):
    """What is wrong with a topic, in a sentence; ``lasting`` where to wait for it makes no sense."""

    text: str
    lasting: bool = False


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key by Kafka's own rule (murmur2), the same in every official client."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


async def ensure_topics(
    settings: CommonSettings, specs: Sequence[TopicSpec], *, check: bool = False
) -> list[TopicProblem]:
    """Create missing topics and wait for their leaders; returns what is wrong: missing ones, odd partition counts,
    compaction, topics that the brokers refuse to make.

    With ``check`` nothing is created. Idempotent. Retryable when no broker answers.
    """
    admin = AIOKafkaAdminClient(**connection(settings), request_timeout_ms=REQUEST_MS_MAX)
    try:
        await admin.start()
        present = set(await admin.list_topics())
        names = [settings.topic_prefix + spec.name for spec in specs]
        missing = [spec for spec in specs if settings.topic_prefix + spec.name not in present]
        if check:
            there = [name for name in names if name in present]
            return [
                *(TopicProblem(f"{settings.topic_prefix}{spec.name}: missing; run `usher topics`") for spec in missing),
                *await _odd_partitions(admin, there, settings.partitions),
                *await _compacted(admin, there),
            ]
        if missing and (refused := await _create(admin, settings, missing)):
            return refused
        await _wait_for_leaders(admin, names)
        return [*await _odd_partitions(admin, names, settings.partitions), *await _compacted(admin, names)]
    except (KafkaError, OSError) as error:  # where aiokafka's own patience ends it is a plain TimeoutError
        raise Retryable(f"Kafka at {settings.kafka_bootstrap_servers}: {error!r}") from error
    finally:
        await admin.close()


async def topic_problem(settings: CommonSettings, names: Sequence[str]) -> str | None:
    """What a service that needs these topics waits for, in a sentence; Fatal where waiting makes no sense."""
    problems = await ensure_topics(settings, [TopicSpec(name=name, retention_ms=0) for name in names], check=True)
    lasting = [problem.text for problem in problems if problem.lasting]
    if lasting:
        raise Fatal(lasting[0])
    return problems[0].text if problems else None


async def _create(
    admin: AIOKafkaAdminClient, settings: CommonSettings, missing: Sequence[TopicSpec]
) -> list[TopicProblem]:
    """What the brokers refused, in their words: no right to create, more replicas than brokers. A KafkaError that
    passes, as while a controller is chosen or the brokers are busy, is raised."""
    topics = [
        NewTopic(
            settings.topic_prefix + spec.name,
            settings.partitions,
            settings.replication_factor,
            topic_configs={
                "retention.ms": str(spec.retention_ms),
                "segment.ms": str(DAY_MS),  # only whole segments go: a record lies there a day longer at most
                "cleanup.policy": "delete",
                "max.message.bytes": str(REQUEST_BYTES_MAX),
                **({"message.timestamp.type": "LogAppendTime"} if spec.append_time else {}),
            },
        )
        for spec in missing
    ]
    answer = await admin.create_topics(topics, timeout_ms=REQUEST_MS_MAX)
    for name, code, *words in answer.topic_errors:
        if for_code(code).retriable:
            raise for_code(code)(f"{name}: {next(filter(None, words), 'not made yet')}")
    return [
        TopicProblem(
            f"{name}: Kafka does not make it: {next(filter(None, words), for_code(code).__name__)}", lasting=True
        )
        for name, code, *words in answer.topic_errors
        if code not in (0, TopicAlreadyExistsError.errno)  # another process was quicker: the same specification
    ]


async def _wait_for_leaders(admin: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    async with asyncio.timeout(TOPIC_SECONDS_MAX):
        while True:
            found = await admin.describe_topics(list(names))
            if all(
                topic["error_code"] == 0 and all(p["leader"] >= 0 and p["error_code"] == 0 for p in topic["partitions"])
                for topic in found
            ):
                return
            await asyncio.sleep(0.05)


async def _odd_partitions(admin: AIOKafkaAdminClient, names: Sequence[str], expected: int) -> list[TopicProblem]:
    if not names:
        return []
    return [
        TopicProblem(
            f"{topic['topic']}: {len(topic['partitions'])} partitions, expected {expected}: the count is frozen,"
            " because it decides which partition owns a workspace; set USHER_PARTITIONS to what the topics have",
            lasting=True,
        )
        for topic in await admin.describe_topics(list(names))
        if len(topic["partitions"]) != expected
    ]


async def _compacted(admin: AIOKafkaAdminClient, names: Sequence[str]) -> list[TopicProblem]:
    """Topics that are compacted: there, only the last event of each workspace would stay, and that one for ever."""
    if not names:
        return []
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, configs={"cleanup.policy": None}) for name in names]
    return [
        TopicProblem(f"{name}: cleanup.policy is {value}, which loses events and keeps personal data; set it to delete")
        for reply in await admin.describe_configs(asked)
        for _, _, _, name, entries in reply.resources
        for _, value, *_ in entries
        if "compact" in value
    ]
