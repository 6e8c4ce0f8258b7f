"""Small batches that unpack to hundreds of megabytes: refused, bounded, and no neighbour waits or is lost."""

from pathlib import Path

import orjson
import pytest

from deploy.local.broker import KafkaBroker
from services.ingest.settings import IngestSettings
from services.ingest.unpack.kafka import BATCH_BYTES_MAX
from tests.support import hostile, ingest, malformed
from tests.support.in_process import until
from tests.support.ingest_process import metrics_url, weighed

CODECS = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
UNPACKED_BYTES = 100_000_000
SNAPPY_BYTES = 20_000_000  # Snappy packs no better than 20 to 1, and the broker takes a megabyte
RECORD_BYTES = 1_000_000
MEMORY_MB_MAX = 300
SECONDS_MAX = 90.0


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    ready = str(tmp_path / "ready.json")
    return await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path, ready_file=ready)


async def test_batches_that_unpack_to_100_megabytes_are_refused_within_300_of_memory(
    settings: IngestSettings, database: str
) -> None:
    prefix, bootstrap = settings.topic_prefix, settings.kafka_bootstrap_servers
    chat, voice, sms = (f"{prefix}usher.channel.{name}.v1" for name in ("chat", "voice", "sms"))
    router_input = ingest.Topic(bootstrap, f"{prefix}usher.router-input.v1")
    good = 0
    async with ingest.producer(bootstrap) as producer:
        for number, (name, codec) in enumerate(CODECS.items()):
            size = SNAPPY_BYTES if name == "snappy" else UNPACKED_BYTES
            values = [b" " * RECORD_BYTES] * (size // RECORD_BYTES)
            await malformed.publish_packed(producer, chat, number % 2, values, codec)
            await producer.send_and_wait(chat, orjson.dumps(hostile.good(good := good + 1)), partition=number % 2)
        fitting = [b" " * RECORD_BYTES] * (BATCH_BYTES_MAX // RECORD_BYTES - 1)
        for topic in (voice, sms):
            for _ in range(3):  # each fits, and together they do not
                await malformed.publish_packed(producer, topic, 0, fitting, CODECS["zstd"])
            await producer.send_and_wait(topic, orjson.dumps(hostile.good(good := good + 1)), partition=0)
        many = [orjson.dumps(hostile.good(good := good + 1)) for _ in range(3000)]
        await malformed.publish_packed(producer, voice, 1, many, CODECS["lz4"])

    async with weighed(settings) as running:
        await metrics_url(settings)

        async def arrived() -> bool:
            refused = len(CODECS) + 6 * len(fitting)
            return len(await router_input.records()) >= good and len(await ingest.dead_letters(database)) >= refused

        await until(arrived, SECONDS_MAX)
        peak_mb = peak(running.pid)

    assert {body["message_id"] for body in await router_input.bodies()} == {
        f"message-{number}" for number in range(1, good + 1)
    }
    letters = await ingest.dead_letters(database)
    whole = [row for row in letters if "unpacked" in row["detail"]]
    assert [row["reason"] for row in whole] == ["too_large"] * len(CODECS)
    assert {row["reason"] for row in letters if row not in whole} == {"empty"}, "blanks, unpacked and looked at"
    assert all(0 < row["payload_bytes"] < 2_000_000 and "usher-refused" in row["headers"] for row in whole)
    assert len(letters) == len(CODECS) + 6 * len(fitting)
    assert peak_mb <= MEMORY_MB_MAX


def peak(pid: int) -> float:
    """The most memory that a process had, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = int(status.partition("VmHWM:")[2].split()[0])
    print(f"peak memory of ingest: {kilobytes / 1000:.0f} MB")
    return kilobytes / 1000
