"""``usher topics``: creates the topics, or checks that they are as they must be."""

import argparse

from cli.output import EXIT_NO, EXIT_OK, result, say
from cli.policy.in_force import settings_in_force
from cli.settings import source_names
from shared.contract.topics import all_topics
from shared.errors import Retryable
from shared.kafka import ensure_topics
from shared.kafka.reader import silence_retries
from shared.process.loop import run_loop


def configure(parser: argparse.ArgumentParser) -> None:
    """Options; the broker is USHER_KAFKA_BOOTSTRAP_SERVERS (also _PARTITIONS, ...), else that of a stack that runs."""
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if something is missing or odd")
    parser.add_argument("--sources", metavar="FILE", help="sources file: a topic for each (default USHER_SOURCES_FILE)")
    parser.add_argument("--json", action="store_true", help="the result as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Create what is missing; idempotent. Exit 1 for topics that are missing (--check) or have odd partition counts."""
    silence_retries()
    settings = settings_in_force()
    kept = {"passing_days": settings.passing_retention_days, "log_days": settings.log_retention_days}
    specs = all_topics(source_names(args.sources), **kept)
    try:
        problems = [each.text for each in run_loop(ensure_topics(settings, specs, check=args.check))]
    except Retryable as error:
        say(f"usher topics: {error}; is USHER_KAFKA_BOOTSTRAP_SERVERS right?")
        return EXIT_NO
    if args.json:
        result({"topics": [settings.topic_prefix + spec.name for spec in specs], "problems": problems})
    else:
        for problem in problems:
            say(problem)
        say(f"{len(specs)} topics, {len(problems)} problems")
    return EXIT_NO if problems else EXIT_OK
