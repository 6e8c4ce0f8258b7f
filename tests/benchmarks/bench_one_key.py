"""What a contact costs when 20,000 share one key: a customer, a handle, a conversation, an agent, a queue, a source.

Run as a program, prints a table: the engine's CPU per contact over the first and the last tenth, and their ratio. It
fails where the last cost more than RATIO_MAX times the first, as they do when something grows with each of them.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator

from services.router.postgres import RouterStore
from shared.contract import inputs
from shared.contract.ids import derive
from shared.contract.records import Record
from shared.lane.commits import encode_batch
from shared.lane.store import OutboxBatch
from tests.support.router_builders import Router, bodies_of, policy_with

CONTACTS = 20_000
BATCH = 500
TENTH = CONTACTS // BATCH // 10  # batches
RATIO_MAX = 2.5  # of a shared machine; growth with the number shows as ten times and more

Flow = Callable[[Router, int], Iterable[inputs.Input]]


def parties(customer: str) -> inputs.Party:
    """Somebody who comes with this id."""
    return inputs.Party(handle="+34600000001", customer_id=customer)


def customer(router: Router, number: int) -> Iterator[inputs.Input]:
    """One id, as an integrator sends that knows only guests: all are open at once."""
    yield router.message(f"c{number}", party=parties("guest"), intent="stolen_card")


def customer_of_many_handles(router: Router, number: int) -> Iterator[inputs.Input]:
    """The same, each with a handle of their own."""
    yield router.message(f"c{number}", party=parties("guest"), handle_key=f"hash-{number}", intent="stolen_card")


def handle(router: Router, number: int) -> Iterator[inputs.Input]:
    """One handle, and an id for each who comes with it."""
    yield router.message(f"c{number}", party=parties(f"crm-{number}"), handle_key="switchboard", intent="stolen_card")


def conversation(router: Router, number: int) -> Iterator[inputs.Input]:
    """One conversation, over again and again."""
    yield router.message("c", number, party=parties("cust"), intent="stolen_card")
    common = router.common(derive("bench", "end", str(number)))
    yield inputs.ConversationEnded(**common, source="chat", conversation_id="c", reason="hang_up")


def messages(router: Router, number: int) -> Iterator[inputs.Input]:
    """One conversation that never ends."""
    yield router.message("c", number, party=parties("cust"), intent="stolen_card")


def queue(router: Router, number: int) -> Iterator[inputs.Input]:
    """One queue of one source, and nobody there."""
    yield router.message(f"c{number}", party=parties(f"cust-{number}"), intent="stolen_card")


FLOWS: dict[str, Flow] = {
    "customer": customer,
    "customer, many handles": customer_of_many_handles,
    "handle, many customers": handle,
    "conversation, episodes": conversation,
    "conversation, messages": messages,
    "queue and source": queue,
}


class Clock:
    """Steps batches of a router and keeps the CPU seconds of each."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.store = RouterStore(None)  # type: ignore[arg-type]
        self.seconds: list[float] = []

    def step(self, records: list[Record]) -> list[object]:
        """One batch as the lane takes it: look-up, step, rows, outbox; the commit to memory is not on the clock."""
        router = self.router
        known = router.store.known(router.engine.needs(records))
        began = time.process_time()
        step = router.engine.step(records, known, router.now_ms)
        self.store.arguments(step.writes)
        encode_batch(OutboxBatch(0, 1, 0, step.events, step.dead))
        self.seconds.append(time.process_time() - began)
        assert not step.dead, step.dead[0]
        for row in step.writes.aliases if step.writes is not None else ():
            router.store.aliases[row.workspace, row.alias] = row
        return list(step.events)

    def row(self, name: str) -> tuple[str, bool]:
        """A line of the table, and whether the cost is flat."""
        size = len(self.seconds) // 10
        first, last = sum(self.seconds[:size]), sum(self.seconds[-size:])
        each = CONTACTS / 10
        line = f"{name:26} {first / each * 1e6:10.1f} {last / each * 1e6:10.1f} us {last / first:8.2f}"
        return line, last / first <= RATIO_MAX


def run(name: str) -> tuple[str, bool]:
    """One flow from its first to its last contact."""
    clock = Clock(Router(policy_with(wrap_up={"default": "0s"})))
    router = clock.router
    for begin in range(0, CONTACTS, BATCH):
        said = (each for number in range(begin, begin + BATCH) for each in FLOWS[name](router, number))
        clock.step([router.record(each) for each in said])
    return clock.row(name)


def agent() -> tuple[str, bool]:
    """One agent for everybody who waits, one after the other."""
    clock = Clock(Router(policy_with(wrap_up={"default": "0s"})))
    router = clock.router
    router.sign_on("a1", presence="not_ready")
    waiting = [router.record(each) for number in range(CONTACTS) for each in queue(router, number)]
    for begin in range(0, CONTACTS, BATCH):
        clock.step(waiting[begin : begin + BATCH])
    clock.seconds.clear()
    common = router.common(derive("bench", "come"))
    here = inputs.PresenceChanged(**common, agent_id="a1", presence="available")
    events = clock.step([router.record(here)])
    for number in range(CONTACTS):
        (offer,) = bodies_of(events, "contact.offered")
        common = router.common(derive("bench", "answer", str(number)))
        answer = inputs.OfferAnswered(**common, offer_id=offer["offer_id"], agent_id="a1", answer="accepted")
        (taken,) = bodies_of(clock.step([router.record(answer)]), "contact.assigned")
        common = router.common(derive("bench", "close", str(number)))
        ended = taken["assignment_id"]
        close = inputs.AssignmentEnded(**common, assignment_id=ended, agent_id="a1", outcome="closed")
        events = clock.step([router.record(close)])
    return clock.row("agent")


def main() -> None:
    """Print the table; exits with 1 where the cost of a contact grows with their number."""
    print(f"{CONTACTS} under one key".ljust(26) + "first tenth  last tenth    ratio")
    flat = True
    for name in (*FLOWS, "agent"):
        gc.collect()
        line, is_flat = agent() if name == "agent" else run(name)
        print(line, flush=True)
        flat &= is_flat
    raise SystemExit(not flat)


if __name__ == "__main__":
    main()
