"""What shows that customers write of other things than before: counted in the step, judged when metrics are read."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.intent_mix import TEXTS_PER_INTENT_MIN, WINDOW_TEXTS, IntentMix, psi
from shared.contract.inputs import Party
from tests.support.router_builders import bodies_of
from tests.support.router_models import Shelf, WordModel, policy_naming, router_on

MIXES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 1000), min_size=1).filter(
    lambda mix: any(mix.values())
)


def test_what_the_model_found_and_what_it_did_not_know_is_counted() -> None:
    router = router_on(Shelf(words=WordModel()))
    for number, text in enumerate(("my parcel", "a parcel", "my card")):
        router.contact(f"c{number}", text=text)

    assert router.counts["usher_model_intents_total", "words", "order_status"] == 2
    assert router.counts["usher_model_intents_total", "words", "stolen_card"] == 1
    assert router.counts["usher_model_unknown_share_total", "words"] == pytest.approx(0.75)


def test_languages_are_counted_and_told_apart_only_where_there_is_a_choice() -> None:
    router = router_on(Shelf(words=WordModel()))
    router.contact("c0", text="hola donde esta el parcel")
    assert not [key for key in router.counts if key[0] == "usher_languages_total"]

    router.activate({**policy_naming("words"), "languages": ["en", "es"], "channels": {"chat": {"language": "en"}}})
    router.contact("c1", text="hola donde esta el parcel")
    router.contact("c2", text="zzz", party=Party(handle="h", customer_id="somebody-else"))
    router.contact("c3", text="zzz", language="en")

    assert router.counts["usher_languages_total", "es"] == 1
    assert router.counts["usher_languages_total", "en"] == 2
    told = bodies_of(router.events, "contact.classified")
    assert [[reason for reason in body["reasons"] if reason.startswith("language")] for body in told] == [
        [],
        ["language: es by text"],
        ["language: en by channel"],
        [],
    ]


def test_a_short_text_is_in_the_language_that_its_customer_wrote_before() -> None:
    router = router_on(Shelf(words=WordModel()))
    router.activate({**policy_naming("words"), "languages": ["en", "es"]})
    router.contact("c1", text="hola donde esta el parcel")
    router.contact("c2", text="zzz")
    router.restart()

    said = router.last("classified")
    assert (said["language"], "language: es by customer" in said["reasons"]) == ("es", True)


def test_an_agent_who_names_an_intent_when_closing_confirms_or_changes_it() -> None:
    router = router_on(Shelf(words=WordModel()))
    for number, disposition in enumerate(("stolen_card", "complaint", "weather", "done", None)):
        _, assignment_id = router.assigned(f"c{number}", text="my card")
        router.end(assignment_id, disposition=disposition)

    assert router.counts["usher_intent_reviews_total", "stolen_card", "confirmed"] == 1
    assert router.counts["usher_intent_reviews_total", "stolen_card", "changed"] == 2


@given(MIXES, MIXES)
def test_the_index_is_never_negative_symmetric_and_nothing_for_the_same_mix(found, trained) -> None:
    assert psi(found, trained) >= 0
    assert psi(found, trained) == pytest.approx(psi(trained, found))
    assert psi(found, {name: 3 * count for name, count in found.items()}) == pytest.approx(0, abs=1e-12)


def test_the_index_of_two_known_mixes() -> None:
    # 0.4 ln 5 + 0.4 ln 5: shares 0.5 / 0.5 became 0.9 / 0.1.
    assert psi({"a": 90, "b": 10}, {"a": 50, "b": 50}) == pytest.approx(0.4 * 0.5877867 + 0.4 * 1.6094379)


def test_a_mix_is_judged_once_enough_is_known_and_forgets_what_is_old() -> None:
    trained = {"a": 100.0, "b": 100.0}
    mix, chance = IntentMix(), random.Random(3)
    for _ in range(2 * TEXTS_PER_INTENT_MIN - 1):
        mix.add(chance.choice("ab"), 1)
    assert mix.drift(trained, "v1") is None
    mix.add("a", 1)
    assert mix.drift(trained, "v1") == pytest.approx(0, abs=0.2)

    for _ in range(8 * WINDOW_TEXTS):
        mix.add("a", 1)
    moved = mix.drift(trained, "v1")
    assert moved is not None
    assert moved > 1
    assert mix.drift(trained, "another version") is None
