"""When two ids turn out to be one customer, and when they turn out not to be: each step is recorded and can be undone.

A given ``customer_id`` takes the handle that it came with, and what was known under the handle alone. Two given ids are
never joined by a handle that both came with: people share telephones. Only an operator joins those.
"""

from msgspec.structs import replace

from services.router.domain import events
from services.router.domain.customers import customers
from services.router.domain.customers.shared import HANDLES_A_DAY_MAX, OPEN_MAX, is_named_by_many, why_shared
from services.router.domain.state.records import Contact
from services.router.domain.state.rows import MergeRow
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import Repeat, illegal
from services.router.domain.turn import Turn
from shared.contract.ids import derive
from shared.contract.inputs import CustomerCommanded, MessageReceived
from shared.errors import Invalid, Reason

__all__ = ["obey", "recognise"]

USHER = "usher"  # the actor of what nobody commanded
CAME_WITH = "the handle came with this customer_id"
MANY = f"more than {HANDLES_A_DAY_MAX} handles came with the customer_id within a day"
SHARED = "the handle came with another customer_id too"


def recognise(turn: Turn, workspace: Workspace, said: MessageReceived) -> None:
    """A message names its customer: its handle is theirs from now on, unless others came with the handle too."""
    name, handle, given = workspace.name, said.handle_key, said.party.customer_id or ""
    identity = turn.identity
    row = identity.row(name, handle)
    customer = identity.customer(name, given)
    if row is not None and (row.pinned or row.customer_id == customer):
        return
    if row is not None and row.parent and row.parent != handle:
        _part(turn, workspace, handle, USHER, SHARED)
    elif why_shared(turn, workspace, customer) or why_shared(turn, workspace, handle):
        return
    elif is_named_by_many(turn, workspace, customer):
        _share(turn, workspace, customer)
    elif identity.fits(name, handle, customer):
        if row is not None or _has_history(turn, workspace, handle):
            _join(turn, workspace, handle, given, USHER, CAME_WITH)
        else:
            identity.join(name, handle, given, turn.now_ms)


def obey(turn: Turn, workspace: Workspace, said: CustomerCommanded) -> None:
    """An operator joins two customers, or takes an id out of one."""
    if said.command == "merge":
        _merge(turn, workspace, said)
        return
    row = turn.identity.row(workspace.name, said.customer_id)
    if row is None:
        raise Invalid(Reason.UNKNOWN_REFERENCE, "customer_id", f"{said.customer_id} was never merged into another")
    if not row.parent:
        raise Repeat  # it is a customer of its own already
    _part(turn, workspace, said.customer_id, said.actor, said.reason)


def _merge(turn: Turn, workspace: Workspace, said: CustomerCommanded) -> None:
    if not said.into:
        raise Invalid(Reason.INVALID, "into", "merge needs the customer_id that stays")
    identity = turn.identity
    customer = identity.customer(workspace.name, said.customer_id)
    stays = identity.customer(workspace.name, said.into)
    if customer == stays:
        raise Repeat
    if not identity.fits(workspace.name, customer, stays):
        raise illegal("customer_id", "together they would have too many ids", ("fewer ids",))
    for each in (customer, stays):
        if why_shared(turn, workspace, each):
            raise illegal("customer_id", f"{each} is shared by many", (f"an id with at most {OPEN_MAX} open contacts",))
    _join(turn, workspace, customer, said.into, said.actor, said.reason)


def _join(turn: Turn, workspace: Workspace, customer: str, into: str, actor: str, reason: str) -> None:
    turn.identity.join(workspace.name, customer, into, turn.now_ms)
    now = turn.identity.customer(workspace.name, into)
    moved = _follow(turn, workspace, now)
    _record(turn, workspace, MergeRow("", "", "merged", customer, now, actor, reason, 0))
    body = events.CustomerMerged(workspace.name, now, customer, actor, reason, moved, *_when(turn))
    turn.publish(events.CUSTOMER_MERGED, workspace.name, now, turn.said_ms, body)


def _share(turn: Turn, workspace: Workspace, customer: str) -> None:
    """Too many handles came with one id: each is a customer of its own again, and the id is nobody's."""
    for alias in (customer, *turn.identity.share(workspace.name, customer, turn.now_ms)):
        _told_apart(turn, workspace, alias, customer, USHER, MANY)


def _part(turn: Turn, workspace: Workspace, alias: str, actor: str, reason: str) -> None:
    before = turn.identity.customer(workspace.name, alias)
    turn.identity.part(workspace.name, alias, turn.now_ms)
    _follow(turn, workspace, before)
    _told_apart(turn, workspace, alias, before, actor, reason)


def _told_apart(turn: Turn, workspace: Workspace, alias: str, before: str, actor: str, reason: str) -> None:
    moved = _follow(turn, workspace, alias)
    _record(turn, workspace, MergeRow("", "", "split", alias, before, actor, reason, 0))
    body = events.CustomerSplit(workspace.name, before, alias, actor, reason, moved, *_when(turn))
    turn.publish(events.CUSTOMER_SPLIT, workspace.name, before, turn.said_ms, body)


def _follow(turn: Turn, workspace: Workspace, customer: str) -> list[str]:
    """The customer's open contacts bear the customer's id and know of each other; returns those that changed hands."""
    moved: list[str] = []
    shared = why_shared(turn, workspace, customer)
    for one_id in turn.identity.ids(workspace.name, customer):
        for contact_id in sorted(workspace.customers.get(one_id, ())):
            contact = turn.book.contacts[contact_id]
            if contact.customer_id != customer:
                _rename(contact, one_id, customer)
                moved.append(contact_id)
            elif shared:
                continue  # there may be thousands, of which nothing changes
            customers.acquaint(turn, workspace, contact)
            turn.contacts[contact_id] = contact
    return moved


def _rename(contact: Contact, came_as: str, customer: str) -> None:
    contact.customer_id = customer
    contact.known_as = "" if came_as == customer else came_as


def _has_history(turn: Turn, workspace: Workspace, handle: str) -> bool:
    key = (workspace.name, handle)
    return handle in workspace.customers or key in turn.known.pasts or key in turn.gone


def _record(turn: Turn, workspace: Workspace, row: MergeRow) -> None:
    merge_id = derive("merge", turn.cause_id)  # by which whoever commanded it finds it
    if any(each.id == merge_id for each in turn.merges):
        merge_id = derive("merge", turn.cause_id, row.alias)
    turn.merges.append(replace(row, id=merge_id, workspace=workspace.name, at_ms=turn.now_ms))


def _when(turn: Turn) -> tuple[str, str]:
    return turn.text(turn.said_ms), turn.cause_id
