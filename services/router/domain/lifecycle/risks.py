"""Who will probably not be answered in time is told when that becomes likely, and once more when it no longer is.

A deadline of the queue, at times that depend on its target alone: so a replay, or another owner of the partition, looks
at the same moments at the same state and tells the same. What was told stands with the contact. A risk ends without a
word when its wait does, its time, or its promise: the answer, the breach and the policy are events of their own.
"""

from services.router.domain import bodies, events
from services.router.domain.insight.at_risk import CLEARED_BELOW, RAISED_ABOVE, risks_of
from services.router.domain.state.workspace import ALSO
from services.router.domain.turn import Turn
from shared.times import rfc3339

__all__ = ["look"]


def look(turn: Turn, subject: str) -> None:
    """A deadline: tell which risks of the queue were raised and cleared since the last look."""
    name, _, queue = subject.partition("/")
    workspace = turn.book.workspaces[name]
    open_promises = False
    changed: dict[str, float] = {}
    alarmed = workspace.alarmed
    for piece in risks_of(workspace, queue, turn.now_ms):
        open_promises = open_promises or piece.anybody_in_time
        changed |= {each: risk for each, risk in piece.above(RAISED_ABOVE) if each not in alarmed}
        if alarmed:
            changed |= dict(piece.below(CLEARED_BELOW, alarmed))
    for contact_id in sorted(changed):
        if ALSO in contact_id:
            continue  # a guest: its own queue made the promise
        contact, risk = turn.book.contacts[contact_id], changed[contact_id]
        raised = not contact.at_risk
        workspace.alarm(contact, raised)
        body = bodies.RiskChanged(round(risk, 3), rfc3339(workspace.standing(contact).due_ms))
        turn.tell(contact, events.RISK_RAISED if raised else events.RISK_CLEARED, body)
    if open_promises:
        turn.book.watch_risk(workspace, queue)
