"""How many present agents have what a contact asks: as counted by hand, without a look at all of them each time."""

from cProfile import Profile
from random import Random

import pytest

from services.router.domain.matcher.matching import Requirement
from services.router.domain.state import staffing
from services.router.domain.state.staffing import Present

SKILLS = tuple(f"s{number:02d}" for number in range(40))
LANGUAGES = ("de", "en", "es", "fr")
KINDS = [
    Requirement(((language, 1), (skill, 1 + number % 3)), (), (), channel)
    for number, skill in enumerate(SKILLS)
    for language in LANGUAGES
    for channel in ("chat", "email", "voice")
]
"""What a workspace of 40 queues, four languages and three channels asks: 480 different requirements."""


def agent(rng: Random) -> tuple[tuple[str, int], ...]:
    names = rng.sample(SKILLS, rng.randint(1, 5)) + rng.sample(LANGUAGES, rng.randint(1, 2))
    return tuple(sorted((name, rng.randint(1, 5)) for name in names))


def asked(rng: Random) -> Requirement:
    """A need of any form: of no skill at all, of one of several, without some."""
    must = tuple(sorted((name, rng.randint(1, 5)) for name in rng.sample(SKILLS[:6] + LANGUAGES, rng.randint(0, 2))))
    groups = tuple(((name, 1), ("en", 2)) for name in rng.sample(SKILLS[:6], rng.randint(0, 1)))
    return Requirement(must, groups, tuple(rng.sample(SKILLS[:6], rng.randint(0, 1))), "chat")


@pytest.mark.parametrize("seed", range(20))
def test_whoever_comes_and_goes_the_count_is_that_of_all_who_are_present(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, present, there = Random(seed), Present(), dict[str, tuple[tuple[str, int], ...]]()
    monkeypatch.setattr(staffing, "NEEDS_MAX", rng.choice([3, 40, 4_096]))
    needs = [asked(rng) for _ in range(60)]
    for _ in range(400):
        name = f"agent-{rng.randrange(30)}"
        if rng.random() < 0.4:
            there.pop(name, None)
            present.say(name, None)
        else:
            there[name] = agent(rng)
            present.say(name, there[name])
        need = rng.choice(needs)
        assert present.count(need) == sum(need.met_by(dict(skills)) for skills in there.values())


def calls(work: Profile) -> int:
    """How often an agent's skills were held against a need."""
    work.create_stats()
    return sum(count for (_, _, name), (count, *_) in work.stats.items() if name == "met_by")  # type: ignore[attr-defined]


def test_hundreds_of_kinds_of_contacts_look_at_nobody_again_who_was_counted() -> None:
    rng, present = Random(5), Present()
    for number in range(500):
        present.say(f"agent-{number}", agent(rng))
    for need in KINDS:
        present.count(need)

    with Profile() as again:
        for need in KINDS:
            present.count(need)
    with Profile() as one_more:
        present.say("somebody", agent(rng))

    assert calls(again) == 0
    assert 0 < calls(one_more) <= len(KINDS) // 4
