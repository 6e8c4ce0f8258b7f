"""``usher simulate``: its result, its files, and one line for everything that is wrong."""

import csv
import json
from copy import deepcopy

import pytest

SCENARIO = {
    "name": "small",
    "seeds": 3,
    "first_seed": 1,
    "warmup_seconds": 600,
    "duration_seconds": 3600,
    "waiting_places": 4,
    "late_factor": 5,
    "sticky_seconds": 0,
    "agents": [{"count": 3, "skills": {"en": 3}}, {"count": 2, "skills": {"en": 3, "es": 3}, "units": 1}],
    "classes": [
        {
            "name": "en",
            "channel": "voice",
            "skills": {"en": 1},
            "target_seconds": 20,
            "boost_seconds": 0,
            "arrivals_per_hour": 60,
            "profile": [[0, 1.0], [1800, 1.5]],
            "handle_seconds": {"distribution": "lognormal", "mean": 180, "cv": 1.2},
            "patience_seconds": {"distribution": "exponential", "mean": 120},
        },
        {
            "name": "es",
            "channel": "voice",
            "skills": {"es": 2},
            "target_seconds": 30,
            "arrivals_per_hour": 20,
            "handle_seconds": {"distribution": "constant", "mean": 150},
            "patience_seconds": None,
            "late_cap_seconds": 60,
            "cost": 1,
        },
    ],
    "policies": ["next", "edf", "fifo"],
}
MEASURES = {
    "offered",
    "answered",
    "abandoned",
    "blocked",
    "breach_share",
    "mean_wait",
    "p99_wait",
    "max_wait",
    "mean_excess",
}


@pytest.fixture
def usher(usher, tmp_path):
    """Run ``usher simulate`` on a document (or text); returns exit code, stdout and stderr."""

    def call(document, *arguments):
        path = tmp_path / "scenario.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return usher("simulate", path, *arguments)

    return call


@pytest.fixture
def arrivals(tmp_path):
    """Write an arrivals file from lines."""

    def write(*lines):
        path = tmp_path / "arrivals.csv"
        path.write_text("\n".join(("contact_id,at,class,handle_seconds,patience_seconds", *lines)) + "\n")
        return path

    return write


def rows_of(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def without_timing(text):
    document = json.loads(text)
    timing = document.pop("decision_microseconds")
    assert 0 < timing["p50"] <= timing["p99"]
    return json.dumps(document)


def test_the_result_has_every_measure_with_its_interval(usher):
    code, out, err = usher(SCENARIO, "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert set(document) == {"name", "policies", "ratios", "decision_microseconds"}
    for policy in ("next", "edf", "fifo"):
        summary = document["policies"][policy]
        assert set(summary) == {"all", "classes"} and set(summary["classes"]) == {"en", "es"}
        for figures in (summary["all"], *summary["classes"].values()):
            assert set(figures) == MEASURES
            assert all(each["low"] <= each["mean"] <= each["high"] for each in figures.values())
            counts = [figures[name]["mean"] for name in ("answered", "abandoned", "blocked")]
            assert sum(counts) == pytest.approx(figures["offered"]["mean"])
    assert {ratio["mean"] for ratio in document["ratios"]["fifo"].values()} == {1.0}


def test_a_ratio_is_the_mean_of_the_ratios_of_the_seeds(usher):
    one_by_one = []
    for seed in (1, 2, 3):
        document = json.loads(usher(SCENARIO | {"seeds": 1, "first_seed": seed}, "--json")[1])
        shares = [document["policies"][policy]["all"]["breach_share"]["mean"] for policy in ("next", "fifo")]
        one_by_one.append(shares[0] / shares[1])
    together = json.loads(usher(SCENARIO, "--json")[1])
    assert together["ratios"]["next"]["breach_share"]["mean"] == pytest.approx(sum(one_by_one) / 3)


def test_the_same_scenario_gives_the_same_bytes(usher, tmp_path):
    first = usher(SCENARIO, "--json", "--log", tmp_path / "first.csv")[1]
    second = usher(SCENARIO, "--json", "--log", tmp_path / "second.csv")[1]
    assert without_timing(first) == without_timing(second)
    assert (tmp_path / "first.csv").read_bytes() == (tmp_path / "second.csv").read_bytes()


def test_the_log_has_the_ids_of_the_arrivals_as_they_came(usher, arrivals, tmp_path):
    ids = ["+34600111222", "-1", "=1+1", "@a"]
    path = arrivals(*(f"{each},{at},en,10," for at, each in enumerate(ids)))
    assert usher(SCENARIO, "--arrivals", path, "--log", tmp_path / "log.csv")[0] == 0
    assert [row["contact_id"] for row in rows_of(tmp_path / "log.csv")] == ids


def test_policies_of_a_seed_meet_the_same_contacts(usher):
    document = json.loads(usher(SCENARIO, "--json")[1])
    assert len({json.dumps(summary["all"]["offered"]) for summary in document["policies"].values()}) == 1


def test_another_class_does_not_change_the_arrivals_of_the_first(usher, tmp_path):
    def arrivals_of_en(document):
        usher(document, "--log", tmp_path / "log.csv")
        return [row["at"] for row in rows_of(tmp_path / "log.csv") if row["class"] == "en"]

    alone = SCENARIO | {"classes": SCENARIO["classes"][:1]}
    assert arrivals_of_en(SCENARIO) == arrivals_of_en(alone)


def test_the_log_has_one_row_for_each_contact_and_agrees_with_the_result(usher, tmp_path):
    document = json.loads(usher(SCENARIO | {"seeds": 1}, "--json", "--log", tmp_path / "log.csv")[1])
    rows = rows_of(tmp_path / "log.csv")
    assert list(rows[0]) == ["contact_id", "at", "class", "outcome", "started_at", "agent"]
    assert len({row["contact_id"] for row in rows}) == len(rows)
    counted = [row for row in rows if float(row["at"]) >= SCENARIO["warmup_seconds"]]
    figures = document["policies"]["next"]["all"]
    for outcome in ("answered", "abandoned", "blocked"):
        assert sum(row["outcome"] == outcome for row in counted) == figures[outcome]["mean"]
    answered = [row for row in counted if row["outcome"] == "answered"]
    waits = [float(row["started_at"]) - float(row["at"]) for row in answered]
    assert sum(waits) / len(waits) == pytest.approx(figures["mean_wait"]["mean"], abs=1e-5)
    assert all(row["started_at"] == row["agent"] == "" for row in rows if row["outcome"] != "answered")
    assert {row["agent"] for row in answered} <= {"0-0", "0-1", "0-2", "1-0", "1-1"}


def test_arrivals_from_a_file_are_played_as_they_stand(usher, arrivals, tmp_path):
    path = arrivals("a,0,en,100,", "b,1,es,50,", "c,1.5,es,60,", "d,2,es,30,10", "e,3,es,10,")
    scenario = deepcopy(SCENARIO) | {"waiting_places": 1, "policies": ["fifo", "next"]}
    scenario["agents"][1]["count"] = 1
    code, out, _ = usher(scenario, "--json", "--arrivals", path, "--log", tmp_path / "log.csv")
    assert code == 0
    assert (tmp_path / "log.csv").read_text().splitlines()[1:] == [
        "a,0.000000,en,answered,0.000000,0-0",
        "b,1.000000,es,answered,1.000000,1-0",
        "c,1.500000,es,answered,51.000000,1-0",
        "d,2.000000,es,blocked,,",
        "e,3.000000,es,blocked,,",
    ]
    document = json.loads(out)
    assert list(document["policies"]) == ["fifo"]
    assert document["policies"]["fifo"]["all"]["offered"] == {"mean": 5.0, "low": 5.0, "high": 5.0}
    assert document["policies"]["fifo"]["all"]["breach_share"]["mean"] == 0.6


def test_who_is_answered_at_the_moment_their_patience_ends_is_answered(usher, arrivals, tmp_path):
    path = arrivals("a,0,es,10,", "b,0,es,10,", "c,2,es,5,8", "d,3,es,5,6.999")
    usher(SCENARIO, "--json", "--arrivals", path, "--log", tmp_path / "log.csv")
    outcomes = {row["contact_id"]: row["outcome"] for row in rows_of(tmp_path / "log.csv")}
    assert outcomes == {"a": "answered", "b": "answered", "c": "answered", "d": "abandoned"}


def test_nothing_to_compare_gives_null_and_never_nan(usher):
    quiet = SCENARIO | {"agents": [{"count": 500, "skills": {"en": 3, "es": 3}}]}
    document = json.loads(usher(quiet, "--json")[1])
    assert document["ratios"]["next"] == dict.fromkeys(document["ratios"]["next"])
    silent = deepcopy(SCENARIO)
    for each in silent["classes"]:
        each["arrivals_per_hour"] = 0
    figures = json.loads(usher(silent, "--json")[1])["policies"]["next"]["all"]
    assert figures["offered"]["mean"] == 0
    assert figures["breach_share"] == {"mean": None, "low": None, "high": None}


def test_without_json_a_table_is_printed(usher):
    code, out, _ = usher(SCENARIO | {"seeds": 1})
    assert code == 0
    assert "ratio to fifo" in out and "breach share" in out


def change(path, value):
    document = deepcopy(SCENARIO)
    *parents, last = path
    place = document
    for part in parents:
        place = place[part]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["name"], KeyError, "name: is missing"),
        (["seed"], 3, "seed: is not a known field"),
        (["seeds"], 0, "seeds: must be between 1 and 10000"),
        (["seeds"], 2.5, "seeds: must be a whole number, not a number"),
        (["seeds"], True, "seeds: must be a whole number, not a boolean"),
        (["duration_seconds"], 0, "duration_seconds: must be greater than 0"),
        (["duration_seconds"], 1e9, "duration_seconds: makes more than 4000000 contacts; shorten it"),
        (["warmup_seconds"], -1, "warmup_seconds: must be between 0 and 1e+09"),
        (["warmup_seconds"], "1", "warmup_seconds: must be a number, not a string"),
        (["waiting_places"], -1, "waiting_places: must be between 0 and 2147483648"),
        (["late_factor"], 21, "late_factor: must be between 1 and 20"),
        (["agents"], [], "agents: must have at least one entry"),
        (["agents"], {}, "agents: must be a list, not an object"),
        (["agents", 0, "count"], 0, "agents[0].count: must be between 1 and 100000"),
        (["agents", 0, "skills", "en"], 6, "agents[0].skills.en: must be between 1 and 5"),
        (["agents", 1, "unit"], 1, "agents[1].unit: is not a known field"),
        (["classes", 0, "channel"], "fax", "classes[0].channel: must be one of voice, email, chat"),
        (["classes", 1, "name"], "en", "classes[1].name: 'en' is used twice"),
        (["classes", 1, "skills"], {"fr": 1}, "classes[1]: no agent can serve 'es': give one the skills and units"),
        (["classes", 0, "profile"], [[0, 1], [0, 2]], "classes[0].profile[1][0]: must be later than the step before"),
        (["classes", 0, "profile"], [[0]], "classes[0].profile[0]: must be a pair [second, rate factor]"),
        (["classes", 0, "handle_seconds", "mean"], 0, "classes[0].handle_seconds.mean: must be greater than 0"),
        (["classes", 0, "handle_seconds", "cv"], KeyError, "classes[0].handle_seconds.cv: is missing"),
        (["classes", 0, "patience_seconds", "cv"], 1, "classes[0].patience_seconds.cv: is not a known field"),
        (["classes", 1, "handle_seconds", "distribution"], "weibull", "handle_seconds.distribution: must be one of"),
        (["classes", 0, "protect"], {"allowance": 2}, "classes[0].protect.allowance: must be between 0 and 1"),
        (["classes", 0, "target_seconds"], 10**400, "classes[0].target_seconds: must be between"),
        (["policies"], [], "policies: must name at least one policy"),
        (["policies"], ["next", "best"], "policies[1]: must be one of next, edf, fifo"),
        (["policies"], ["next", "next"], "policies[1]: 'next' is named twice"),
    ],
)
def test_a_bad_scenario_is_refused_in_one_line_with_file_and_path(usher, path, value, message):
    code, out, err = usher(change(path, value), "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "scenario.json: " in err and message in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: not JSON"),
        ('{"name": "x",\n "name": "y"}', "name: is given twice in one object"),
        ('{"name": NaN}', "NaN is not a JSON number"),
        ("[]", "must be an object, not a list"),
        ("[" * 100_000, "not JSON that can be read"),
    ],
)
def test_what_is_not_a_json_object_is_refused_in_one_line(usher, text, message):
    code, out, err = usher(text, "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a,0,en,10"], "row 2: has 4 fields instead of 5"),
        (["a,0,en,10,", "a,1,en,10,"], "row 3: contact_id 'a' is used twice"),
        (["a,5,en,10,", "b,4,en,10,"], "row 3: at is earlier than in the row before; sort the rows by at"),
        (["a,0,fr,10,"], "row 2: class 'fr' is not in the scenario; one of: en, es"),
        (["a,0,en,ten,"], "row 2: handle_seconds 'ten' is not a number of seconds"),
        (["a,0,en,-1,"], "row 2: handle_seconds '-1' must be between 0 and 1e+09"),
        (["a,0,en,1,nan"], "row 2: patience_seconds 'nan' must be between 0 and 1e+09"),
        ([",0,en,1,"], "row 2: contact_id must have 1 to 256 characters"),
        (['a,0,en,1,"x'], "row 2: is not CSV"),
    ],
)
def test_bad_arrivals_are_refused_in_one_line_with_file_and_row(usher, arrivals, lines, message):
    code, out, err = usher(SCENARIO, "--json", "--arrivals", arrivals(*lines))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"arrivals.csv: {message}" in err


def test_files_that_cannot_be_used_are_named(usher, tmp_path):
    assert "none.csv: cannot be read: No such file" in usher(SCENARIO, "--arrivals", tmp_path / "none.csv")[2]
    assert "log.csv: cannot be written: No such file" in usher(SCENARIO, "--log", tmp_path / "no" / "log.csv")[2]
    (tmp_path / "latin.csv").write_bytes(b"contact_id,at,class,handle_seconds,patience_seconds\n\xff,0,en,1,\n")
    assert "latin.csv: row 2: is not UTF-8" in usher(SCENARIO, "--arrivals", tmp_path / "latin.csv")[2]
    (tmp_path / "empty.csv").write_text("")
    assert "empty.csv: row 1: the header is missing" in usher(SCENARIO, "--arrivals", tmp_path / "empty.csv")[2]
