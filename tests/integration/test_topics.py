"""Topics as usher topics makes and checks them, on a real broker."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.broker import KafkaBroker
from shared.contract.topics import CONTACT_EVENTS, all_topics
from shared.kafka import TopicProblem, ensure_topics
from shared.process.settings import CommonSettings


async def test_a_compacted_topic_is_refused(kafka: KafkaBroker, topic_prefix: str) -> None:
    settings = CommonSettings(kafka_bootstrap_servers=kafka.bootstrap, topic_prefix=topic_prefix, partitions=1)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    name = topic_prefix + CONTACT_EVENTS
    await admin.create_topics([NewTopic(name, 1, 1, topic_configs={"cleanup.policy": "compact,delete"})])
    await admin.close()
    text = f"{name}: cleanup.policy is compact,delete, which loses events and keeps personal data; set it to delete"
    expected = TopicProblem(text)
    assert await ensure_topics(settings, all_topics(())) == [expected]
    assert await ensure_topics(settings, all_topics(()), check=True) == [expected]
