"""usher model on real Kafka and PostgreSQL: a running router's model is changed, and refused, without a restart."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import generate_latest

from cli.policy.in_force import PolicyRefused, publish, wait_until_active
from deploy.local.broker import KafkaBroker
from lab.training.save import save
from services.router.app import RouterService
from services.router.model.directory import read_manifest
from services.router.settings import RouterSettings
from shared.contract.topics import CONTACT_EVENTS, all_topics
from shared.kafka import OutputLog, ensure_topics
from shared.policy import parse_policy
from shared.process.logs import configure
from tests.support.commands import Usher
from tests.support.in_process import until
from tests.support.labelled_texts import TIERS, small_model
from tests.support.router_service import bodies, feed, message
from tests.support.tail import tail

SETTLE_SECONDS_MAX = 120.0


@dataclass(slots=True)
class Desk:
    """A router with a policy that names a model, and the models on disk."""

    settings: RouterSettings
    usher: Usher
    folder: Path
    first: str
    second: str
    asked: int = 0
    service: RouterService = field(init=False)
    _task: "asyncio.Task[None]" = field(init=False)

    @property
    def ours(self) -> Path:
        return self.folder / "ours"

    def start(self) -> None:
        """A router process; ends with ``stop``."""
        self.service = RouterService(self.settings, configure("router", "CRITICAL"))
        self._task = asyncio.ensure_future(self.service.run())

    async def stop(self) -> None:
        """A clean stop."""
        self.service.stop()
        await self._task

    async def ask(self, text: str) -> dict[str, Any]:
        """What the router decides of a new contact."""
        self.asked += 1
        output = OutputLog(self.settings)
        await feed(output, message(f"c{self.asked}", text))
        await output.stop()

        async def decided() -> list[dict[str, Any]]:
            return bodies(await self.log(), "contact.classified")[self.asked - 1 :]

        return (await until(decided))[0]

    async def log(self) -> list[tuple[str, Any]]:
        """(type, body) of every event."""
        records = await tail(self.settings, CONTACT_EVENTS, 0)
        return [(record.type, msgspec.json.decode(record.value)) for record in records]

    def exchange(self) -> None:
        """Train anew, as far as the router can tell."""
        self.ours.rename(self.folder / "old")
        shutil.copytree(self.folder / "next", self.ours)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save(small_model(60, TIERS), folder / "ours")
    save(small_model(70, TIERS), folder / "next")
    return folder


@pytest.fixture
async def desk(
    kafka: KafkaBroker, database: str, topic_prefix: str, models: Path, tmp_path: Path
) -> AsyncIterator[Desk]:
    settings = RouterSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=database, topic_prefix=topic_prefix, partitions=1
    )
    await ensure_topics(settings, all_topics(()))
    folder = shutil.copytree(models, tmp_path / "models")
    versions = [read_manifest(folder / name).version for name in ("ours", "next")]
    policy = parse_policy(
        {
            "workspace": "acme",
            "classification": {"model": str(folder / "ours")},
            "bots": {"default": {}},
            "queues": {"general": {}},
        }
    )
    made = Desk(settings, Usher(settings), folder, *versions)
    made.start()
    await wait_until_active(settings, [policy], SETTLE_SECONDS_MAX, event_ids=await publish(settings, [policy]))
    yield made
    await made.stop()


async def test_a_model_is_exchanged_and_brought_back_while_contacts_come(desk: Desk) -> None:
    decided = [(await desk.ask("where is my order"))["model_version"]]
    desk.exchange()
    shown = (await desk.usher("model", "show", "acme", "--json")).document()[0]
    decided.append((await desk.ask("where is my order"))["model_version"])
    reloaded = await desk.usher("model", "reload", "acme", "--json")
    decided.append((await desk.ask("where is my order"))["model_version"])
    again = await desk.usher("model", "reload", "acme", "--json")
    back = await desk.usher("model", "rollback", "acme", "--json")
    decided.append((await desk.ask("where is my order"))["model_version"])

    assert (shown["model_version"], shown["directory_holds"]) == (desk.first, desk.second)
    assert [said.status for said in (reloaded, again, back)] == [0, 0, 0]
    assert [said.document()["changed"] for said in (reloaded, again, back)] == [True, False, True]
    assert decided == [desk.first, desk.first, desk.second, desk.first]
    told = [body["model_version"] for body in bodies(await desk.log(), "policy.activated")]
    assert told == [desk.first, desk.second, desk.first]


async def test_the_version_in_force_outlives_the_router(desk: Desk) -> None:
    shutil.copytree(desk.folder / "next", desk.folder / "other")
    assert (await desk.usher("model", "reload", "acme", str(desk.folder / "other"))).status == 0
    await desk.stop()
    desk.start()
    assert (await desk.ask("where is my order"))["model_version"] == desk.second


async def test_a_damaged_model_is_refused_with_its_file_here_and_by_the_router(desk: Desk) -> None:
    weights = desk.folder / "next" / "weights.npz"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)

    here = await desk.usher("model", "reload", "acme", str(desk.folder / "next"))
    assert (here.status, here.out) == (2, "")
    assert "next/weights.npz: was changed after training" in here.err
    there = parse_policy({**(await _document(desk)), "classification": {"model": str(desk.folder / "next")}})
    with pytest.raises(PolicyRefused, match=r"acme: policy\.classification\.model: .*weights\.npz: was changed"):
        said = await publish(desk.settings, [there])
        await wait_until_active(desk.settings, [there], SETTLE_SECONDS_MAX, event_ids=said)

    assert (await desk.ask("where is my order"))["model_version"] == desk.first
    assert 'usher_model_loads_total{result="refused"} 1.0' in generate_latest(desk.service.registry).decode()


async def _document(desk: Desk) -> dict[str, Any]:
    shown = await desk.usher("policy", "show", "acme", "--json")
    document: dict[str, Any] = shown.document()["policy"]
    return document


async def test_a_shadow_counts_until_it_is_stopped(desk: Desk) -> None:
    started = await desk.usher("model", "shadow", "acme", str(desk.folder / "next"), "--json")
    first = await desk.ask("where is my order")
    stopped = await desk.usher("model", "shadow", "acme", "--stop")
    await desk.ask("where is my order")

    assert started.document()["shadow"] == str(desk.folder / "next")
    assert first["model_version"] == desk.first
    assert stopped.status == 0, stopped.err
    shown = generate_latest(desk.service.registry).decode()
    assert f'usher_shadow_total{{result="agreed",shadow="{desk.folder / "next"}"}} 1.0' in shown


async def test_what_cannot_be_done_is_one_line(desk: Desk) -> None:
    for arguments, words in (
        (("rollback", "acme"), "no other model has decided in 'acme' before"),
        (("reload", "nobody"), "workspace 'nobody' has no policy; workspaces with a policy: acme"),
        (("shadow", "acme", "no/where"), "no/where: is not a directory"),
        (("shadow", "acme"), "one of the arguments DIR --stop is required"),
    ):
        said = await desk.usher("model", *arguments)
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
        assert words in said.err
