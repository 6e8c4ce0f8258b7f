"""Why a contact still waits, and what would change that: in numbers and in words."""

from collections import Counter
from typing import Any

import msgspec

from services.router.domain.insight.decisions import promise
from services.router.domain.rules.rules import Need
from services.router.domain.state.book import Book
from services.router.domain.state.records import Agent, Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import AssignmentState, ContactState, Presence
from shared.times import rfc3339

_WAITS = {
    ContactState.SELF_SERVICE: "for an outcome of self-service; without one it goes to an agent",
    ContactState.BOT: "for an outcome of the bot; without one it goes to an agent",
    ContactState.SCHEDULED: "for the time it was scheduled to",
    ContactState.OFFERED: "for the answer to its offer",
    ContactState.ASSIGNED: "for its agent",
    ContactState.WRAPPING: "for the end of wrap-up",
}
_IDLE = "for a word of its customer or its agent; it is idle and holds none of the agent's units"
HAD_IT = "declined"
"""Whoever declined, did not answer in time or gave it back, until their pause is over: counted under one name."""
NAMED_MAX = 5  # agents named one by one; a reader counts no further
NO_WORK = "takes no"  # of a channel, however free they are
_TIMERS = {
    ContactState.SELF_SERVICE: "it goes to an agent",
    ContactState.BOT: "it goes to an agent",
    ContactState.SCHEDULED: "it enters its queue",
    ContactState.ASSIGNED: "it is idle and gives its agent's units back",
    ContactState.WRAPPING: "it is closed",
}


def whereabouts(book: Book, contact: Contact) -> dict[str, Any]:
    """What a live contact waits for. ``agents`` counts the signed-on agents by why they do not have it.

    ``changes`` is what time alone will bring, in order, ``sooner`` what somebody can do before.
    The book holds the contact, its workspace's policy, flows and agents, and who waits in its queue (guests too).
    ``protected`` agents are free and kept for a queue that owes too many breaches.
    """
    workspace = book.workspaces[contact.workspace]
    found: dict[str, Any] = {"state": str(contact.state), "queue": contact.queue}
    if contact.state is ContactState.QUEUED:
        place = workspace.standing(contact)
        reasons = {name: _why_not(workspace, contact, agent) for name, agent in sorted(workspace.agents.items())}
        groups = Counter(reasons.values())
        found["requirements"] = msgspec.json.decode(place.need.json)
        found["also_queues"] = [name for name, _ in workspace.further_needs(contact)]
        found["due_at"] = rfc3339(place.due_ms)
        found["promised_by"] = place.answer.rule or None
        found["promise"] = promise(place.due_ms - book.clock_ms, place.boost_ms, contact.waited_before_ms)
        found |= _outlook(workspace, contact, place.due_ms, book.clock_ms)
        found["agents"] = dict(sorted(groups.items()))
        found["waits"] = _for_whom(book, contact, groups)
        found["callback"] = contact.callback
        found["open"] = workspace.rules.is_open(place.queue, book.clock_ms)
        found["sooner"] = _sooner_in_queue(workspace, contact, reasons, book.clock_ms)
    else:
        found["waits"] = _IDLE if _is_idle(book, contact) else _WAITS[contact.state]
        found["sooner"] = [_sooner(book, contact)]
    found["changes"] = _changes(book, workspace, contact)
    return found


def _outlook(workspace: Workspace, contact: Contact, due_ms: int, now_ms: int) -> dict[str, Any]:
    """The place in the queue, and a forecast as long as there is something to foretell."""
    outlook = workspace.outlook(contact, now_ms)
    over = now_ms > due_ms
    return {
        "position": outlook.position,
        "expected_wait_seconds": None if over else outlook.wait_seconds,
        "breach_risk": None if over else outlook.risk,
        "forecast_unknown": "the_promise_is_broken" if over else outlook.unknown,
    }


def _sooner(book: Book, contact: Contact) -> str:
    match contact.state:
        case ContactState.OFFERED:
            return f"{_one_of([book.offers[each].agent_id for each in contact.offers])} accepts or declines"
        case ContactState.ASSIGNED:
            return f"{_agent_of(book, contact)} closes it or passes it on, or the customer leaves"
        case ContactState.WRAPPING:
            return f"{_agent_of(book, contact)} has finished wrap-up"
        case ContactState.SCHEDULED:
            return "a supervisor requeues or assigns it"
        case _:
            return f"{contact.state} reports an outcome, or a supervisor requeues or assigns it"


def _agent_of(book: Book, contact: Contact) -> str:
    return book.assignments[contact.assignment_id].agent_id


def _sooner_in_queue(workspace: Workspace, contact: Contact, reasons: dict[str, str], now_ms: int) -> list[str]:
    """What an agent would have to do; of somebody who may not have it by policy there is nothing to tell. Who had it
    a moment ago and is away must come back, and is passed over all the same until that pause is over.
    """
    found = []
    full = [name for name, why in reasons.items() if why == "full" or why.startswith("no room")]
    pauses = {name: until_ms for name, until_ms in contact.barred if until_ms > now_ms}
    away = [name for name, why in reasons.items() if why in set(Presence) and name not in pauses]
    resting = [name for name, why in reasons.items() if why in set(Presence) and name in pauses]
    if full:
        found.append(f"{_one_of(full)} gets room")
    if away:
        found.append(f"{_one_of(away)} becomes available")
    found += [f"{name} becomes available, from {rfc3339(pauses[name])} on" for name in resting[:NAMED_MAX]]
    if not any(map(_is_able, reasons.values())):
        needs = [workspace.standing(contact).need, *(need for _, need in workspace.further_needs(contact))]
        found += [f"somebody signs on for {contact.channel} with {_words(need)}" for need in needs]
    return found


def _one_of(agents: list[str]) -> str:
    more = len(agents) - NAMED_MAX
    return " or ".join(agents[:NAMED_MAX]) + (f" or one of {more} more" if more > 0 else "")


def _words(need: Need) -> str:
    asked = need.requirement
    words = [f"{skill} >= {level}" for skill, level in asked.must]
    words += [f"({' or '.join(f'{skill} >= {level}' for skill, level in group)})" for group in asked.any]
    words += [f"no {skill}" for skill in asked.without]
    return " and ".join(words) or "any skills"


def _is_idle(book: Book, contact: Contact) -> bool:
    assignment = book.assignments.get(contact.assignment_id)
    return assignment is not None and assignment.state is AssignmentState.IDLE


def _why_not(workspace: Workspace, contact: Contact, agent: Agent) -> str:
    needs = [workspace.standing(contact).need, *(need for _, need in workspace.further_needs(contact))]
    if not any(need.served_by(agent.skills) for need in needs):
        return "unskilled"
    if not workspace.capacities.ever(agent, contact.channel):
        return f"{NO_WORK} {contact.channel}"
    if contact.only_agent and agent.agent_id != contact.only_agent:
        return "kept for another"
    if agent.presence is not Presence.AVAILABLE:
        return str(agent.presence)
    if agent.agent_id in dict(contact.barred):
        return HAD_IT
    if contact.channel not in workspace.open.get(agent.agent_id, ()):
        return f"no room for {contact.channel}" if workspace.capacities.room(agent).free else "full"
    kept = all(workspace.matcher.holds_back(agent.agent_id, need.requirement) for need in needs)
    return "protected" if kept and not contact.only_agent else "free"


def _is_able(why: str) -> bool:
    """Whether an agent could have the contact at another time."""
    return why != "unskilled" and not why.startswith(NO_WORK)


def _for_whom(book: Book, contact: Contact, groups: Counter[str]) -> str:
    able = sum(number for why, number in groups.items() if _is_able(why))
    if contact.only_agent:
        return f"for agent {contact.only_agent}, {_why_kept(book, contact)}"
    if not able:
        return "nobody signed on has what it takes"
    shown = ", ".join(f"{number} {in_words(why)}" for why, number in sorted(groups.items()) if _is_able(why))
    whom = "the one agent who has" if able == 1 else f"one of {able} agents who have"
    return f"for {whom} what it takes: {shown}"


def in_words(why: str) -> str:
    """Why an agent does not have a contact, as people are told it: who only let an offer pass has declined nothing."""
    return "had it before" if why == HAD_IT else why.replace("_or_", " or ")


def _why_kept(book: Book, contact: Contact) -> str:
    if contact.only_agent == contact.last_agent:
        return "who served the customer before"
    for other in (book.contacts.get(each) for each in contact.linked):
        if other is not None and other.assignment_id and _agent_of(book, other) == contact.only_agent:
            return "who has another contact of the customer"
    return "to whom it was sent"


def _changes(book: Book, workspace: Workspace, contact: Contact) -> list[str]:
    """What time alone will bring, in order."""
    coming: list[tuple[int, str]] = []
    if not contact.assignment_id:  # a conversation under way is never ended
        coming.append((contact.life_ms, "it expires (maximum life)"))
    if contact.state is ContactState.QUEUED:
        coming += _changes_in_queue(workspace, contact, book.clock_ms)
    for offer in (book.offers[offer_id] for offer_id in contact.offers):
        coming.append((offer.expires_ms, f"the offer to {offer.agent_id} expires"))
    if contact.only_until_ms:
        coming.append((contact.only_until_ms, "it opens to all agents"))
    if contact.timer_ms:
        coming.append((contact.timer_ms, _TIMERS[contact.state]))
    coming += [(until, f"{agent} may be asked again") for agent, until in contact.barred]
    return [f"{rfc3339(at_ms)}: {what}" for at_ms, what in sorted(coming)]


def _changes_in_queue(workspace: Workspace, contact: Contact, now_ms: int) -> list[tuple[int, str]]:
    step_ms = workspace.next_step_ms(contact)
    look_ms = workspace.next_look_ms(contact, now_ms)
    queue = workspace.rules.queue(contact.queue)
    found = []
    if step_ms is not None:
        found.append((step_ms, f"relaxation step {contact.relaxed + 1}: {queue.relax[contact.relaxed].words}"))
    stage = workspace.next_stage(contact)
    if stage is not None:
        number, acts, at_ms = stage
        due = "the promise is broken" if number else "the promise runs out"
        found.append((at_ms, f"{due}: {', '.join(filter(None, (acts.words, acts.ways)))}"))
    opens_ms = None if workspace.rules.is_open(queue, now_ms) else workspace.rules.next_opening_ms(queue, now_ms)
    if opens_ms is not None:
        found.append((opens_ms, f"{queue.name} opens"))
    closes_ms = workspace.rules.next_closing_ms(queue, now_ms) if any(rule.closed for rule in queue.overflow) else None
    if closes_ms is not None:
        found.append((closes_ms, f"{queue.name} closes"))
    place = workspace.standing(contact)
    if place.answer.promised and place.due_ms > now_ms:
        found.append((place.due_ms, "the promise is broken, unless somebody accepts before"))
    if look_ms is not None:
        found.append((look_ms, "the overflow rules are looked at"))
    for name, flow in workspace.flows.items():
        fading = [debt.fades_ms for debt in flow.debts.values() if debt.fades_ms is not None]
        found += [(at_ms, f"fewer agents are kept for {name}, unless it is asked for") for at_ms in fading]
    return found
