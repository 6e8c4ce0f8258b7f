"""What the router remembers, one struct per row: contact, offer, assignment and agent."""

import msgspec

from services.router.domain.states import AssignmentState, ContactState, OfferState, Presence
from shared.contract.inputs import AgentCapacity

QUESTION_OPEN = "open"
QUESTION_OVER = "over"

Skills = dict[str, int]
Levels = tuple[tuple[str, int], ...]
Barred = tuple[tuple[str, int], ...]


class Contact(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One episode of a conversation. Times are milliseconds; 0 means "not yet" or "none".

    ``born_ms``, ``queued_ms`` (entry into the present queue) and ``timer_ms`` are router time; ``entered_ms`` (first
    entry into a queue), ``wait_started_ms`` (the present wait, 0 while it does not wait) and ``last_ms`` (latest event)
    are event times; ``waited_before_ms`` is what it waited before the present wait. ``relaxed`` counts the relaxation
    steps taken in this queue, ``urged`` the moments of its promise (warning, due time) on which it acted.
    ``at_risk``: it was told that it will probably not be answered in time, and not taken back.
    ``attempts`` counts offers ever issued; ``offers`` holds the live ones. ``barred`` are
    agents with the time from which they may be offered the contact again. ``context`` is what a bot learnt, as JSON.
    ``linked`` are contacts of the same customer that were open when this one came, ``last_agent`` served that customer
    lately. ``known_as`` is the id that the contact came with, where its customer has another one. ``served_by`` is the
    agent who took it last, at ``served_ms``. ``automation_failed``: self-service or a bot did not settle it. ``spoken``
    is the language that the customer used, as far as it showed; ``language`` the one that the contact is served in.
    ``wrote_ms`` is when the customer wrote last, as they say.
    ``skills`` hold in ``home_queue``, ``kept_skills`` (None: the same) in every other: what the intent asks belongs to
    the queue that it named. ``life_from_ms``: since when ``life_max`` counts, 0 for ``born_ms``. ``host`` is the agent
    who stays with the customer during a warm transfer. ``question`` is "open" while a bot asks what the first message
    means, "over" from then on, so that nobody is asked twice. ``silent_ms``: until when
    its agent may owe the customer an answer. ``traits``: the attributes of its first message on which a target depends.
    """

    contact_id: str
    workspace: str
    conversation_key: str
    episode: int
    source: str
    channel: str
    conversation_id: str
    customer_id: str
    state: ContactState = ContactState.NEW
    version: int = 0
    last_ms: int = 0
    born_ms: int = 0
    life_ms: int = 0
    life_from_ms: int = 0
    timer_ms: int = 0
    tier: str = ""
    bot: str = ""
    intent: str = ""
    article: str = ""
    language: str = ""
    skills: Skills = {}
    kept_skills: Skills | None = None
    queue: str | None = None
    home_queue: str = ""
    entered_ms: int = 0
    wait_started_ms: int = 0
    waited_before_ms: int = 0
    queued_ms: int = 0
    relaxed: int = 0
    urged: int = 0
    at_risk: bool = False
    callback: bool = False
    boost_ms: int = 0
    attempts: int = 0
    offers: tuple[str, ...] = ()
    assignment_id: str = ""
    wrap_began_ms: int = 0
    barred: Barred = ()
    only_agent: str = ""
    only_until_ms: int = 0
    context: str = ""
    pending: bool = False
    linked: tuple[str, ...] = ()
    last_agent: str = ""
    known_as: str = ""
    spoken: str = ""
    wrote_ms: int = 0
    served_by: str = ""
    served_ms: int = 0
    automation_failed: bool = False
    host: str = ""
    question: str = ""
    silent_ms: int = 0
    traits: dict[str, str] = {}
    traceparent: str = ""

    @property
    def waits_since_ms(self) -> int:
        """When the present wait began; of rows written before a wait had a start of its own, the first entry."""
        return self.wait_started_ms or self.entered_ms

    def skills_in(self, queue: str) -> Skills:
        """What the contact asks on top of that queue."""
        return self.skills if self.kept_skills is None or queue == self.home_queue else self.kept_skills

    @property
    def lives_from_ms(self) -> int:
        """When its life began: when it came, or when an agent gave it back."""
        return self.life_from_ms or self.born_ms

    @property
    def unbarred_ms(self) -> int:
        """When the first of the barred agents may be asked again; 0 where there is none."""
        return min((until_ms for _, until_ms in self.barred), default=0)

    @property
    def came_as(self) -> str:
        """The customer id that the contact came with."""
        return self.known_as or self.customer_id


class Offer(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One agent asked to take one contact, until ``expires_ms`` (router time)."""

    offer_id: str
    contact_id: str
    workspace: str
    agent_id: str
    channel: str
    issued_ms: int
    expires_ms: int
    state: OfferState = OfferState.ISSUED


class Assignment(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One agent working on one contact since ``began_ms``; while the contact is idle it holds none of their units."""

    assignment_id: str
    offer_id: str
    contact_id: str
    workspace: str
    agent_id: str
    channel: str
    began_ms: int
    state: AssignmentState = AssignmentState.ACTIVE


class LiveContact(msgspec.Struct, omit_defaults=True, gc=False):
    """A contact's row: with its open offers and its assignment."""

    contact: Contact
    offers: list[Offer] = []
    assignment: Assignment | None = None


class EarlyEnd(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The latest end of a conversation, of which messages from before it may still come until ``until_ms``.

    ``occurred_ms`` is the time of the event, ``until_ms`` router time. ``applied``: it ended a contact already, and is
    kept for messages from before it that are late.
    """

    conversation_key: str
    reason: str
    occurred_ms: int
    until_ms: int
    applied: bool = False

    def is_after(self, message_ms: int) -> bool:
        """Whether a message of that time was written before the end. One of the same instant that comes after an end
        that was applied is a new beginning."""
        return self.occurred_ms > message_ms or (self.occurred_ms == message_ms and not self.applied)


class Agent(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One signed-on agent.

    ``held`` counts open offers and live assignments by channel, but for idle ones; ``asked`` are the offers among
    them, ``wrapping`` the assignments in wrap-up, ``active`` the others. ``lease_seconds`` are those that they stated
    (0: the policy's hold), ``lease_ms`` is when the lease ends, 0 without one. ``proven``: they finished one since
    they came, ``away_ms``: when they last went; ``missed``: when the offer of which contact made them not ready, by
    expiring. ``shown``: (presence, availability, free units) as last published. ``ceiling`` is the load that nothing
    may exceed: the units, or more where work was kept through a sign-on that lowered them, or came back from being
    idle.
    """

    workspace: str
    agent_id: str
    skills: Levels
    capacity: AgentCapacity
    name: str = ""
    presence: Presence = Presence.OFFLINE
    lease_seconds: float = 0.0
    lease_ms: int = 0
    proven: bool = False
    away_ms: int = 0
    missed: tuple[int, str] | None = None
    ceiling: int = 0
    held: dict[str, int] = {}
    asked: int = 0
    active: int = 0
    wrapping: int = 0
    idle_since: int = 0
    last_offered: int = 0
    last_ms: int = 0
    load: int = 0
    shown: tuple[str, str, int] = ("offline", "idle", 0)
