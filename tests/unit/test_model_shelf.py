"""The models of a router process: fetched by name, kept while they can be used, reported when they cannot."""

import shutil
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from services.router.metrics import CHILDREN_MAX, RouterCollector, RouterMetrics
from services.router.model.folders import STARTER_FOLDER
from services.router.model.shelf import MODELS_MAX, ModelShelf
from shared.clock import now_ms
from shared.engine import Step
from shared.logs import configure


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

    await models.fetch(["starter", "starter"])

    model = models.get("starter")
    assert model is not None
    assert model.predict(["where is my order"], frozenset())[0].intent == "order_status"
    assert model.intents()["stolen_card"].moment_of_truth
    assert models.problems == {}


async def test_a_model_that_cannot_be_used_is_a_problem_until_it_is_mended(tmp_path: Path) -> None:
    damage(copy_of_starter(tmp_path / "ours"))
    models = shelf(tmp_path)
    await models.fetch(["ours"])
    assert models.get("ours") is None
    assert "vocab.json" in models.problems["ours"]

    shutil.rmtree(tmp_path / "ours")
    copy_of_starter(tmp_path / "ours")
    await models.fetch(["ours"])

    assert models.get("ours") is not None
    assert models.problems == {}


async def test_a_model_in_use_that_is_damaged_on_disk_stays_in_use(tmp_path: Path) -> None:
    folder = copy_of_starter(tmp_path / "ours")
    models = shelf(tmp_path)
    await models.fetch(["ours"])
    (folder / "manifest.json").write_text("{}")

    await models.fetch(["ours"])

    assert models.get("ours") is not None
    assert list(models.problems) == ["ours"]


async def test_a_process_holds_only_so_many_models(tmp_path: Path) -> None:
    models = shelf(tmp_path)
    names = [f"m{number}" for number in range(MODELS_MAX + 1)]
    for name in names:
        (tmp_path / name).symlink_to(STARTER_FOLDER)

    await models.fetch(names)

    assert sorted(models.versions()) == names[:MODELS_MAX]
    assert list(models.problems) == [names[-1]]


async def test_problems_and_versions_of_models_are_metrics() -> None:
    models = shelf()
    await models.fetch(["starter", "nowhere"])
    registry = CollectorRegistry()
    registry.register(RouterCollector(list, now_ms, models))

    shown = generate_latest(registry).decode()

    assert "usher_model_problems 1.0" in shown
    assert f'usher_model_info{{model="starter",version="{models.versions()["starter"]}"}} 1.0' in shown


def test_labels_beyond_the_bound_are_counted_together() -> None:
    registry = CollectorRegistry()
    metrics = RouterMetrics(registry)
    key = ("usher_automation_total", "bot", "contained")

    metrics.counted(Step(None, counts={(*key, f"intent-{number}", "none"): 1.0 for number in range(CHILDREN_MAX + 5)}))

    shown = generate_latest(registry).decode()
    assert 'usher_automation_total{article="other",intent="other",outcome="other",tier="other"} 5.0' in shown
    assert shown.count("usher_automation_total{") == CHILDREN_MAX + 1
