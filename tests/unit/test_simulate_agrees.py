"""The simulation against a tiny one that shares no code with it: every contact has the same fate, time and agent."""

from random import Random

import pytest

from lab.simulation.arrivals_file import HEADER, read_arrivals
from lab.simulation.experiment import log_rows, play
from lab.simulation.parse import parse_scenario
from tests.support.tiny_simulator import TinyNextSimulator, TinySimulator

SKILLS = ("de", "en", "es", "vip")
CONTACTS = 400


def random_document(rng):
    chats = rng.random() < 0.5
    agents = [
        {
            "count": rng.randint(1, 4),
            "skills": {skill: rng.randint(1, 3) for skill in rng.sample(SKILLS, rng.randint(1, 3))},
            "units": rng.choice((1, 2, 4)) if chats else 1,
        }
        for _ in range(rng.randint(1, 5))
    ]
    classes = []
    for number in range(rng.randint(1, 5)):
        able = rng.choice(agents)
        skills = rng.sample(sorted(able["skills"]), rng.randint(0, min(2, len(able["skills"]))))
        classes.append(
            {
                "name": f"k{number}",
                "channel": rng.choice(("voice", "chat", "email")) if chats else "voice",
                "skills": {skill: rng.randint(1, able["skills"][skill]) for skill in skills},
                "cost": rng.randint(1, able["units"]),
                "target_seconds": rng.choice((5, 20, 60)),
                "boost_seconds": rng.choice((0, 0, 15)),
                "late_cap_seconds": rng.choice((None, 30)),
                "arrivals_per_hour": 1,
                "handle_seconds": {"distribution": "constant", "mean": 1},
            }
        )
    return {
        "name": "random",
        "duration_seconds": 1,
        "waiting_places": rng.choice((None, None, 0, 3, 10)),
        "late_factor": rng.choice((1, 2, 5, 10)),
        "agents": agents,
        "classes": classes,
    }


def random_contacts(rng, document):
    """Half of the workloads have times on a coarse grid, so that many events fall on the same moment."""
    grid = rng.choice((None, 1.0, 5.0))
    pace = 30 / sum(group["count"] for group in document["agents"]) * rng.choice((0.7, 0.9, 1.2))

    def duration(mean):
        seconds = rng.expovariate(1 / mean)
        return round(seconds, 6) if grid is None else grid * round(seconds / grid)

    contacts, at = [], 0.0
    for number in range(CONTACTS):
        at += duration(pace)
        contacts.append(
            {
                "id": f"c{rng.randrange(1000):03d}-{number}",
                "at": at,
                "class": rng.choice(document["classes"])["name"],
                "handle": duration(30),
                "patience": duration(40) if rng.random() < 0.5 else float("inf"),
            }
        )
    return contacts


def as_csv(contacts):
    yield ",".join(HEADER) + "\n"
    for each in contacts:
        patience = "" if each["patience"] == float("inf") else repr(each["patience"])
        yield f"{each['id']},{each['at']!r},{each['class']},{each['handle']!r},{patience}\n"


def played(document, contacts, policy):
    scenario = parse_scenario(document)
    workload = read_arrivals(as_csv(contacts), scenario)
    outcome = play(scenario, workload, policy, lambda: 0)
    rows = list(log_rows(scenario, workload, outcome))
    started = dict(zip(workload.contact_ids, outcome.started, strict=True))
    return {row[0]: (row[3], started[row[0]] if row[4] else None, row[5] or None) for row in rows}


@pytest.mark.parametrize("seed", range(60))
def test_first_in_first_out_agrees_with_a_tiny_simulator(seed):
    rng = Random(seed)
    document = random_document(rng)
    contacts = random_contacts(rng, document)
    assert played(document, contacts, "fifo") == TinySimulator(document, contacts).run()


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("policy", ["next", "edf"])
def test_the_matcher_agrees_with_a_tiny_simulator(seed, policy):
    rng = Random(seed)
    document = random_document(rng)
    contacts = random_contacts(rng, document)
    late_factor = 1 if policy == "edf" else document["late_factor"]
    assert played(document, contacts, policy) == TinyNextSimulator(document, contacts, late_factor).run()


def test_the_random_scenarios_see_every_fate():
    fates = set()
    for seed in range(20):
        rng = Random(seed)
        document = random_document(rng)
        fates |= {fate for fate, _, _ in TinySimulator(document, random_contacts(rng, document)).run().values()}
    assert fates == {"answered", "abandoned", "blocked"}
