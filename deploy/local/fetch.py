"""Prepares Kafka once: its jars, and an archive of its loaded classes that halves every later start."""

import shutil
import sys
import tempfile
from pathlib import Path

from deploy.local.broker import KafkaBroker
from deploy.local.errors import LocalStackError
from deploy.local.install import EXIT_INTERRUPTED, EXIT_USAGE
from deploy.local.java import fetch_kafka, find_java, kafka_folder
from shared.process.loop import run_loop

DUMP_SECONDS_MAX = 60.0  # the classes are written while the broker ends


async def prepare_kafka() -> None:
    """Jars and class archive, unless they are there. SetupError says what is missing."""
    await find_java()
    if not (kafka_folder() / "libs").exists():
        _say("fetching Kafka with Maven (half a minute the first time)")
    await fetch_kafka()
    if not (kafka_folder() / "classes.jsa").exists():
        _say("starting Kafka once to make later starts quick")
        await _archive_classes()


async def _archive_classes() -> None:
    """Run a broker to its end with the archive as a by-product; without the archive Kafka only starts slower."""
    folder = Path(tempfile.mkdtemp(prefix="usher-kafka-"))
    partial = folder / "classes.jsa"
    broker = KafkaBroker(
        folder, java_options=[f"-XX:ArchiveClassesAtExit={partial}", "-Xlog:disable"], stop_seconds_max=DUMP_SECONDS_MAX
    )
    try:
        await broker.start()
        await broker.stop()
        if partial.exists():
            shutil.move(partial, kafka_folder() / "classes.partial")
            (kafka_folder() / "classes.partial").rename(kafka_folder() / "classes.jsa")
    finally:
        await broker.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _say(line: str) -> None:
    sys.stderr.write(f"setup: {line}\n")
    sys.stderr.flush()


def main() -> int:
    """0, or 2 after one line that says what is missing; 130 after Ctrl-C, which whoever called this tells of."""
    try:
        run_loop(prepare_kafka())
    except LocalStackError as problem:
        _say(str(problem))
        return EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
