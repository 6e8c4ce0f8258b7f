"""The choice of an agent for a contact."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import msgspec

from services.router.domain.matcher.floor import Floor
from services.router.domain.matcher.heaps import in_order
from services.router.domain.matcher.idle import Ability, Candidate, Chair, Profile
from services.router.domain.matcher.matching import Requirement, Waiting
from services.router.domain.matcher.search import Search
from services.router.domain.matcher.waiting import Waiter


class Choice(msgspec.Struct, frozen=True, gc=False):
    """The agent chosen for a contact, the next one, and how many open agents were passed over for which reason.

    ``ranked`` are the two as they were compared; ``spared``, what the cost of the chosen one is made of.
    """

    chair: Chair
    cost: float
    second: Chair | None
    second_cost: float | None
    considered: int
    excluded: dict[str, int]
    ranked: Sequence[Candidate] = ()
    spared: Sequence[Ability] = ()


def choose(floor: Floor, contact: Waiter) -> Choice | None:
    """The agent for a contact; None when no open agent may take it."""
    floor.place()
    if not floor.open:
        return None
    search, waiting = floor.search_for(contact), contact.waiting
    if waiting.only_agent is not None:
        return _named_agent(floor, search, waiting)
    if waiting.barred or floor.guards.hold:
        return _choose_carefully(floor, search, contact)
    if floor.few:
        best, considered = _best_two(search.heads(floor.open))
        best = _with_next(best, search.after(best[0]) if best else None)
    else:
        floor.fill_pool(contact.line, search)
        best, considered = search.first_two(), search.live
    return _choice(floor, search, best, considered, {}) if best else None


def suits_somebody(floor: Floor, contact: Waiter) -> bool:
    """Whether ``choose`` would find an agent, without looking for the best one."""
    floor.place()
    waiting = contact.waiting
    if not floor.open:
        return False
    if waiting.only_agent is not None or waiting.barred or floor.guards.hold:
        return choose(floor, contact) is not None
    search = floor.search_for(contact)
    if floor.few:
        return any(search.fit(profile) is not None for profile in floor.open)
    floor.fill_pool(contact.line, search)
    return search.live > 0


def _best_two(candidates: Iterable[Candidate]) -> tuple[list[Candidate], int]:
    best: Candidate | None = None
    second: Candidate | None = None
    considered = 0
    for candidate in candidates:
        considered += candidate[5].profile.live
        if best is None or candidate < best:
            best, second = candidate, best
        elif second is None or candidate < second:
            second = candidate
    return [candidate for candidate in (best, second) if candidate is not None], considered


def _with_next(best: list[Candidate], alike: Candidate | None) -> list[Candidate]:
    """The best two, where the second may be of the profile of the first."""
    if alike is None or (len(best) > 1 and best[1] < alike):
        return best
    return [best[0], alike]


def _choice(floor: Floor, search: Search, ranked: list[Candidate], considered: int, excluded: dict[str, int]) -> Choice:
    unsuited = len(floor.chairs) - considered - sum(excluded.values())
    if unsuited:
        excluded["unskilled"] = unsuited
    chair = ranked[0][5]
    few = floor.few
    cost = search.cost(chair.profile, few=few)
    if len(ranked) == 1:
        return Choice(chair, cost, None, None, considered, excluded)
    second = ranked[1][5]
    second_cost, spared = search.cost(second.profile, few=few), search.spared(chair.profile, few=few)
    return Choice(chair, cost, second, second_cost, considered, excluded, ranked, spared)


def _named_agent(floor: Floor, search: Search, waiting: Waiting) -> Choice | None:
    chair = floor.chairs.get(waiting.only_agent or "")
    if chair is None or chair.seat.agent_id in waiting.barred or search.fit(chair.profile) is None:
        return None
    return Choice(chair, search.cost(chair.profile, few=floor.few), None, None, 1, {})


# --- with agents who are barred or held back: the same order, passing over them ---------------------------------------


def _choose_carefully(floor: Floor, search: Search, contact: Waiter) -> Choice | None:
    waiting = contact.waiting
    held = _held_back(floor, search, waiting.requirement)
    asked = _suited(floor, search, waiting.asked, held)
    declined = _suited(floor, search, waiting.barred - waiting.asked, held)
    protected = sum(profile.live for profile in held)
    if floor.few:
        suited = [profile for profile in floor.open if search.fit(profile) is not None]
        allowed = (islice(_allowed(search, profile, waiting), 2) for profile in suited if profile not in held)
        ranked = sorted(chain.from_iterable(allowed))[:2]
        able = sum(profile.live for profile in suited)
    else:
        floor.fill_pool(contact.line, search)
        everybody = (each for each in search.walk() if each[5].profile not in held)
        ranked = list(islice((each for each in everybody if each[4] not in waiting.barred), 2))
        able = search.live
    passed_over = {"declined": declined, "asked": asked, "protected": protected}
    excluded = {reason: count for reason, count in passed_over.items() if count}
    return _choice(floor, search, ranked, able - protected - declined - asked, excluded) if ranked else None


def _suited(floor: Floor, search: Search, agents: Iterable[str], held: set[Profile]) -> int:
    profiles = (floor.chairs[agent_id].profile for agent_id in agents if agent_id in floor.chairs)
    return sum(profile not in held and search.fit(profile) is not None for profile in profiles)


def _held_back(floor: Floor, search: Search, need: Requirement) -> set[Profile]:
    """The profiles that would suit and are kept from this requirement: few, as few agents as are ever kept."""
    kept = {floor.chairs[agent_id].profile for agent_id in floor.guards.kept()}
    return {each for each in kept if search.fit(each) is not None and floor.guards.hold_back(each.guards, need)}


def _allowed(search: Search, profile: Profile, waiting: Waiting) -> Iterator[Candidate]:
    fit = search.fit(profile)
    assert fit is not None, "only profiles that suit are asked"
    for first, since, agent_id, chair in in_order(profile.in_turn(search.turn)):
        if chair.alive and agent_id not in waiting.barred:
            yield fit.unmet, search.price(fit), first, since, agent_id, chair
