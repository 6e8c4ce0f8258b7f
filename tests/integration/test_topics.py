"""Topics as usher topics makes and checks them, on a real broker."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local.broker import KafkaBroker
from shared.contract.topics import BOT, CONTACT_EVENTS, LOG_DAYS, PASSING_DAYS, all_topics
from shared.kafka import TopicProblem, ensure_topics
from shared.process.settings import CommonSettings
from tests.support.commands import Usher


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


async def test_topics_are_kept_for_as_long_as_the_settings_say(kafka: KafkaBroker, topic_prefix: str) -> None:
    settings = CommonSettings(kafka_bootstrap_servers=kafka.bootstrap, topic_prefix=topic_prefix, partitions=1)
    days = {"USHER_PASSING_RETENTION_DAYS": "2", "USHER_LOG_RETENTION_DAYS": "90"}
    made = await Usher(settings)("topics", **days)
    assert made.status == 0, made.err

    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    names = [topic_prefix + BOT, topic_prefix + CONTACT_EVENTS]
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, configs={"retention.ms": None}) for name in names]
    answers = await admin.describe_configs(asked)
    await admin.close()
    kept = {name: entries[0][1] for answer in answers for _, _, _, name, entries in answer.resources}
    assert kept == {names[0]: str(2 * 86_400_000), names[1]: str(90 * 86_400_000)}


def test_a_local_stack_keeps_its_topics_as_long_as_a_deployment_without_a_setting() -> None:
    settings = CommonSettings()
    assert (settings.passing_retention_days, settings.log_retention_days) == (PASSING_DAYS, LOG_DAYS)
