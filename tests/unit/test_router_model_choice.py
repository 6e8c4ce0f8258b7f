"""Which model decides from where in the log on: chosen by records, the same for every owner, refused with a reason."""

from typing import Any

import pytest

from services.router.domain.classification.record import ModelRef
from services.router.domain.classification.triage import Triage
from services.router.domain.engine import RouterEngine
from shared.contract.inputs import Party, PolicyActivated
from shared.policy import parse_policy
from tests.support.router_builders import Router, bodies_of, body_of
from tests.support.router_models import Shelf, WordModel, policy_naming, router_on

ONLY_WEATHER = {"weather": "weather"}


def record_of(router: Router, document: dict[str, Any], version: str = "") -> Any:
    parsed = parse_policy(document)
    common = router.common(router._key(f"policy-{version}"))
    said = PolicyActivated(**common, hash=parsed.hash, policy=parsed.document(), model_version=version)
    return router.record(said)


def activated(router: Router) -> list[tuple[int, str | None]]:
    """(policy version, model version) of every activation, as the log tells them."""
    told = bodies_of(router.events, "policy.activated")
    return [(body["policy_version"], body["model_version"]) for body in told]


def versions(router: Router) -> list[str]:
    """The model that decided each contact."""
    told = bodies_of(router.events, "contact.classified")
    return [body["model_version"] for body in told]


def shelf_of_two() -> Shelf:
    shelf = Shelf(words=WordModel("v1"))
    shelf.put("words", WordModel("v2"))
    return shelf


def test_the_log_says_which_model_decides_from_where_on_also_within_one_batch() -> None:
    shelf = Shelf(words=WordModel("v1"))
    router = router_on(shelf)
    shelf.put("words", WordModel("v2"))
    first = router.record(router.message("c1", text="parcel"))
    change = record_of(router, policy_naming("words"), "v2")
    second = router.record(router.message("c2", text="parcel"))

    router.batch([first, change, second])

    assert activated(router) == [(1, "v1"), (2, "v2")]
    assert versions(router) == ["v1", "v2"]
    assert [row.model_version for row in router.store.policies["acme"]] == ["v1", "v2"]


def test_a_policy_that_names_the_same_model_keeps_the_version_in_force() -> None:
    shelf = Shelf(words=WordModel("v1"))
    router = router_on(shelf)
    shelf.put("words", WordModel("v2"))

    router.activate({**policy_naming("words"), "sticky": {"within": "1d", "wait": "5s"}})
    router.contact("c1", text="parcel")

    assert activated(router) == [(1, "v1"), (2, "v1")]
    assert versions(router) == ["v1"]


def test_the_version_in_force_again_is_a_repeat() -> None:
    router = router_on(Shelf(words=WordModel("v1")))
    router.batch([record_of(router, policy_naming("words"), "v1")])

    assert activated(router) == [(1, "v1")]
    assert router.counts["usher_duplicates_total",] == 1


@pytest.mark.parametrize(("model", "version"), [("words", "v9"), ("other", ""), ("other", "v9")])
def test_a_model_that_cannot_be_used_is_refused_and_the_current_one_stays(model: str, version: str) -> None:
    router = router_on(Shelf(words=WordModel("v1")))
    router.batch([record_of(router, policy_naming(model), version)])
    router.contact("c1", text="parcel")

    (dead,) = router.dead
    assert (dead.path, dead.detail) == (
        "policy.classification.model",
        f"{model}: weights.npz: was changed after training",
    )
    assert versions(router) == ["v1"]


def test_a_shadow_that_cannot_be_used_is_refused_too() -> None:
    router = router_on(Shelf(words=WordModel("v1")))
    router.activate(policy_naming("words", shadow="other"))

    assert [dead.path for dead in router.dead] == ["policy.classification.shadow"]


def test_a_workspace_can_be_opened_before_its_model_is_there() -> None:
    shelf = Shelf()
    router = router_on(shelf)
    assert activated(router) == [(1, None)]

    shelf.put("words", WordModel("v1"))
    router.activate({**policy_naming("words"), "sticky": {"within": "1d", "wait": "5s"}})
    assert activated(router) == [(1, None), (2, "v1")]


def test_another_owner_decides_with_the_same_version_and_with_the_newest_where_that_is_gone() -> None:
    shelf = Shelf(words=WordModel("v1"))
    router = router_on(shelf)
    shelf.put("words", WordModel("v2"))
    take_over(router, shelf)
    router.contact("c1", text="parcel")
    take_over(router, Shelf(words=WordModel("v3")))
    router.contact("c2", text="parcel")

    assert versions(router) == ["v1", "v3"]


def take_over(router: Router, shelf: Shelf) -> None:
    router.engine = RouterEngine(0, Triage(shelf))
    router.engine.restore(router.store.rows())


def test_what_a_record_wants_in_memory_is_named_before_its_turn() -> None:
    router = router_on(Shelf(words=WordModel("v1"), next=WordModel("n1")))
    later = {**policy_naming("words", shadow="next"), "languages": ["en", "es"]}

    needs = router.engine.needs([record_of(router, later), record_of(router, policy_naming("next"), "n1")])

    assert needs is not None
    assert needs.models == [ModelRef("words", "v1"), ModelRef("next"), ModelRef("next", "n1")]
    assert needs.languages == [("en", "es")]


@pytest.mark.parametrize("bad", [{"classification": 5}, {"classification": {"model": 5}}, {"languages": 7}, {}])
def test_a_record_whose_policy_is_nonsense_wants_nothing(bad: dict[str, Any]) -> None:
    router = Router()
    said = PolicyActivated(**router.common(router._key("bad")), hash="", policy=bad)

    needs = router.engine.needs([router.record(said)])

    assert needs is not None
    assert (needs.models, needs.languages) == ([], [])


def test_a_shadow_changes_no_decision_and_its_flips_are_counted_by_direction() -> None:
    careless = WordModel("s1", words=ONLY_WEATHER)
    router = router_on(Shelf(words=WordModel("v1"), next=careless), shadow="next")
    for number, text in enumerate(("my parcel", "my card", "the weather")):
        router.contact(f"c{number}", text=text, party=Party(handle="h", customer_id=f"customer-{number}"))

    said = [body_of(event)["tier"] for event in router.events if event.type == "usher.contact.classified.v1"]
    assert said == ["self_service", "agent", "bot"]
    assert careless.asked == [1, 1, 1]
    shadow = {key[1:]: number for key, number in router.counts.items() if key[0].startswith("usher_shadow")}
    assert shadow == {
        ("next", "agreed"): 1,
        ("next", "differed"): 2,
        ("next", "tier_up"): 1,
        ("next", "tier_down"): 1,
        ("next", "moment_lost"): 1,
    }
