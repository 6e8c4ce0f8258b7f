"""CPU of the router engine per contact: decode, look-up, step, rows, outbox; run as a program, prints a table.

Beside it the number of calls, which is the same on every machine, however busy: two versions are compared by it.
"""

import gc
import time
from collections.abc import Callable
from cProfile import Profile

from services.router.domain.engine import RouterEngine
from services.router.domain.state.rows import Known
from services.router.postgres import RouterStore
from shared.contract import inputs
from shared.contract.ids import derive
from shared.contract.records import Record
from shared.lane.commits import encode_batch
from shared.lane.store import OutboxBatch
from tests.support.router_builders import Router, bodies_of, body_of, policy_with

BATCH = 500
CONTACTS = 10_000


class Bench:
    """A router whose records are made beforehand, so that only the engine's own work is on the clock."""

    def __init__(self, contacts: int = CONTACTS) -> None:
        self.contacts = contacts
        self.calls: Profile | None = None  # where they are counted, no time is measured
        self.router = Router(policy_with(wrap_up={"default": "0s"}))
        self.engine: RouterEngine = self.router.engine
        self.store = RouterStore(None)  # type: ignore[arg-type]
        self.seconds = 0.0
        self.events = 0

    def run(self, records: list[Record]) -> list[object]:
        """Step the records batch by batch under the clock; returns the events."""
        told: list[object] = []
        for begin in range(0, len(records), BATCH):
            batch = records[begin : begin + BATCH]
            known = Known()
            started = time.process_time()
            if self.calls is not None:
                self.calls.enable()
            self.engine.needs(batch)
            step = self.engine.step(batch, known, batch[-1].at_ms)
            self.store.arguments(step.writes)
            encode_batch(OutboxBatch(0, 1, 0, step.events, step.dead))
            if self.calls is not None:
                self.calls.disable()
            self.seconds += time.process_time() - started
            assert not step.dead, step.dead[0]
            self.events += len(step.events)
            told += step.events
        return told

    def messages(self, count: int, **changes: object) -> list[Record]:
        """First messages of as many conversations."""
        return [self.record(number, **changes) for number in range(count)]

    def record(self, number: int, **changes: object) -> Record:
        """The first message of a customer of its own."""
        party = inputs.Party(handle="+34600000001", customer_id=f"customer-{number}")
        return self.router.record(self.router.message(f"c{number}", party=party, **changes))


def self_service(bench: Bench) -> None:
    """A message that self-service answers."""
    bench.run(bench.messages(bench.contacts, intent="order_status"))


def full_way(bench: Bench) -> None:
    """Message, offer, accept, close: three inputs a contact, an idle agent for each."""
    for number in range(BATCH):
        bench.router.sign_on(f"a{number}")
    for begin in range(0, bench.contacts, BATCH):
        records = [bench.record(number) for number in range(begin, begin + BATCH)]
        offered = bodies_of(bench.run(records), "contact.offered")
        answers = [
            inputs.OfferAnswered(
                **bench.router.common(derive("answer", offer["offer_id"])),
                offer_id=offer["offer_id"],
                agent_id=offer["agent_id"],
                answer="accepted",
            )
            for offer in offered
        ]
        told = bench.run([bench.router.record(answer) for answer in answers])
        ends = [
            inputs.AssignmentEnded(
                **bench.router.common(derive("end", body["assignment_id"])),
                assignment_id=body["assignment_id"],
                agent_id=body["agent_id"],
                outcome="closed",
            )
            for body in (body_of(event) for event in told if event.type == "usher.contact.assigned.v1")
        ]
        bench.run([bench.router.record(end) for end in ends])


def backlog(bench: Bench) -> None:
    """A message that joins a growing queue because no agent is there."""
    bench.run(bench.messages(bench.contacts, intent="stolen_card"))


FLOWS: dict[str, Callable[[Bench], None]] = {
    "message -> self-service": self_service,
    "message -> offer -> accept -> close": full_way,
    "message -> waiting (0 to 10,000 before it)": backlog,
}


def calls_of(flow: Callable[[Bench], None], contacts: int = BATCH) -> float:
    """Calls of functions, Python's own too, per contact; what is made once in a process or an engine is left out."""
    flow(Bench(BATCH))
    counted = []
    for number in (BATCH, BATCH + contacts):
        bench = Bench(number)
        bench.calls = Profile()
        flow(bench)
        counted.append(sum(entry.callcount for entry in bench.calls.getstats()))
    return (counted[1] - counted[0]) / contacts


def main() -> None:
    """Print the table."""
    for name, flow in FLOWS.items():
        gc.collect()
        bench = Bench()
        flow(bench)
        microseconds, events = bench.seconds / CONTACTS * 1e6, bench.events / CONTACTS
        print(
            f"{name:44} {microseconds:8.1f} us {events:6.1f} events {calls_of(flow):6.0f} calls a contact", flush=True
        )


if __name__ == "__main__":
    main()
