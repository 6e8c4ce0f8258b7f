"""What the router engine and its store exchange: rows to restore from, look-ups, and the rows of one commit."""

import re
from dataclasses import dataclass, field

import msgspec

from services.router.domain.classification.record import ModelRef
from services.router.domain.state.records import Agent, LiveContact

_DERIVED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def could_be_ours(identity: str) -> bool:
    """Whether an id that was reported has the form of those that Usher makes; the database is asked for no other."""
    return _DERIVED.fullmatch(identity) is not None


class Row(msgspec.Struct, frozen=True, gc=False):
    """Base of the rows of a table: its columns in the order in which a function of the database takes them."""


class ArticleSearch(Row, frozen=True, gc=False):
    """Articles wanted for a message that goes to self-service: the words that the customer wrote."""

    event_id: str
    workspace: str
    language: str
    text: str


@dataclass(slots=True)
class Needs:
    """Keys whose rows are not in memory: input ids, conversations without a live contact, ended things, customers.

    ``searches`` ask for articles; ``models`` and ``languages`` (sets of which one is to be told) must be in memory
    before the step.
    """

    event_ids: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    assignments: list[str] = field(default_factory=list)
    customers: dict[tuple[str, str], None] = field(default_factory=dict)
    searches: list["ArticleSearch"] = field(default_factory=list)
    models: list[ModelRef] = field(default_factory=list)
    languages: list[tuple[str, ...]] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    """The answer to Needs: ids already applied, last episode per conversation, and how ended things ended.

    ``past`` maps ended offers and assignments to (state, agent id); ``contacts`` maps ended contacts to
    (outcome, workspace). ``aliases`` are all those of the customers asked about, and ``pasts`` the last ended contacts
    of each of their ids, by (workspace, id), as a JSON array. ``articles``: those found for a message, best first.
    """

    event_ids: set[str] = field(default_factory=set)
    episodes: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    past: dict[str, tuple[str, str]] = field(default_factory=dict)
    aliases: dict[tuple[str, str], "AliasRow"] = field(default_factory=dict)
    pasts: dict[tuple[str, str], str] = field(default_factory=dict)
    articles: dict[str, tuple[str, ...]] = field(default_factory=dict)


class ContactRow(Row, frozen=True, gc=False):
    """A live contact. ``body`` is a LiveContact as JSON; the others repeat its fields for the schema's guards."""

    contact_id: str
    workspace: str
    state: str
    version: int
    offer_id: str | None
    assignment_id: str | None
    body: str


class PersonalRow(Row, frozen=True, gc=False):
    """Message text and handles of a live contact: one JSON object."""

    contact_id: str
    body: str


class OutcomeRow(Row, frozen=True, gc=False):
    """The one terminal outcome of a contact; ``body`` is the Contact as JSON, ``customer_id`` the id it came with."""

    contact_id: str
    workspace: str
    conversation_key: str
    episode: int
    outcome: str
    ended_ms: int
    customer_id: str
    body: str


class PastRow(Row, frozen=True, gc=False):
    """How an offer (kind ``o``) or an assignment (kind ``a``) ended."""

    id: str
    kind: str
    contact_id: str
    agent_id: str
    state: str
    ended_ms: int


class AgentRow(Row, frozen=True, gc=False):
    """``body`` is the Agent as JSON; 0 <= load <= ceiling."""

    workspace: str
    agent_id: str
    load: int
    ceiling: int
    body: str


class AliasRow(Row, frozen=True, array_like=True, gc=False):
    """Another id of a customer. ``parent`` is the id that it was joined to, "" for none; ``customer_id`` whose it is.
    An id that is its own parent is one that many people come with.

    ``pinned``: it was taken out of a customer, and no message joins it to one again.
    """

    workspace: str
    alias: str
    parent: str
    customer_id: str
    pinned: bool
    since_ms: int


class MergeRow(Row, frozen=True, gc=False):
    """A step on record (``merged`` or ``split``): ``alias`` went into ``customer_id`` or out of it; by whom and why."""

    id: str
    workspace: str
    kind: str
    alias: str
    customer_id: str
    actor: str
    reason: str
    at_ms: int


class FlowRow(Row, frozen=True, gc=False):
    """What was seen of a queue, for the forecast; ``body`` is the Flow as JSON."""

    workspace: str
    queue: str
    body: str


class EndRow(Row, frozen=True, gc=False):
    """The end of a conversation that came before its message; ``body`` is an EarlyEnd as JSON."""

    conversation_key: str
    body: str


class PolicyRow(Row, frozen=True, gc=False):
    """One activated version of a workspace's policy; ``body`` is the whole document as JSON.

    ``model_version``: the content of the text model that decides under it, None without one.
    """

    workspace: str
    version: int
    hash: str
    body: str
    activated_ms: int
    model_version: str | None = None


@dataclass(slots=True)
class RouterWrites:
    """The rows of one commit; each list holds a key at most once. ``clock_ms`` is the partition's time, ``heard_ms``
    that of ingest's last sign of life.

    The rows of ``outcomes`` replace the contact's live row and its personal row.
    """

    clock_ms: int = 0
    heard_ms: int = 0
    inputs: list[str] = field(default_factory=list)
    contacts: list[ContactRow] = field(default_factory=list)
    personal: list[PersonalRow] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    past: list[PastRow] = field(default_factory=list)
    agents: list[AgentRow] = field(default_factory=list)
    agents_gone: list[tuple[str, str]] = field(default_factory=list)
    aliases: list[AliasRow] = field(default_factory=list)
    merges: list[MergeRow] = field(default_factory=list)
    flows: list[FlowRow] = field(default_factory=list)
    policies: list[PolicyRow] = field(default_factory=list)
    ends: list[EndRow] = field(default_factory=list)
    ends_gone: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RouterRows:
    """Everything live in a partition, in any order, as RowReader reads it; of policies each workspace's newest.

    Contacts and agents are handed over: the engine that is restored from them changes them.
    """

    clock_ms: int = 0
    heard_ms: int = 0
    contacts: list[LiveContact] = field(default_factory=list)
    personal: list[tuple[str, bytes]] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    policies: list[PolicyRow] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
