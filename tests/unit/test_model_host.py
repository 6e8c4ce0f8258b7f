"""The model in use changes without a pause, goes back in an instant, and a candidate only counts."""

import asyncio

import pytest

from services.router.model.errors import ModelRefused
from services.router.model.host import ModelHost, open_model
from services.router.model.language import LanguageReader
from services.router.model.tiers import IntentTier
from services.router.training.save import save
from tests.support.labelled_texts import TIERS, small_model

AGENTS = frozenset({"stolen_card", "refund"})
TEXTS = ["where is my order", "someone stole my card", "refund this purchase", "when do you open"]
CAREFUL = {**TIERS, "opening_hours": IntentTier(tier="agent", moment_of_truth=True)}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    above = tmp_path_factory.mktemp("models")
    first, _ = save(small_model(60, TIERS), above / "first")
    second, _ = save(small_model(70, CAREFUL), above / "second")
    return first, second


@pytest.fixture
def host(folders):
    return ModelHost(open_model(folders[0]))


async def test_a_reload_swaps_the_model_and_a_rollback_brings_it_back(host, folders):
    before = host.version
    assert await host.reload(folders[1])
    after = host.version
    assert after != before
    assert host.rollback()
    assert host.version == before
    assert host.rollback()
    assert host.version == after
    assert (host.counts.loaded, host.counts.rolled_back) == (1, 2)


async def test_the_model_in_use_is_not_loaded_again_and_there_is_nothing_to_roll_back_to(host, folders):
    assert not await host.reload(folders[0])
    assert not host.rollback()


async def test_a_damaged_model_is_refused_and_the_current_one_stays(host, folders, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in folders[1].iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= path.name == "weights.npz"
        (broken / path.name).write_bytes(content)
    before = host.version
    with pytest.raises(ModelRefused, match=r"weights\.npz"):
        await host.reload(broken)
    assert host.version == before
    assert host.counts.refused == 1


async def test_the_event_loop_runs_on_while_a_model_is_loaded(host, folders):
    loading = asyncio.create_task(host.reload(folders[1]))
    turns = 0
    while not loading.done():
        await asyncio.sleep(0)
        turns += 1
    assert loading.result()
    assert turns > 2


def test_an_answer_names_the_model_that_gave_it(host):
    answer = host.answer(TEXTS, AGENTS)
    assert answer.version == host.version
    assert [said.intent for said in answer.predictions] == ["order_status", "stolen_card", "refund", "opening_hours"]
    assert host.predict(TEXTS, AGENTS) == answer.predictions
    assert host.counts.texts == 2 * len(TEXTS)


async def test_a_candidate_counts_its_flips_and_changes_no_answer(host, folders):
    before = host.predict(TEXTS, AGENTS)
    assert await host.start_shadow(folders[1])
    assert host.predict(TEXTS, AGENTS) == before
    counts = host.counts
    assert counts.shadow_texts == len(TEXTS)
    assert counts.shadow_agreed == len(TEXTS)
    assert (counts.shadow_moment_gained, counts.shadow_moment_lost) == (1, 0)
    assert counts.shadow_tier_down == 0


async def test_flips_of_tier_are_counted_by_direction(tmp_path):
    relaxed = {name: IntentTier(tier="bot" if name == "praise" else "self_service") for name in TIERS}
    strict = {**relaxed, "praise": IntentTier(tier="self_service"), "refund": IntentTier(tier="agent")}
    first, _ = save(small_model(100, relaxed), tmp_path / "relaxed")
    second, _ = save(small_model(101, strict), tmp_path / "strict")
    host = ModelHost(open_model(first))
    await host.start_shadow(second)
    host.predict(["great service, thank you", "I want my money back"], frozenset())
    assert (host.counts.shadow_tier_up, host.counts.shadow_tier_down) == (1, 1)


async def test_a_candidate_can_be_promoted_or_let_go(host, folders):
    await host.start_shadow(folders[1])
    candidate = host.shadow_version
    assert host.promote()
    assert host.version == candidate
    assert host.shadow_version is None
    assert not host.promote()
    await host.start_shadow(folders[0])
    host.stop_shadow()
    assert host.shadow_version is None


async def test_the_current_model_is_no_candidate(host, folders):
    assert not await host.start_shadow(folders[0])
    assert host.shadow_version is None


def test_the_language_is_one_of_those_served_or_unknown(folders):
    host = ModelHost(open_model(folders[0]), LanguageReader(["en", "es-MX", "de", "xx"]))
    texts = [
        "where is my order please",
        "dónde está mi pedido por favor",
        "wo bleibt meine Bestellung denn",
        "ok",
        "12 34 56",
    ]
    said = [prediction.language for prediction in host.predict(texts, AGENTS)]
    assert said == ["en", "es-MX", "de", None, None]


def test_one_language_needs_no_reading():
    assert LanguageReader(["en"]).read("dónde está mi pedido por favor") is None
