"""A policy document: what it means, and every way to get it wrong, with the path and the fix."""

import pytest

from shared.policy import Requirements, parse_policy
from shared.policy.fields import format_duration, parse_duration
from shared.policy.requirements import parse_requires
from tests.support.policy_builders import document, with_queue


def test_a_policy_of_one_queue_needs_nothing_else():
    policy = parse_policy({"workspace": "a", "queues": {"all": {}}})
    assert policy.default_queue == "all"
    assert policy.queues["all"].requirements == Requirements()
    assert policy.queues["all"].answer_seconds == 3600
    assert policy.offers.timeout_seconds == 15
    assert policy.presence.lease_seconds is None
    assert policy.calendar(None).is_always_open


def test_durations_become_seconds_and_shares_stay_shares():
    queue = parse_policy(with_queue(late_factor=7, boost="5m", life_max="2d", late_cap="1h")).queues["orders"]
    assert queue.targets["time_to_answer"].within_seconds == 20.0
    assert queue.targets["time_to_answer"].objective == 0.8
    assert queue.answer_seconds == 20.0
    assert (queue.late_factor, queue.boost_seconds, queue.life_max_seconds) == (7.0, 300.0, 172_800.0)
    assert queue.late_cap_seconds == 3600.0


@pytest.mark.parametrize(
    ("text", "seconds"), [("20s", 20), ("0.5s", 0.5), ("5m", 300), ("1.5m", 90), ("2h", 7200), ("1d", 86400), ("0s", 0)]
)
def test_durations_are_a_number_and_one_unit(text, seconds):
    assert parse_duration(text) == seconds
    assert parse_duration(format_duration(seconds)) == seconds


def test_requirements_read_in_both_forms_and_travel_as_json():
    boolean = {"all": ["orders>=2", {"en": 3}], "any": [["es>=2", "pt"], ["chat"]], "not": ["trainee"]}
    found = parse_requires(boolean)
    assert found.must == (("en", 3), ("orders", 2))
    assert found.any == ((("chat", 1),), (("es", 2), ("pt", 1)))
    assert found.without == ("trainee",)
    assert found.as_json() == {
        "must": {"en": 3, "orders": 2},
        "prefer": {},
        "any": [[{"chat": 1}], [{"es": 2}, {"pt": 1}]],
        "not": ["trainee"],
    }
    assert parse_requires({"orders": 2}) == parse_requires({"all": ["orders>=2"]})
    assert parse_requires({"any": ["a", "b"]}).any == ((("a", 1), ("b", 1)),)
    assert parse_requires({"all": 3}).must == (("all", 3),)  # a skill may be called all


def test_a_contacts_skills_are_added_and_the_higher_level_holds():
    queue = parse_policy(document()).queues["orders"]
    assert queue.requirements.prefer == (("es", 3),)
    both = queue.requirements.plus({"orders": 1, "en": 1})
    assert both.must == (("en", 1), ("orders", 2))
    assert both.prefer == (("es", 3),)
    assert queue.requirements.plus({"orders": 4}).must == (("orders", 4),)


def test_midnight_is_2400_and_days_may_wrap():
    policy = parse_policy(document(calendars={"late": {"open": {"sat-mon": ["18:00-24:00"]}}}))
    week = policy.calendars["late"].week
    assert [day for day, spans in enumerate(week) if spans] == [0, 5, 6]
    assert policy.calendars["late"].weekly_seconds == 3 * 6 * 3600


def test_a_span_over_midnight_ends_on_the_next_weekday():
    policy = parse_policy(document(calendars={"late": {"open": {"sat-sun": ["22:00-02:00"]}}}))
    late = (22 * 3600, 24 * 3600)
    assert policy.calendars["late"].week == (((0, 7200),), (), (), (), (), (late,), ((0, 7200), late))


def test_public_holidays_are_written_as_they_were_read():
    holidays = ["2026-12-25", {"country": "ES", "region": "MD"}, {"country": "DE"}]
    policy = parse_policy(document(calendars={"office": {"open": {"mon": ["09:00-10:00"]}, "holidays": holidays}}))
    assert policy.document()["calendars"]["office"]["holidays"] == holidays
    assert parse_policy(policy.document()) == policy


def test_the_normalised_document_parses_to_an_equal_policy_with_the_same_hash():
    made = with_queue(requires={"all": ["orders>=2"], "any": ["a", "b"], "not": ["c"]}, hours="office", boost="1.5m")
    made["classification"] = {
        "intents": {"i": {"tier": "bot", "patterns": ["x"]}},
        "rules": [{"name": "r", "when": {"channel": "chat"}, "then": {"tier": "agent", "boost": "10m"}}],
    }
    policy = parse_policy(made, not_yet=())
    again = parse_policy(policy.document(), not_yet=())
    assert again == policy
    assert again.hash == policy.hash
    assert policy.document()["queues"]["orders"]["boost"] == "90s"


def test_the_hash_is_of_the_meaning_and_not_of_the_writing():
    one = document(offers={"timeout": "60s"})
    other = {key: one[key] for key in reversed(list(one))}
    other["offers"] = {"timeout": "1m", "parallel": 1}
    assert parse_policy(one).hash == parse_policy(other).hash
    assert parse_policy(document(offers={"timeout": "61s"})).hash != parse_policy(one).hash


def test_channels_have_a_cost_and_voice_is_exclusive_unless_said():
    policy = parse_policy(document(channels={"chat": {"cost": 2}}))
    assert policy.channel("voice").exclusive
    assert (policy.channel("chat").units, policy.channel("chat").exclusive) == (2, False)
    assert policy.channel("email").units == 1
    assert not parse_policy(document(channels={"voice": {"cost": 3}})).channel("voice").exclusive


def test_a_language_is_found_by_tag_then_by_primary_language():
    policy = parse_policy(document(languages=["en", "pt-BR"]))
    assert policy.language("EN-gb") == "en"
    assert policy.language("pt-BR") == "pt-BR"
    assert policy.language("pt") == "pt-BR"
    assert policy.language("fr") is None
    assert policy.language(None) is None
