"""What the matcher keeps: no more than who is there needs, whoever was."""

import sys

import pytest

from services.router.domain.matcher import Matcher
from services.router.domain.matcher.limits import Limits
from services.router.domain.matcher.matching import Waiting
from tests.support.matcher_builders import contact, fill, need, seat


def size_of(root):
    """Objects that can be reached from the matcher."""
    seen, left = set(), [root]
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, (str, type, int, float)):
            continue
        seen.add(id(thing))
        if isinstance(thing, dict):
            left += [*thing, *thing.values()]
        elif isinstance(thing, (list, tuple, set, frozenset)):
            left += thing
        else:
            slots = [name for each in type(thing).__mro__ for name in getattr(each, "__slots__", ())]
            left += [getattr(thing, name) for name in slots if hasattr(thing, name)]
            left += vars(thing).values() if hasattr(thing, "__dict__") else ()
    return len(seen)


def churn_of_kinds(matcher, number):
    """Ever new profiles, requirements and preferences."""
    requirement, prefer = need((f"skill{number % 97}", 1)), ((f"wish{number % 13}", 1),)
    skills = {f"skill{number % 97}": 1, f"other{number}": 1}
    fill(matcher, contact(f"c{number}", requirement, number, number % 50 + 1, boost=number % 2, prefer=prefer))
    fill(matcher, seat(f"a{number % 30}", skills, idle_since=number))
    matcher.agent_for(f"c{number}", number)
    matcher.contact_for(f"a{number % 30}", number)
    matcher.place(f"c{number}", number)
    matcher.leave(f"c{number - 40}")


def churn_behind_the_first(matcher, number):
    """One requirement; ever new contacts, queues and agents, half of one profile, behind a first one who stays."""
    fill(matcher, contact("first", entered=-1, target=5000), seat("first", idle_since=-1))
    prefer, queue = ((f"wish{number}", 1),), f"queue{number}"
    common = {"requirement": need(("en", 1)), "entered": number, "target": 5000, "prefer": prefer}
    fill(matcher, Waiting(contact_id=f"c{number}", queue=queue, **common))
    fill(matcher, Waiting(contact_id=f"k{number}", queue=queue, only_agent=f"nobody{number}", **common))
    other = {f"other{number}": 1} if number % 2 else {}
    fill(matcher, seat(f"a{number}", {"en": 3} | other, idle_since=number))
    matcher.agent_for("first", number)
    matcher.agent_for(f"c{number}", number)
    matcher.contact_for(f"a{number}", number)
    matcher.place(f"c{number}", number)
    for kind in "ck":
        matcher.leave(f"{kind}{number - 20}")
    matcher.unseat(f"a{number - 20}")


def churn_of_agents(matcher, number):
    """One contact who waits, ever new agents of ever new profiles."""
    fill(matcher, contact("first", entered=-1, target=5000), seat(f"a{number}", {"en": 3, f"other{number}": 1}))
    matcher.agent_for("first", number)
    matcher.unseat(f"a{number - 5}")


@pytest.mark.parametrize("churn", [churn_of_kinds, churn_behind_the_first, churn_of_agents])
@pytest.mark.parametrize("few_profiles", [0, 48], ids=["pooled", "few"])
def test_memory_is_bounded_by_who_is_there_and_not_by_who_was(few_profiles, churn):
    kept = {
        "profiles_kept": 10,
        "lines_kept": 10,
        "ledgers_kept": 9,
        "searches_kept": 4,
        "pools_kept": 8,
        "fits_kept": 20,
    }
    matcher = Matcher(Limits(few_profiles=few_profiles, dead_entries=4, **kept))
    sizes = []
    for start in range(0, 3200, 400):
        for number in range(start, start + 400):
            churn(matcher, number)
        sizes.append(size_of(matcher))
    assert max(sizes[1:]) < 1.6 * min(sizes[1:])


def test_agents_and_contacts_that_left_are_freed_without_the_garbage_collector():
    matcher = Matcher(Limits(few_profiles=0, dead_entries=0))
    thing = seat("a")
    before = sys.getrefcount(thing)
    fill(matcher, thing, contact("c"))
    matcher.agent_for("c", 0)
    matcher.unseat("a")
    matcher.agent_for("c", 0)
    assert sys.getrefcount(thing) == before
