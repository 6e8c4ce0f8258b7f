"""A policy document: what it means, and every way to get it wrong, with the path and the fix."""

import pytest

from shared.policy import Requirements, parse_policy
from shared.policy.fields import format_duration, parse_duration
from shared.policy.requirements import parse_requires
from tests.support.policy_builders import document, faults, with_queue


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


@pytest.mark.parametrize(
    "text", ["20", 20, 20.0, "s", "-5s", "1h30m", "5 m", "5M", "1w", "٣s", "1e3s", "", None, "400d", True]
)
def test_anything_else_is_no_duration(text):
    found = faults(document(offers={"timeout": text}))
    assert list(found) == ["offers.timeout"]
    assert "20s, 5m, 2h or 1d" in found["offers.timeout"]


def test_a_promise_shorter_than_a_tenth_of_a_second_is_refused():
    assert "too short" in faults(with_queue(targets={"time_to_answer": {"within": "0.05s"}})).popitem()[1]
    parse_policy(with_queue(targets={"time_to_answer": {"within": "0.1s"}}))


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


@pytest.mark.parametrize(
    ("requires", "words"),
    [
        ({"orders": 6}, "whole number from 1 to 5"),
        ({"orders": 0}, "whole number from 1 to 5"),
        ({"orders": True}, "whole number from 1 to 5"),
        ({"orders": "2"}, "whole number from 1 to 5"),
        ({"a b": 2}, "not the name of a skill"),
        ({"all": ["orders>2"]}, "is not a requirement"),
        ({"all": "orders"}, "must be a list"),
        ({"any": [[]]}, "empty group"),
        ({"any": ["a", ["b"]]}, "mixes skills and groups"),
        ({"not": ["a>=2"]}, "without levels"),
        ({"all": ["a"], "not": ["a"]}, "both required and excluded"),
        (["orders"], "must be a mapping"),
        (None, "must be a mapping"),
    ],
)
def test_requirements_that_cannot_be_meant_are_refused(requires, words):
    assert words in faults(with_queue(requires=requires))["queues.orders.requires"]


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"late_factr": 5}, "queues.orders.late_factr", "did you mean late_factor?"),
        ({"late_factor": 20.5}, "queues.orders.late_factor", "at most 20"),
        ({"late_factor": 0.5}, "queues.orders.late_factor", "at least 1"),
        ({"late_factor": "5"}, "queues.orders.late_factor", "must be a number, not '5'"),
        ({"late_factor": True}, "queues.orders.late_factor", "must be a number"),
        ({"late_factor": float("nan")}, "queues.orders.late_factor", "finite"),
        ({"waiting_max": 1.0}, "queues.orders.waiting_max", "whole number"),
        ({"waiting_max": 0}, "queues.orders.waiting_max", "at least 1"),
        ({"agent_order": "longest"}, "queues.orders.agent_order", "did you mean longest_idle?"),
        ({"targets": {"time_to_anser": {}}}, "queues.orders.targets.time_to_anser", "time_to_answer"),
        ({"targets": {"resolution": {}}}, "queues.orders.targets.resolution.within", "is missing"),
        (
            {"targets": {"resolution": {"within": "1h", "objective": 1.2}}},
            "queues.orders.targets.resolution.objective",
            "1",
        ),
        (
            {"targets": {"resolution": {"within": "1h", "warn_at": 1}}},
            "queues.orders.targets.resolution.warn_at",
            "less",
        ),
        (
            {"targets": {"resolution": {"within": "1h", "calendar": "ofice"}}},
            "queues.orders.targets.resolution.calendar",
            "did you mean office?",
        ),
        ({"hours": "night"}, "queues.orders.hours", "there is no calendar 'night'"),
        ({"prefers": {"es": 9}}, "queues.orders.prefers.es", "at most 5"),
        ({"relax": {"after": "1m"}}, "queues.orders.relax", "must be a list"),
        ({"relax": [{"after": "1m"}]}, "queues.orders.relax[0]", "does nothing"),
        ({"relax": [{"drop": ["es"]}]}, "queues.orders.relax[0].after", "is missing"),
        ({"relax": [{"after": "1m", "drop": []}]}, "queues.orders.relax[0].drop", "is empty"),
        (
            {"relax": [{"after": "1m", "add_queue": "genral"}]},
            "queues.orders.relax[0].add_queue",
            "did you mean general?",
        ),
        ({"relax": [{"after": "1m", "add_queue": "orders"}]}, "queues.orders.relax[0].add_queue", "already waits"),
        ({"overflow": [{"when": {}, "to": {"queue": "general"}}]}, "queues.orders.overflow[0].when", "no condition"),
        ({"overflow": [{"when": {"waiting": 1}, "to": {}}]}, "queues.orders.overflow[0].to", "exactly one"),
        (
            {"overflow": [{"when": {"waiting": 1}, "to": {"queue": "general", "callback": True}}]},
            "queues.orders.overflow[0].to",
            "exactly one",
        ),
        (
            {"overflow": [{"when": {"closed": False}, "to": {"queue": "general"}}]},
            "queues.orders.overflow[0].when.closed",
            "must be True",
        ),
        (
            {"overflow": [{"when": {"waiting": 1}, "to": {"queue": "orders"}}]},
            "queues.orders.overflow[0].to.queue",
            "overflow to itself",
        ),
    ],
)
def test_a_wrong_queue_is_refused_with_path_and_fix(change, path, words):
    found = faults(with_queue(**change))
    assert list(found) == [path]
    assert words in found[path]


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"workspace": "Acme"}, "workspace", "must match"),
        ({"timezone": "Europe/Madird"}, "timezone", "not a time zone"),
        ({"timezone": "../etc/passwd"}, "timezone", "not a time zone"),
        ({"languages": ["en", False]}, "languages[1]", "must be a text"),
        ({"languages": ["english"]}, "languages[0]", "must match"),
        ({"languages": ["en", "es", "en"]}, "languages[2]", "stands twice"),
        ({"default_queue": "generl"}, "default_queue", "did you mean general?"),
        ({"default_queue": None}, "default_queue", "must be a text, not nothing"),
        ({"queues": {}}, "queues", "is empty"),
        ({"queues": []}, "queues", "must be a mapping, not a list"),
        ({"channels": {"fax": {}}}, "channels.fax", "must be"),
        ({"channels": {"chat": {"cost": 0}}}, "channels.chat.cost", "1 to 1000, or the word exclusive"),
        ({"channels": {"chat": {"queue": "nowhere"}}}, "channels.chat.queue", "there is no queue"),
        ({"channels": {"chat": {"language": "fr"}}}, "channels.chat.language", "there is no language"),
        ({"offers": {"parallel": 0}}, "offers.parallel", "at least 1"),
        ({"offers": {"on_expiry": "ready"}}, "offers.on_expiry", "not_ready"),
        ({"wrap_up": {"default": "10m", "forced_end": "5m"}}, "wrap_up", "longer than forced_end"),
        ({"sticky": {"within": "7d"}}, "sticky.wait", "is missing"),
        ({"bots": {"default": {"max_minutes": 10}}}, "bots.default.max_minutes", "is not a duration"),
        ({"calenders": {}}, "calenders", "did you mean calendars?"),
        ({"classification": {"thresholds": {"confidence": 1.5}}}, "classification.thresholds.confidence", "at most 1"),
        (
            {"classification": {"intents": {"a": {"queue": "oders"}}}},
            "classification.intents.a.queue",
            "did you mean orders?",
        ),
        ({"classification": {"intents": {"a": {"bot": "hal"}}}}, "classification.intents.a.bot", "there is no bot"),
        (
            {"classification": {"intents": {"a": {"moment_of_truth": True, "tier": "bot"}}}},
            "classification.intents.a.tier",
            "always goes to an agent",
        ),
        ({"classification": {"intents": {"a": {"base": 101}}}}, "classification.intents.a.base", "at most 100"),
        ({"classification": {"score": {"repeat": 40}}}, "classification.score", "more risk may never lower"),
        ({"classification": {"score": {"bot_from": 60}}}, "classification.score", "bot_from <= agent_from"),
        (
            {"classification": {"words": {"fr": {"urgent": ["vite"]}}}},
            "classification.words.fr",
            "there is no language",
        ),
    ],
)
def test_a_wrong_part_is_refused_with_path_and_fix(change, path, words):
    found = faults(document(**change))
    assert list(found) == [path]
    assert words in found[path]


@pytest.mark.parametrize(
    ("rule", "path", "words"),
    [
        ({"when": {"text": "(a"}, "then": {"tier": "agent"}}, "when.text", "missing ): (a at character 1"),
        ({"when": {"text": "ab(?<=c)"}, "then": {"tier": "agent"}}, "when.text", "at character 3"),
        ({"when": {"text": "x*"}, "then": {"tier": "agent"}}, "when.text", "matches the empty text"),
        ({"when": {"text": r"\bявка"}, "then": {"tier": "agent"}}, "when.text", "knows only those"),
        ({"when": {"text": "(((a{30}){30}){30})b"}, "then": {"tier": "agent"}}, "when.text", "is not a pattern"),
        ({"when": {"text": "a" * 1001}, "then": {"tier": "agent"}}, "when.text", "1001 characters"),
        ({"when": {}, "then": {"tier": "agent"}}, "when", "no condition"),
        ({"when": {"channel": "fax"}, "then": {"tier": "agent"}}, "when.channel[0]", "must be"),
        ({"when": {"language": "fr"}, "then": {"tier": "agent"}}, "when.language", "there is no language"),
        ({"when": {"intent": "x"}, "then": {"tier": "agent"}}, "when.intent", "there is no intent"),
        ({"when": {"public": "yes"}, "then": {"tier": "agent"}}, "when.public", "must be true or false"),
        ({"when": {"attributes": {"vip": True}}, "then": {"tier": "agent"}}, "when.attributes.vip", "must be a text"),
        ({"when": {"public": True}, "then": {}}, "then", "does nothing"),
        ({"when": {"public": True}, "then": {"tier": "human"}}, "then.tier", "agent"),
        ({"when": {"public": True}, "then": {"queue": "x"}}, "then.queue", "there is no queue"),
        ({"when": {"public": True}, "then": {"intent": "x"}}, "then.intent", "there is no intent"),
    ],
)
def test_a_wrong_rule_is_refused_with_path_and_fix(rule, path, words):
    found = faults(document(classification={"rules": [{"name": "r", **rule}]}))
    assert list(found) == [f"classification.rules[0].{path}"]
    assert words in found.popitem()[1]


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ({"mon": ["9:00-10:00"]}, "not a span"),
        ({"mon": ["09:00-25:00"]}, "not a span"),
        ({"mon": ["09:00-24:01"]}, "ends after midnight"),
        ({"mon": ["22:00-02:00"], "tue": ["01:00-03:00"]}, "tue: 22:00-02:00 and 01:00-03:00 overlap"),
        ({"mon": ["09:00-09:00"]}, "is empty"),
        ({"mon-fri": ["09:00-12:00"], "fri": ["11:00-13:00"]}, "fri: 09:00-12:00 and 11:00-13:00 overlap"),
        ({"mon": []}, "never opens"),
        ({}, "never opens"),
        ({"monday": ["09:00-10:00"]}, "must match"),
    ],
)
def test_wrong_opening_hours_are_refused(spans, words):
    found = faults(document(calendars={"office": {"open": spans}}))
    assert any(words in text for text in found.values())
    assert all(path.startswith("calendars.office.open") for path in found)


def test_midnight_is_2400_and_days_may_wrap():
    policy = parse_policy(document(calendars={"late": {"open": {"sat-mon": ["18:00-24:00"]}}}))
    week = policy.calendars["late"].week
    assert [day for day, spans in enumerate(week) if spans] == [0, 5, 6]
    assert policy.calendars["late"].weekly_seconds == 3 * 6 * 3600


def test_a_span_over_midnight_ends_on_the_next_weekday():
    policy = parse_policy(document(calendars={"late": {"open": {"sat-sun": ["22:00-02:00"]}}}))
    late = (22 * 3600, 24 * 3600)
    assert policy.calendars["late"].week == (((0, 7200),), (), (), (), (), (late,), ((0, 7200), late))


@pytest.mark.parametrize(
    ("holiday", "path", "words"),
    [
        ({"country": "XX"}, "", "holidays of XX are not known"),
        ({"country": "ES", "region": "Q"}, "", "holidays of Q in ES are not known"),
        ({"country": "es"}, ".country", "must match"),
        ({"region": "MD"}, "", "neither a date nor the holidays of a country"),
        ({}, "", "neither a date"),
        ({"country": "ES", "town": "x"}, ".town", "unknown key"),
        (True, "", "is not a holiday"),
    ],
)
def test_public_holidays_that_nobody_knows_are_refused(holiday, path, words):
    found = faults(document(calendars={"office": {"open": {"mon": ["09:00-10:00"]}, "holidays": [holiday]}}))
    assert list(found) == [f"calendars.office.holidays[0]{path}"]
    assert words in found.popitem()[1]


def test_public_holidays_are_written_as_they_were_read():
    holidays = ["2026-12-25", {"country": "ES", "region": "MD"}, {"country": "DE"}]
    policy = parse_policy(document(calendars={"office": {"open": {"mon": ["09:00-10:00"]}, "holidays": holidays}}))
    assert policy.document()["calendars"]["office"]["holidays"] == holidays
    assert parse_policy(policy.document()) == policy


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "20261225", 20261225, "25.12.2026"])
def test_a_holiday_is_a_date(day):
    found = faults(document(calendars={"office": {"open": {"mon": ["09:00-10:00"]}, "holidays": [day]}}))
    assert "write 2026-12-25" in found["calendars.office.holidays[0]"]


def test_a_promise_that_needs_more_than_a_year_of_opening_hours_is_refused():
    change = {"targets": {"resolution": {"within": "300d", "calendar": "office"}}}
    assert "more than a year" in faults(with_queue(**change))["queues.orders.targets.resolution.within"]


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
