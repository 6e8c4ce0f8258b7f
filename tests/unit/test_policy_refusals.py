"""What a policy may not say: each fault is refused with its path, in words, and with a fix."""

import pytest

from shared.policy import parse_policy
from tests.support.policy_builders import document, faults, with_queue


@pytest.mark.parametrize("text", ["20", 20, 20.0, "s", "-5s", "1h30m", "5 m", "5M", "1w", "٣s", "1e3s", "", None, True])
def test_anything_else_is_no_duration(text):
    found = faults(document(offers={"timeout": text}))
    assert list(found) == ["offers.timeout"]
    assert "20s, 5m, 2h or 1d" in found["offers.timeout"]


@pytest.mark.parametrize("text", ["400d", "999999999d", "8785h"])
def test_a_time_beyond_a_year_is_told_the_most_that_there_is(text):
    found = faults(document(offers={"timeout": text}))
    assert found == {"offers.timeout": f"{text} is longer than a year (at most 366d)"}
    assert parse_policy(document(offers={"timeout": "366d"}))


def test_a_promise_shorter_than_a_tenth_of_a_second_is_refused():
    assert "too short" in faults(with_queue(targets={"time_to_answer": {"within": "0.05s"}})).popitem()[1]
    parse_policy(with_queue(targets={"time_to_answer": {"within": "0.1s"}}))


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
        ({"workspace": "Acme"}, "workspace", "must be"),
        ({"timezone": "Europe/Madird"}, "timezone", "not a time zone (did you mean Europe/Madrid?)"),
        ({"timezone": "europe/madrid"}, "timezone", "not a time zone (did you mean Europe/Madrid?)"),
        ({"timezone": "Mars/Olympus_Mons"}, "timezone", "an IANA name such as Europe/Madrid"),
        ({"timezone": "x" * 100_000}, "timezone", "an IANA name such as Europe/Madrid"),
        ({"timezone": "../etc/passwd"}, "timezone", "not a time zone"),
        ({"languages": ["en", False]}, "languages[1]", "must be a text"),
        ({"languages": ["english"]}, "languages[0]", "must be"),
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
        ({"monday": ["09:00-10:00"]}, "must be"),
    ],
)
def test_wrong_opening_hours_are_refused(spans, words):
    found = faults(document(calendars={"office": {"open": spans}}))
    assert any(words in text for text in found.values())
    assert all(path.startswith("calendars.office.open") for path in found)


@pytest.mark.parametrize(
    ("holiday", "path", "words"),
    [
        ({"country": "XX"}, "", "holidays of XX are not known"),
        ({"country": "ES", "region": "Q"}, "", "holidays of Q in ES are not known"),
        ({"country": "es"}, ".country", "must be"),
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


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "20261225", 20261225, "25.12.2026"])
def test_a_holiday_is_a_date(day):
    found = faults(document(calendars={"office": {"open": {"mon": ["09:00-10:00"]}, "holidays": [day]}}))
    assert "write 2026-12-25" in found["calendars.office.holidays[0]"]


def test_a_promise_that_needs_more_than_a_year_of_opening_hours_is_refused():
    change = {"targets": {"resolution": {"within": "300d", "calendar": "office"}}}
    assert "more than a year" in faults(with_queue(**change))["queues.orders.targets.resolution.within"]
