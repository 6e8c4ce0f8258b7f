"""Ids of contacts: the door and the router derive the same, and none comes again when its conversation is forgotten."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.acknowledgement import acknowledgement
from services.ingest.domain.normalise import Admitted
from services.ingest.domain.types import MESSAGE
from services.router.domain.customers.journey import AGE_MS_MAX
from services.router.retention import Kept
from services.router.settings import JOURNEY_DAYS, RouterSettings
from shared.contract import ids
from shared.times import DAY_MS
from tests.support.router_builders import Router


def test_the_first_contacts_id_is_that_of_the_door_whatever_the_day() -> None:
    for days in range(-50, 4000, 150):
        router = Router(start_ms=ids._FIRST_ERA_ENDS_MS + days * DAY_MS)
        key = ids.conversation_key("acme", "chat", f"c{days}")
        assert router.contact(f"c{days}") == ids.contact_id(key, 1, router.now_ms)


@given(began=st.integers(-900, 3_000), after=st.integers(0, 900), conversation=st.text("ab", min_size=1))
def test_the_door_names_the_contact_that_a_further_message_joins_also_when_ids_changed_since_it_began(
    began: int, after: int, conversation: str
) -> None:
    start_ms = ids._FIRST_ERA_ENDS_MS + began * DAY_MS
    key = ids.conversation_key("acme", "chat", conversation)
    contact_id = ids.contact_id(key, 1, start_ms)
    further = Admitted(MESSAGE, "e", "acme", conversation, "chat", "chat", 0, start_ms + after * DAY_MS, "", b"")

    told = acknowledgement(further)

    assert contact_id in (told["contact_id"], told.get("earlier_contact_id"))
    is_first_era = ids.contact_id(key, 1, 0) == told["contact_id"]
    assert ("earlier_contact_id" in told) is not is_first_era, "one id while there is but one"
    assert told["contact_id"] == ids.contact_id(key, 1, further.arrived_ms), "who begins today has the id of today"


@given(st.uuids(), st.integers(0, 20_000 * DAY_MS), st.integers(0, 20_000 * DAY_MS))
def test_two_arrivals_an_era_apart_never_share_an_id_and_those_of_a_day_nearly_always_do(
    key: UUID, first: int, between: int
) -> None:
    start = ids._FIRST_ERA_ENDS_MS
    one = ids.contact_id(str(key), 1, start + first)
    far = ids.contact_id(str(key), 1, start + first + ids.ERA_DAYS * DAY_MS + between)
    assert one != far
    days = [ids.contact_id(str(key), 1, start + first + each * DAY_MS) for each in range(ids.ERA_DAYS)]
    assert len(set(days)) <= 2, "one boundary in an era"


def test_an_episode_is_remembered_longer_than_an_era_and_an_outcome_as_long_as_journeys_look_back() -> None:
    assert ids.MEMORY_DAYS > ids.ERA_DAYS
    assert JOURNEY_DAYS * DAY_MS == AGE_MS_MAX
    kept = RouterSettings(log_retention_days=500, passing_retention_days=20).kept
    assert (kept.outcomes_ms, kept.policies_ms, kept.inputs_ms) == (501 * DAY_MS, 501 * DAY_MS, 21 * DAY_MS)
    assert RouterSettings().kept == Kept()
