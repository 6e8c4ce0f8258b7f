"""Protected classes and sticky contacts on the virtual clock."""

from lab.simulation.arrivals_file import HEADER, read_arrivals
from lab.simulation.experiment import log_rows, play, play_seed, report
from lab.simulation.parse import parse_scenario
from lab.simulation.workload import Workload

HOUR = 3600


def contact_class(name, **more):
    return {
        "name": name,
        "channel": "voice",
        "skills": {name: 1},
        "target_seconds": 20,
        "arrivals_per_hour": 1,
        "handle_seconds": {"distribution": "exponential", "mean": 600},
    } | more


def scenario(agents, classes, **more):
    whole = {"name": "rules", "duration_seconds": HOUR, "agents": agents, "classes": classes}
    return parse_scenario(whole | more)


def shares(content, policy):
    seeds = range(content.first_seed, content.first_seed + content.seeds)
    document = report(content, [play_seed(content, seed, lambda: 0) for seed in seeds])
    summary = document["policies"][policy]
    return {
        name: figures["breach_share"]["mean"] for name, figures in {**summary["classes"], "all": summary["all"]}.items()
    }


def two_languages(**protection):
    agents = [{"count": 40, "skills": {"en": 1}}, {"count": 12, "skills": {"en": 1, "es": 1}}]
    classes = [contact_class("en", arrivals_per_hour=228), contact_class("es", arrivals_per_hour=42, **protection)]
    length = {"warmup_seconds": 2 * HOUR, "duration_seconds": 8 * HOUR, "seeds": 6}
    return scenario(agents, classes, policies=["next"], late_factor=5, **length)


def test_a_protected_language_is_breached_less_and_within_twice_the_average():
    free, protected = shares(two_languages(), "next"), shares(two_languages(protect={"allowance": 0.2}), "next")
    assert free["es"] > 2 * free["en"]
    assert protected["es"] < 0.8 * free["es"]
    assert protected["es"] <= 2 * protected["all"]


def test_everybody_is_served_at_the_end_even_who_was_held_back():
    content = scenario(
        [{"count": 3, "skills": {"en": 1, "es": 1}}],
        [
            contact_class("en", arrivals_per_hour=20),
            contact_class("es", arrivals_per_hour=20, protect={"allowance": 0}),
        ],
        policies=["next"],
        seeds=5,
    )
    for seed in range(5):
        figures = play_seed(content, seed, lambda: 0).figures["next"]["all"]
        assert figures["answered"] == figures["offered"] > 0


def played(content, contacts, draws):
    lines = [",".join(HEADER), *contacts]
    read = read_arrivals([f"{line}\n" for line in lines], content)
    columns = {"at": read.at, "class_of": read.class_of, "handle": read.handle, "patience": read.patience}
    workload = Workload(contact_ids=read.contact_ids, draws=draws, **columns)
    outcome = play(content, workload, "next", lambda: 0)
    return [(row[0], row[4], row[5]) for row in log_rows(content, workload, outcome)]


def sticky(seconds):
    return scenario(
        [{"count": 2, "skills": {"en": 1}}], [contact_class("en", handle_seconds=constant(10))], sticky_seconds=seconds
    )


def constant(mean):
    return {"distribution": "constant", "mean": mean}


def test_a_sticky_contact_goes_to_its_own_agent_when_they_are_free():
    assert played(sticky(5), ["a,0,en,10,"], [0.9]) == [("a", "0.000000", "0-1")]


def test_a_sticky_contact_waits_for_its_own_agent_who_is_free_soon():
    rows = played(sticky(9), ["a,0,en,10,", "b,3,en,10,"], [0.9, 0.9])
    assert rows[1] == ("b", "10.000000", "0-1")


def test_a_sticky_contact_takes_another_agent_after_its_time():
    rows = played(sticky(4), ["a,0,en,10,", "b,3,en,10,"], [0.9, 0.9])
    assert rows[1] == ("b", "7.000000", "0-0")


def test_a_sticky_contact_waits_at_most_half_its_slack():
    rows = played(sticky(500), ["a,0,en,50,", "b,3,en,10,"], [0.9, 0.9])
    assert rows[1] == ("b", "13.000000", "0-0")


def test_a_sticky_contact_does_not_wait_for_an_agent_who_is_busy_beyond_its_deadline():
    content = scenario(
        [{"count": 2, "skills": {"en": 1}}], [contact_class("en", handle_seconds=constant(60))], sticky_seconds=9
    )
    assert played(content, ["a,0,en,60,", "b,3,en,10,"], [0.9, 0.9])[1] == ("b", "3.000000", "0-0")
