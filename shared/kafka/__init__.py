"""The edge to Kafka: topics, the input log of a group member, the output log of a publisher."""

from shared.kafka.admin import TopicProblem, ensure_topics, partition_of, topic_problem
from shared.kafka.broken import tell_broken_connections
from shared.kafka.input import InputLog, read_tail
from shared.kafka.lean import read_lean
from shared.kafka.output import OutputLog

__all__ = ["InputLog", "OutputLog", "TopicProblem", "ensure_topics", "partition_of", "read_tail", "topic_problem"]

tell_broken_connections()
read_lean()
