"""Random scripts of what may happen to a router, and a player that carries them out."""

import random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from services.router.domain.lifecycle.standstill import STILL_MS
from services.router.domain.states import ContactState
from shared.contract import inputs
from shared.contract.ids import contact_id as derived_contact_id
from shared.contract.ids import conversation_key, derive
from shared.contract.records import Record
from shared.policy import parse_policy
from tests.support.router_builders import START_MS, Router, policy_with

AGENTS = ("a1", "a2", "a3")
CONVERSATIONS = ("c1", "c2", "c3", "c4", "c5")
SKILLS = ({"orders": 3, "cards": 3}, {"orders": 1}, {"cards": 5})
INTENTS = (None, "order_status", "change_address", "stolen_card", "complaint")

CUSTOMERS = (("cust-1", ""), ("cust-1", "hash-1"), ("hash-1", ""), ("cust-2", "hash-2"), ("cust-2", "hash-1"))
IDS = ("cust-1", "cust-2", "hash-1", "hash-2")

_policy = policy_with(
    wrap_up={"default": "5s"},
    offers={"timeout": "10s", "decline_pause": "20s"},
    bots={"default": {"max_minutes": "60s"}},
    sticky={"within": "1d", "wait": "7s"},
    channels={"chat": {"idle_after": "1s"}},
)
_policy["queues"]["cards"] |= {
    "life_max": "100s",
    "protect": {"allowance": 0.3},
    "relax": [
        {"after": "5s", "min_level": {"cards": 1}},
        {"after": "12s", "drop": ["cards"], "raise_priority": "30s"},
        {"after": "20s", "add_queue": "orders"},
    ],
    "overflow": [
        {"when": {"waiting": 2}, "to": {"queue": "orders"}},
        {"when": {"waited": "40s"}, "to": {"queue": "general"}},
    ],
}
_policy["queues"]["general"] |= {
    "protect": {"allowance": 0.05},
    "hours": "office",
    "relax": [{"after": "3s", "add_queue": "cards"}],
    "overflow": [
        {"when": {"closed": True, "waited": "50s"}, "to": {"schedule": "next_opening"}},
        {"when": {"nobody_signed_on": True, "waited": "9s"}, "to": {"callback": True}},
    ],
}
_policy["calendars"] = {"office": {"open": {"mon-sun": ["00:00-22:14", "22:15-24:00"]}}}
_other = policy_with(offers={"on_expiry": "available", "timeout": "5s"}, presence={"on_lost": "keep", "lease": "30s"})
_fewer = policy_with(offers={"timeout": "5s", "parallel": 2}, wrap_up={"default": "3s"})  # two queues are gone
del _fewer["queues"]["cards"], _fewer["queues"]["orders"]
for _intent in _fewer["classification"]["intents"].values():
    _intent["queue"] = "general"
_fewer["queues"]["general"] |= {
    "overflow": [{"when": {"closed": True}, "to": {"schedule": "next_opening"}}],
    "hours": "office",
}
_fewer["calendars"] = {"office": {"open": {"mon-sun": ["00:00-22:14", "22:20-24:00"]}}}
POLICIES = (_policy, _other, _fewer)

# A script is a list of moves; each is played against the ids that the moves before it brought about. Scripts come from
# a seed, because short lists of independent draws hardly ever get beyond the first offer.
Move = tuple[Any, ...]
_MOVES: list[tuple[int, str, tuple[tuple[Any, ...], ...]]] = [
    (8, "message", (CONVERSATIONS, INTENTS, ("chat", "chat", "voice"), CUSTOMERS)),
    (4, "sign_on", (AGENTS, SKILLS, (1, 2, 3))),
    (2, "presence", (AGENTS, ("available", "available", "not_ready", "draining"))),
    (1, "sign_off", (AGENTS,)),
    (9, "answer", (("accepted", "accepted", "accepted", "declined"), (0, 1, 2))),
    (6, "end", (("closed", "closed", "transferred", "requeued"), (0, 1, 2))),
    (2, "wrapped_up", ((0, 1, 2),)),
    (2, "reply", ((0, 1, 2),)),
    (3, "outcome", (("resolved", "escalated"), ("bot", "self_service"))),
    (2, "hang_up", (CONVERSATIONS,)),
    (2, "command", (("cancel", "prioritise", "requeue", "assign"), CONVERSATIONS)),
    (2, "customer", (("merge", "split"), IDS, IDS)),
    (1, "policy", ((0, 1, 2),)),
    (5, "pass", ((1, 1_000, 4_000, 10_000, 61_000, 601_000),)),
    (1, "stand", ((1_000, 4_000, 30_000, 200_000),)),
]
# Other weights, under which more chats live long enough to fall silent and come back to an agent who has other work.
_QUIET = {"message": 14, "answer": 14, "reply": 5, "pass": 8, "end": 2, "presence": 1, "sign_off": 0, "policy": 0}


def script(seed: int, length: int, quiet: bool = False) -> list[Move]:
    dice = random.Random(seed)
    weights = [_QUIET.get(kind, weight) if quiet else weight for weight, kind, _ in _MOVES]
    chosen = dice.choices(_MOVES, weights, k=length)
    return [(kind, *(dice.choice(values) for values in choices)) for _, kind, choices in chosen]


scripts = st.builds(script, st.integers(0, 2**32), st.integers(1, 100), st.booleans())
fast = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Player:
    """Turns moves into inputs that make sense at that point, so that random scripts reach deep states."""

    def __init__(self) -> None:
        self.router = Router(_policy)
        self.records: list[Record] = []
        self._numbers = 0

    def play(self, move: Move) -> None:
        kind, *rest = move
        if kind == "pass":
            self.live(rest[0])
            return
        if kind == "stand":
            self.router.now_ms += rest[0]
            self.router.batch([])
            return
        said = getattr(self, f"_{kind}")(*rest)
        if said is not None:
            record = self.router.record(said)
            self.records.append(record)
            self.router.batch([record])

    def live(self, passing_ms: int) -> None:
        """Time passes, and ingest says that it is there, as seldom as it may."""
        until_ms, beats = self.router.now_ms + passing_ms, list[Record]()
        while self.router.now_ms < until_ms:
            self.router.now_ms = min(until_ms, self.router.now_ms + STILL_MS)
            beats.append(self.router.beat())
        self.records += beats
        self.router.batch(beats)

    def _common(self) -> dict[str, Any]:
        self._numbers += 1
        return self.router.common(derive("law", str(self._numbers)))

    def _message(self, conversation: str, intent: str | None, channel: str, customer: tuple[str, str]) -> inputs.Input:
        self._numbers += 1
        changes = {"intent": intent} if intent else {}
        party = inputs.Party(handle="+34600000001", customer_id=customer[0])
        return self.router.message(
            conversation, self._numbers, channel=channel, party=party, handle_key=customer[1], **changes
        )

    def _customer(self, command: str, customer_id: str, into: str) -> inputs.Input:
        return inputs.CustomerCommanded(
            **self._common(), command=command, customer_id=customer_id, into=into, actor="b", reason="r"
        )

    def _sign_on(self, agent: str, skills: dict[str, int], units: int) -> inputs.Input:
        capacity = inputs.AgentCapacity(units=units)
        return inputs.AgentSignedOn(**self._common(), agent_id=agent, skills=skills, capacity=capacity)

    def _presence(self, agent: str, presence: str) -> inputs.Input:
        return inputs.PresenceChanged(**self._common(), agent_id=agent, presence=presence)

    def _sign_off(self, agent: str) -> inputs.Input:
        return inputs.AgentSignedOff(**self._common(), agent_id=agent)

    def _answer(self, answer: str, number: int) -> inputs.Input | None:
        offers = sorted(self.router.engine.book.offers.values(), key=lambda offer: offer.offer_id)
        if not offers:
            return None
        offer = offers[number % len(offers)]
        return inputs.OfferAnswered(**self._common(), offer_id=offer.offer_id, agent_id=offer.agent_id, answer=answer)

    def _end(self, outcome: str, number: int) -> inputs.Input | None:
        work = sorted(self.router.engine.book.assignments.values(), key=lambda item: item.assignment_id)
        if not work:
            return None
        item = work[number % len(work)]
        transfer = inputs.Transfer(queue="general", warm=number == 1) if outcome == "transferred" else None
        return inputs.AssignmentEnded(
            **self._common(),
            assignment_id=item.assignment_id,
            agent_id=item.agent_id,
            outcome=outcome,
            transfer=transfer,
        )

    def _wrapped_up(self, number: int) -> inputs.Input | None:
        work = sorted(self.router.engine.book.assignments.values(), key=lambda item: item.assignment_id)
        if not work:
            return None
        item = work[number % len(work)]
        return inputs.AssignmentWrappedUp(**self._common(), assignment_id=item.assignment_id, agent_id=item.agent_id)

    def _reply(self, number: int) -> inputs.Input | None:
        work = sorted(self.router.engine.book.assignments.values(), key=lambda item: item.assignment_id)
        if not work:
            return None
        item = work[number % len(work)]
        return inputs.ReplySent(**self._common(), contact_id=item.contact_id, by="agent", public=True)

    def _outcome(self, outcome: str, by: str) -> inputs.Input | None:
        states = {"bot": ContactState.BOT, "self_service": ContactState.SELF_SERVICE}
        contacts = self.router.engine.book.contacts
        found = sorted(key for key, contact in contacts.items() if contact.state is states[by])
        if not found:
            return None
        return inputs.OutcomeReported(**self._common(), contact_id=found[0], by=by, outcome=outcome)

    def _hang_up(self, conversation: str) -> inputs.Input:
        return inputs.ConversationEnded(**self._common(), source="chat", conversation_id=conversation, reason="hang_up")

    def _command(self, command: str, conversation: str) -> inputs.Input:
        contact = derived_contact_id(conversation_key("acme", "chat", conversation), 1, START_MS)
        return inputs.ContactCommanded(
            **self._common(), contact_id=contact, command=command, actor="b", reason="r", seconds=60.0, agent_id="a1"
        )

    def _policy(self, number: int) -> inputs.Input:
        policy = parse_policy(POLICIES[number])
        return inputs.PolicyActivated(**self._common(), hash=policy.hash, policy=policy.document())


def played(script: list[Move]) -> Player:
    player = Player()
    for move in script:
        player.play(move)
    return player
