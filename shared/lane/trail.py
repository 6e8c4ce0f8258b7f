"""The trail of a contact in the logs: what a commit refused, and at DEBUG what it told."""

import logging

from shared.lane.engine import Step
from shared.process.logs import Log

__all__ = ["leave_trail"]


def leave_trail(log: Log, step: Step, first_seq: int) -> None:
    """A line for each dead letter; at DEBUG one for each event, with its number on the log from ``first_seq`` on.

    They name ids and types only: what was refused of which payload stands with the dead letter.
    """
    for dead in step.dead:
        log.info(
            "refused",
            dead_letter=dead.id,
            reason=dead.reason,
            workspace=dead.workspace,
            offset=dead.origin.offset,
            deadline=dead.origin.deadline,
        )
    if not log.isEnabledFor(logging.DEBUG):  # some lines a contact: asked for, not paid for
        return
    for seq, event in enumerate(step.events, first_seq):
        log.debug("told", type=event.type, subject=event.subject, seq=seq, cause_id=event.cause_id)
