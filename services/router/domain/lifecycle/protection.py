"""Protected queues: breaches beyond what a queue is allowed hold agents back for it, until it is served well again.

A queue's debt on a channel grows by 1 - allowance with each contact that is answered late or ends unanswered, and
shrinks by the allowance with each that is answered in time, from 0 to ``DEBT_MAX``. The whole debts are how many free
agents who could serve the queue are kept from all others.
"""

from services.router.domain import events
from services.router.domain.forecast import Debt, Flow
from services.router.domain.matcher.guard import owe
from services.router.domain.rules.queue_rules import QueueRules
from services.router.domain.state.book import debt_key
from services.router.domain.state.records import Contact
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn


def answered(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """An agent took the contact, at its last event; in time as its queue's promise says."""
    queue = workspace.rules.queues.get(contact.queue or "")
    if queue is not None and queue.allowance is not None:
        late = contact.last_ms > workspace.standing(contact).due_ms
        _count(turn, workspace, queue, contact.channel, breached=late)


def ended(turn: Turn, workspace: Workspace, contact: Contact, kind: str, by: str) -> None:
    """The contact ends in this way; if it still waits it was lost, unless somebody cancelled it."""
    queue = workspace.rules.queues.get(contact.queue or "")
    if queue is None or queue.allowance is None or contact.state is not ContactState.QUEUED:
        return
    if kind != events.CANCELLED or by == "system":
        _count(turn, workspace, queue, contact.channel, breached=True)


def _count(turn: Turn, workspace: Workspace, queue: QueueRules, channel: str, *, breached: bool) -> None:
    flow = turn.flow(workspace, queue.name)
    debt = flow.debts.get(channel)
    if debt is not None or breached:
        assert queue.allowance is not None, "only protected queues are counted"
        owed = owe(debt.owed if debt else 0.0, queue.allowance, breached=breached)
        _owe(turn, workspace, flow, channel, owed)


def fade(turn: Turn, subject: str) -> None:
    """A deadline: nobody asked for the queue for so long that half of its debt is forgiven."""
    name, queue, channel = subject.split("/")
    workspace = turn.book.workspaces[name]
    flow = turn.flow(workspace, queue)
    _owe(turn, workspace, flow, channel, flow.debts[channel].owed / 2)


def adopt(turn: Turn, workspace: Workspace) -> None:
    """Another policy is in force: queues that it protects keep their debts, all others forget them."""
    workspace.matcher.unprotect()
    for name in sorted(name for name, flow in workspace.flows.items() if flow.debts):
        queue, flow = workspace.rules.queues.get(name), turn.flow(workspace, name)
        if queue is not None and queue.allowance is not None:
            for channel, debt in flow.debts.items():
                workspace.hold_back(queue, channel, debt.owed)
        else:
            for channel in flow.debts:
                turn.book.timers.disarm(Timer.DEBT, debt_key(workspace.name, name, channel))
            flow.debts = {}


def _owe(turn: Turn, workspace: Workspace, flow: Flow, channel: str, owed: float) -> None:
    subject = debt_key(workspace.name, flow.queue, channel)
    debt = flow.debts[channel] = Debt(owed, turn.now_ms)
    if debt.fades_ms is not None:
        turn.book.timers.arm(Timer.DEBT, subject, debt.fades_ms)
    else:
        turn.book.timers.disarm(Timer.DEBT, subject)
    workspace.hold_back(workspace.rules.queues[flow.queue], channel, owed)
    turn.loosened[workspace.name] = workspace
