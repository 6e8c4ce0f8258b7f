"""The models of a router process: fetched by name, kept while they can be used, reported when they cannot."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from lab.training.save import save
from services.router.domain.classification.record import ModelLimits, ModelRef
from services.router.gauges import RouterCollector
from services.router.metrics import CHILDREN_MAX, RouterMetrics
from services.router.model.directory import read_manifest
from services.router.model.folders import STARTER_FOLDER
from services.router.model.shelf import MODELS_MAX, ModelShelf
from shared.clock import now_ms
from shared.lane.engine import Step
from shared.process.logs import configure
from shared.process.metrics import WorkspaceLabels
from tests.support.labelled_texts import TIERS, small_model


def shelf(models: Path | None = None) -> ModelShelf:
    return ModelShelf(models, configure("test", "CRITICAL"))


def copy_of_starter(folder: Path) -> Path:
    shutil.copytree(STARTER_FOLDER, folder)
    return folder


def damage(folder: Path) -> None:
    (folder / "vocab.json").write_text("{}")


async def test_nothing_is_in_memory_until_a_policy_names_it() -> None:
    models = shelf()
    assert models.get("starter") is None

    await models.fetch([ModelRef("starter"), ModelRef("starter")])

    model = models.get("starter")
    assert model is not None
    assert model.predict(["where is my order"], frozenset())[0].intent == "order_status"
    assert model.intents()["stolen_card"].moment_of_truth
    thresholds = model.manifest.thresholds
    assert model.limits() == ModelLimits(thresholds.agent_probability, thresholds.confidence)
    assert models.problems == {}


async def test_a_model_that_cannot_be_used_is_a_problem_until_it_is_mended(tmp_path: Path) -> None:
    damage(copy_of_starter(tmp_path / "ours"))
    models = shelf(tmp_path)
    await models.fetch([ModelRef("ours")])
    assert models.get("ours") is None
    assert "vocab.json" in models.problems["ours"]

    shutil.rmtree(tmp_path / "ours")
    copy_of_starter(tmp_path / "ours")
    await models.fetch([ModelRef("ours")])

    assert models.get("ours") is not None
    assert models.problems == {}


async def test_a_model_in_use_that_is_damaged_on_disk_stays_in_use(tmp_path: Path) -> None:
    folder = copy_of_starter(tmp_path / "ours")
    models = shelf(tmp_path)
    await models.fetch([ModelRef("ours")])
    (folder / "manifest.json").write_text("{}")

    await models.fetch([ModelRef("ours")])

    assert models.get("ours") is not None
    assert list(models.problems) == ["ours"]


def many(folder: Path) -> list[str]:
    names = [f"m{number}" for number in range(MODELS_MAX + 1)]
    for name in names:
        (folder / name).symlink_to(STARTER_FOLDER)
    return names


async def test_a_process_holds_only_so_many_models_that_are_in_use(tmp_path: Path) -> None:
    names = many(tmp_path)
    models = ModelShelf(tmp_path, configure("test", "CRITICAL"), lambda: set(map(ModelRef, names)))

    await models.fetch(map(ModelRef, names))

    assert [name for name, _ in models.kept()] == names[:MODELS_MAX]
    assert list(models.problems) == [names[-1]]
    assert (models.loaded, models.refused) == (MODELS_MAX, 1)


async def test_the_model_that_was_wanted_longest_ago_makes_room_unless_it_is_in_use(tmp_path: Path) -> None:
    names = many(tmp_path)
    models = ModelShelf(tmp_path, configure("test", "CRITICAL"), lambda: {ModelRef(names[0])})

    await models.fetch(map(ModelRef, names))

    assert [name for name, _ in models.kept()] == [names[0], *names[2:]]
    assert models.problems == {}


async def test_versions_of_one_name_stand_side_by_side_and_are_not_read_again(two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    models = shelf(folder)
    await models.fetch([ModelRef("ours")])
    exchange(folder)
    await models.fetch([ModelRef("ours", second)])
    shutil.rmtree(folder / "ours")
    await models.fetch([ModelRef("ours", first), ModelRef("ours", second)])

    assert [model.version for _, model in models.kept()] == sorted([first, second])
    assert [found.version for version in (first, second) if (found := models.get("ours", version))] == [first, second]
    assert models.problems == {}
    assert models.loaded == 2


async def test_a_version_that_is_not_there_is_a_problem_and_what_is_there_is_kept(
    two: tuple[Path, str, str],
) -> None:
    folder, first, second = two
    models = shelf(folder)
    await models.fetch([ModelRef("ours", second)])

    assert models.get("ours", second) is None
    found = models.get("ours")
    assert found is not None
    assert found.version == first
    assert models.problem("ours") == f"manifest.json: is version {first}, and {second} is wanted; put that back"


async def test_the_event_loop_runs_on_while_models_and_languages_are_read() -> None:
    models = shelf()
    reading = asyncio.create_task(models.fetch([ModelRef("starter")], [("en", "es")]))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 2
    reader = models.reader(("en", "es"))
    assert reader is not None
    assert reader.read("dónde está mi pedido por favor") == "es"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    for name, texts in (("first", 60), ("second", 70)):
        save(small_model(texts, TIERS), folder / name)
    return folder


@pytest.fixture
def two(made: Path, tmp_path: Path) -> tuple[Path, str, str]:
    """A folder whose model ``ours`` can be exchanged for another one, and the versions of both."""
    shutil.copytree(made / "first", tmp_path / "ours")
    shutil.copytree(made / "second", tmp_path / "next")
    return tmp_path, read_manifest(made / "first").version, read_manifest(made / "second").version


def exchange(folder: Path) -> None:
    shutil.rmtree(folder / "ours")
    (folder / "next").rename(folder / "ours")


async def test_problems_and_versions_of_models_are_metrics() -> None:
    models = shelf()
    await models.fetch([ModelRef("starter"), ModelRef("nowhere")])
    registry = CollectorRegistry()
    workspaces = WorkspaceLabels(workspaces_max=50)
    metrics = RouterMetrics(registry, workspaces)
    registry.register(RouterCollector(list, now_ms, models, metrics, workspaces))
    ((_, starter),) = models.kept()
    same = {
        ("usher_model_intents_total", "acme", "starter", name): float(n) for name, n in starter.trained_on().items()
    }
    metrics.counted(Step(None, counts={**same, ("usher_model_intents_total", "acme", "nowhere", "refund"): 9999.0}))

    shown = generate_latest(registry).decode()

    assert "usher_model_problems 1.0" in shown
    assert f'usher_model_info{{model="starter",version="{starter.version}"}} 1.0' in shown
    assert 'usher_model_loads_total{result="refused"} 1.0' in shown
    drift = re.search(r'usher_model_intent_drift{model="starter"} (\S+)', shown)
    assert drift is not None
    assert float(drift[1]) < 1e-9
    assert 'usher_model_intent_drift{model="nowhere"}' not in shown


def test_labels_beyond_the_bound_are_counted_together() -> None:
    registry = CollectorRegistry()
    metrics = RouterMetrics(registry, WorkspaceLabels(workspaces_max=50))
    key = ("usher_automation_total", "acme", "bot", "contained")

    metrics.counted(Step(None, counts={(*key, f"intent-{number}", "none"): 1.0 for number in range(CHILDREN_MAX + 5)}))

    shown = generate_latest(registry).decode()
    assert (
        'usher_automation_total{article="other",intent="other",outcome="other",tier="other",workspace="other"} 5.0'
        in shown
    )
    assert shown.count("usher_automation_total{") == CHILDREN_MAX + 1
