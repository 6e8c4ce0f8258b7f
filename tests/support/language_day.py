"""A day of one queue with two languages and agents who come and go, through the router engine: told, and what happened.

40 % of the agents speak both languages, and all serve English; at times some of them take a break. Contacts arrive at
random, handling and patience are exponential, and offers are accepted at once.
"""

import heapq
from dataclasses import dataclass, field
from random import Random

from tests.support.router_builders import Router, bodies_of, policy_with

HANDLE_SECONDS, PATIENCE_SECONDS, TARGET_SECONDS = 60.0, 240.0, 60.0
BREAK_EVERY_SECONDS, BREAK_SECONDS = 1800.0, 600.0
ENGLISH, BOTH = 6, 4
PER_SECOND = {"en": 0.11, "es": 0.03}


@dataclass(slots=True)
class Told:
    """One contact that had to wait; ``waited`` None while nobody knows."""

    language: str
    risk: float
    expected: float
    waited: float | None = None
    gave_up: float | None = None

    @property
    def breached(self) -> bool | None:
        """Not answered in time; None where it gave up before anybody could know."""
        if self.waited is not None:
            return self.waited > TARGET_SECONDS
        return True if self.gave_up is not None and self.gave_up > TARGET_SECONDS else None


@dataclass
class Day:
    """One seed: ``told`` by contact."""

    seed: int
    seconds: float
    told: dict[str, Told] = field(default_factory=dict)

    def play(self) -> list[Told]:
        """Everybody who had to wait and was told something, after a warm-up of an hour."""
        policy = policy_with(languages=["en", "es"], presence={"on_lost": "requeue"})
        policy["queues"]["general"]["targets"] = {"time_to_answer": {"within": f"{TARGET_SECONDS:.0f}s"}}
        self._dice, self._router, self._heap, self._number = Random(self.seed), Router(policy), [], 0
        self._start_ms = self._router.now_ms
        self._at: dict[str, float] = {}
        for number in range(ENGLISH + BOTH):
            skills = {"en": 3, "es": 3} if number < BOTH else {"en": 3}
            self._router.sign_on(f"a{number}", skills=skills)
            self._later(self._dice.expovariate(1 / BREAK_EVERY_SECONDS), "break", f"a{number}")
        for language, rate in PER_SECOND.items():
            self._later(self._dice.expovariate(rate), "arrive", language)
        while self._heap and self._heap[0][0] < self.seconds:
            at, _, what, of = heapq.heappop(self._heap)
            self._router.now_ms = self._start_ms + round(at * 1000)
            getattr(self, f"_{what}")(at, of)
        return [told for key, told in self.told.items() if self._at[key] > 3600]

    def _later(self, at: float, what: str, of: str) -> None:
        self._number += 1
        heapq.heappush(self._heap, (at, self._number, what, of))

    def _arrive(self, at: float, language: str) -> None:
        self._later(at + self._dice.expovariate(PER_SECOND[language]), "arrive", language)
        self._number += 1
        name = f"c{self._number}"
        told = self._router.say(self._router.message(name, language=language, intent="complaint"))
        body = bodies_of(told, "contact.queued")[0]
        self._at[body["contact_id"]] = at
        if body["expected_wait_seconds"] and body["breach_risk"] is not None:
            self.told[body["contact_id"]] = Told(language, body["breach_risk"], body["expected_wait_seconds"])
        self._later(at + self._dice.expovariate(1 / PATIENCE_SECONDS), "give_up", f"{name} {body['contact_id']}")
        self._accept(at)

    def _accept(self, at: float) -> None:
        book = self._router.engine.book
        while book.offers:
            offer = next(iter(book.offers.values()))
            self._router.answer(offer.offer_id, offer.agent_id)
            assigned = self._router.last("assigned")
            if offer.contact_id in self.told:
                self.told[offer.contact_id].waited = at - self._at[offer.contact_id]
            handle = self._dice.expovariate(1 / HANDLE_SECONDS)
            self._later(at + handle, "close", f"{offer.agent_id} {assigned['assignment_id']}")

    def _give_up(self, at: float, of: str) -> None:
        name, contact_id = of.split()
        contact = self._router.engine.book.contacts.get(contact_id)
        if contact is not None and contact.state == "queued":
            self._router.hang_up(name)
            if contact_id in self.told:
                self.told[contact_id].gave_up = at - self._at[contact_id]

    def _close(self, at: float, of: str) -> None:
        agent, assignment_id = of.split()
        self._router.end(assignment_id, agent)
        self._accept(at)

    def _break(self, at: float, agent: str) -> None:
        self._router.presence(agent, "not_ready")
        self._later(at + self._dice.expovariate(1 / BREAK_SECONDS), "return", agent)

    def _return(self, at: float, agent: str) -> None:
        self._router.presence(agent, "available")
        self._later(at + self._dice.expovariate(1 / BREAK_EVERY_SECONDS), "break", agent)
        self._accept(at)
