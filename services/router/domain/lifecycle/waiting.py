"""A contact's place among those who wait: into it, out of it, for whom it is kept or barred, and the deadlines of that.

Nothing here decides what becomes of a contact; queueing.py does.
"""

from services.router.domain import bodies, events
from services.router.domain.state.records import Barred, Contact
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn

_OF_QUEUES = (Timer.URGE, Timer.RELAX, Timer.OVERFLOW)


def rejoin(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Back into the waiting set of its queue after a failed offer, or anew after something about it changed."""
    turn.watch(workspace, contact)
    place = workspace.wait(contact)
    if contact.at_risk and not place.answer.promised:  # a promise that comes later is another one, at risk or not
        workspace.alarm(contact, False)
        turn.contacts[contact.contact_id] = contact
    turn.hungry[contact.contact_id] = contact
    stop_queue_timers(turn, contact)
    turn.book.watch_risk(workspace, contact.queue or "")
    arm_step(turn, workspace, contact)
    arm_urge(turn, workspace, contact)
    _arm_missed_look(turn, workspace, contact)


def reprioritise(turn: Turn, workspace: Workspace, contact: Contact, actor: str, reason: str) -> None:
    """The contact has another priority: that is told, and where it waits it takes the place that this gives it."""
    place = workspace.standing(contact)
    own_ms = contact.boost_ms + place.queue.boost_ms
    body = bodies.Reprioritised(place.boost_ms / 1000, actor, reason, own_ms / 1000)
    turn.tell(contact, events.REPRIORITISED, body)
    if contact.state is ContactState.QUEUED:
        rejoin(turn, workspace, contact)


def leave(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Out of the waiting set."""
    if contact.state is ContactState.QUEUED:
        turn.watch(workspace, contact)
        workspace.leave(contact)
        turn.hungry.pop(contact.contact_id, None)
        stop_queue_timers(turn, contact)


def arm_step(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Set the deadline of the next relaxation step, if there is one."""
    at_ms = workspace.next_step_ms(contact)
    if at_ms is not None:
        turn.book.timers.arm(Timer.RELAX, contact.contact_id, at_ms)


def arm_urge(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Set the next moment of the promise at which the queue acts, if there is one."""
    stage = workspace.next_stage(contact)
    if stage is not None:
        turn.book.timers.arm(Timer.URGE, contact.contact_id, stage[2])


def arm_look(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Set the next look at overflow after now, if there is one."""
    at_ms = workspace.next_look_ms(contact, turn.now_ms)
    if at_ms is not None:
        turn.book.timers.arm(Timer.OVERFLOW, contact.contact_id, at_ms)


def _arm_missed_look(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """What came true while somebody was asked is looked at as soon as nobody takes the contact."""
    queue = workspace.rules.queue(contact.queue)
    waits = [rule.waited_ms for rule in queue.overflow if rule.waited_ms is not None]
    closes = any(rule.closed for rule in queue.overflow) and not workspace.rules.is_open(queue, turn.now_ms)
    if closes or any(turn.now_ms - contact.queued_ms >= waited_ms for waited_ms in waits):
        turn.book.timers.arm(Timer.OVERFLOW, contact.contact_id, turn.now_ms)
    else:
        arm_look(turn, workspace, contact)


def stop_queue_timers(turn: Turn, contact: Contact) -> None:
    """The next relaxation, the next look at overflow and what the promise brings are off."""
    turn.book.timers.disarm_all(_OF_QUEUES, contact.contact_id)


def bar(turn: Turn, contact: Contact, agent_id: str, until_ms: int) -> None:
    """Do not offer the contact to this agent for a while; without a pause, not before everybody else was asked."""
    contact.barred = (*_but(contact, agent_id), (agent_id, max(until_ms, turn.now_ms)))
    turn.book.timers.arm(Timer.BAR, contact.contact_id, contact.unbarred_ms)


def unbar(turn: Turn, contact: Contact) -> None:
    """A deadline: agents whose pause is over may be asked again."""
    contact.barred = tuple(each for each in contact.barred if each[1] > turn.now_ms)
    if contact.barred:
        turn.book.timers.arm(Timer.BAR, contact.contact_id, contact.unbarred_ms)
    turn.contacts[contact.contact_id] = contact
    if contact.state is ContactState.QUEUED:
        rejoin(turn, turn.workspace(contact), contact)


def pardon(turn: Turn, contact: Contact, agent_id: str) -> None:
    """Whoever is asked by name is asked although they declined before; their deadline goes with their pause."""
    if not contact.barred:
        return
    contact.barred = _but(contact, agent_id)
    turn.contacts[contact.contact_id] = contact
    if contact.barred:
        turn.book.timers.arm(Timer.BAR, contact.contact_id, contact.unbarred_ms)
    else:
        turn.book.timers.disarm(Timer.BAR, contact.contact_id)


def _but(contact: Contact, agent_id: str) -> Barred:
    return tuple(each for each in contact.barred if each[0] != agent_id)


def direct(turn: Turn, workspace: Workspace, contact: Contact, agent_id: str, until_ms: int) -> None:
    """Keep the contact for one agent until then; for nobody when they cannot take it."""
    if workspace.may_come(agent_id, contact):
        workspace.keep(contact, agent_id, until_ms)
        pardon(turn, contact, agent_id)
        turn.book.timers.arm(Timer.DIRECT, contact.contact_id, until_ms)


def keep_no_longer(turn: Turn, contact: Contact) -> None:
    """From now on anybody may take the contact; nothing happens where it was kept for nobody."""
    if contact.only_agent:
        turn.workspace(contact).keep(contact, "", 0)
        turn.book.timers.disarm(Timer.DIRECT, contact.contact_id)


def give_up_on(turn: Turn, workspace: Workspace, agent_id: str) -> None:
    """Something about the agent changed: what was kept for them and they cannot take is open to all."""
    for contact_id in sorted(workspace.kept.get(agent_id, ())):
        contact = turn.book.contacts[contact_id]
        if not workspace.may_come(agent_id, contact):
            open_to_all(turn, contact)


def open_to_all(turn: Turn, contact: Contact) -> None:
    """Also a deadline: the one agent did not take the contact, so anybody may."""
    keep_no_longer(turn, contact)
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


def limit_life(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """The contact lives as long as its queue allows, under the policy in force, from when its life began."""
    queue = contact.queue
    rules = workspace.rules
    life_ms = contact.lives_from_ms + (rules.life_ms if queue is None else rules.queue(queue).life_ms)
    if life_ms != contact.life_ms:
        contact.life_ms = life_ms
        turn.book.timers.arm(Timer.LIFE, contact.contact_id, life_ms)
        turn.contacts[contact.contact_id] = contact
