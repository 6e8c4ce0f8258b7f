"""A contact's way into a queue, back into it, and out of it."""

from services.router.domain import events
from services.router.domain.customers import customers
from services.router.domain.insight.calibration import Prediction
from services.router.domain.lifecycle import overflow, relaxing
from services.router.domain.state.records import Barred, Contact
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn
from shared.times import rfc3339

_ARRIVALS = ("classified", "escalated")  # a queue that is full refuses these; what is in the house already stays


def enter(turn: Turn, workspace: Workspace, contact: Contact, queue_name: str | None, reason: str) -> None:
    """One entry into a queue; the contact keeps the age of its first entry."""
    queue = workspace.rules.queue(queue_name)
    contact.queue = queue.name
    contact.entered_ms = contact.entered_ms or max(contact.last_ms, turn.said_ms)
    contact.queued_ms = turn.now_ms
    contact.relaxed = 0
    life_ms = contact.born_ms + queue.life_ms
    if life_ms != contact.life_ms:
        contact.life_ms = life_ms
        turn.book.timers.arm(Timer.LIFE, contact.contact_id, life_ms)
    stop_state_timer(turn, contact)
    stop_queue_timers(turn, contact)
    if reason in _ARRIVALS:
        _keep_for_known_agent(turn, workspace, contact)
    turn.flow(workspace, queue.name)
    place = workspace.wait(contact)
    outlook = workspace.outlook(contact, turn.now_ms)
    body = events.Queued(
        requirements=place.need.json,
        priority_seconds=place.boost_ms / 1000,
        target_seconds=queue.target_seconds,
        due_at=rfc3339(place.due_ms),
        entered_at=rfc3339(contact.entered_ms),
        position=outlook.position,
        expected_wait_seconds=outlook.wait_seconds,
        breach_risk=outlook.risk,
        reason=reason,
        kept_for=contact.only_agent or None,
    )
    turn.tell(contact, events.QUEUED, body)
    if outlook.wait_seconds and outlook.risk is not None and place.due_ms > turn.now_ms:
        prediction = Prediction(contact.last_ms, place.due_ms, outlook.wait_seconds, outlook.risk)
        turn.told[contact.contact_id] = prediction
    turn.hungry[contact.contact_id] = contact
    if queue.relax:
        relaxing.begin(turn, workspace, contact)
    if queue.overflow or queue.waiting_max is not None:
        overflow.arrive(turn, workspace, contact, may_refuse=reason in _ARRIVALS)


def _keep_for_known_agent(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Sticky: a returning customer first waits for the agent who knows them, if that costs little."""
    agent_id = customers.known_agent(turn, workspace, contact)
    if agent_id:
        wait_ms = customers.wait_for_ms(turn, workspace, contact, agent_id)
        if wait_ms:
            direct(turn, workspace, contact, agent_id, turn.now_ms + wait_ms)


def rejoin(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Back into the waiting set after a failed offer, or anew after something about the contact changed."""
    if contact.queue not in workspace.rules.queues:
        enter(turn, workspace, contact, None, "policy_activated")
        return
    turn.flow(workspace, contact.queue)
    workspace.wait(contact)
    turn.hungry[contact.contact_id] = contact
    stop_queue_timers(turn, contact)
    queue = workspace.rules.queue(contact.queue)
    if queue.relax:
        relaxing.arm(turn, workspace, contact)
    if queue.overflow:
        overflow.come_back(turn, workspace, contact)


def leave(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Out of the waiting set."""
    if contact.state is ContactState.QUEUED:
        turn.flow(workspace, contact.queue)
        workspace.leave(contact)
        turn.hungry.pop(contact.contact_id, None)
        stop_queue_timers(turn, contact)


def stop_queue_timers(turn: Turn, contact: Contact) -> None:
    """The next relaxation and the next look at overflow are off."""
    turn.book.timers.disarm(Timer.RELAX, contact.contact_id)
    turn.book.timers.disarm(Timer.OVERFLOW, contact.contact_id)


def bar(turn: Turn, contact: Contact, agent_id: str, until_ms: int) -> None:
    """Do not offer the contact to this agent for a while."""
    if until_ms > turn.now_ms:
        contact.barred = (*_but(contact, agent_id), (agent_id, until_ms))
        turn.book.timers.arm(Timer.BAR, contact.contact_id, contact.unbarred_ms)


def unbar(turn: Turn, contact: Contact) -> None:
    """A deadline: agents whose pause is over may be asked again."""
    contact.barred = tuple(each for each in contact.barred if each[1] > turn.now_ms)
    if contact.barred:
        turn.book.timers.arm(Timer.BAR, contact.contact_id, contact.unbarred_ms)
    turn.contacts[contact.contact_id] = contact
    if contact.state is ContactState.QUEUED:
        rejoin(turn, turn.workspace(contact), contact)


def _pardon(turn: Turn, contact: Contact, agent_id: str) -> None:
    """Whoever is asked by name is asked although they declined before; their deadline goes with their pause."""
    if not contact.barred:
        return
    contact.barred = _but(contact, agent_id)
    if contact.barred:
        turn.book.timers.arm(Timer.BAR, contact.contact_id, contact.unbarred_ms)
    else:
        turn.book.timers.disarm(Timer.BAR, contact.contact_id)


def _but(contact: Contact, agent_id: str) -> Barred:
    return tuple(each for each in contact.barred if each[0] != agent_id)


def direct(turn: Turn, workspace: Workspace, contact: Contact, agent_id: str, until_ms: int) -> None:
    """Keep the contact for one agent until then; at once open to all when they are not signed on."""
    if agent_id in workspace.agents:
        contact.only_agent = agent_id
        contact.only_until_ms = until_ms
        _pardon(turn, contact, agent_id)
        turn.book.timers.arm(Timer.DIRECT, contact.contact_id, until_ms)


def keep_no_longer(turn: Turn, contact: Contact, agent_id: str) -> None:
    """The one agent that the contact was kept for did not want it: it is open to all."""
    if contact.only_agent == agent_id:
        contact.only_agent, contact.only_until_ms = "", 0
        turn.book.timers.disarm(Timer.DIRECT, contact.contact_id)


def open_to_all(turn: Turn, contact: Contact) -> None:
    """A deadline: the one agent did not take the contact, so anybody may."""
    contact.only_agent = ""
    contact.only_until_ms = 0
    turn.contacts[contact.contact_id] = contact
    if contact.state is ContactState.QUEUED:
        rejoin(turn, turn.workspace(contact), contact)


def start_state_timer(turn: Turn, contact: Contact, at_ms: int) -> None:
    """The deadline of the state that the contact is in now."""
    contact.timer_ms = at_ms
    turn.book.timers.arm(Timer.STATE, contact.contact_id, at_ms)


def stop_state_timer(turn: Turn, contact: Contact) -> None:
    """Cancel it, if there is one."""
    if contact.timer_ms:
        contact.timer_ms = 0
        turn.book.timers.disarm(Timer.STATE, contact.contact_id)
