"""How long one decision takes with 10,000 open agents and 50,000 waiting contacts, and what that costs in memory.

Times are CPU time of the thread, so that neighbours on the machine do not count.
What stands after the start is frozen for the garbage collector, as the router does after loading a partition.

Run: ``python -m tests.benchmarks.bench_matcher [--agents N] [--waiting N] [--decisions N] [--json]``.
"""

import argparse
import gc
import json
import sys
import tracemalloc
from random import Random
from time import thread_time_ns

from services.router.domain.matcher import Matcher
from services.router.domain.matcher.matching import Requirement, Seat, Skills, Waiting

P50_MICROSECONDS_MAX = 20.0
P99_MICROSECONDS_MAX = 200.0
MEMORY_MIB_MAX = 120.0
SKILL_NAMES = tuple(f"s{n:02d}" for n in range(40))
LANGUAGES = ("de", "en", "es", "fr")
CHANNELS = ("chat", "email", "voice")
NEEDS = 300
TARGETS = (20, 60, 300, 3600)


class Workspace:
    """A big workspace: agents of few profiles or of mostly unique ones, contacts of 300 requirements."""

    def __init__(self, unique: bool, agents: int, waiting: int) -> None:
        self.rng = Random(7)
        self.unique = unique
        self.agents = agents
        self.matcher = Matcher()
        self.now = 0
        self.contacts = 0
        self.profiles = [self._skills() for _ in range(agents if unique else 30)]
        self.needs = [self._need() for _ in range(NEEDS)]
        for _ in range(waiting):
            self.matcher.wait(self.contact())
        for number in range(agents):
            self.matcher.seat(self.seat(f"agent-{number:05d}"))

    def _skills(self) -> Skills:
        names = self.rng.sample(SKILL_NAMES, self.rng.randint(2, 8)) + self.rng.sample(
            LANGUAGES, self.rng.randint(1, 2)
        )
        return tuple(sorted((name, self.rng.randint(1, 5)) for name in names))

    def _need(self) -> Requirement:
        must = sorted([(self.rng.choice(SKILL_NAMES), self.rng.randint(1, 3)), (self.rng.choice(LANGUAGES), 1)])
        return Requirement(tuple(must), (), (), self.rng.choice(CHANNELS))

    def seat(self, agent_id: str) -> Seat:
        skills = self.profiles[int(agent_id[-5:]) % len(self.profiles)]
        idle_since = self.now - self.rng.randrange(100)
        return Seat(agent_id=agent_id, skills=skills, channels=frozenset(CHANNELS), load=0.0, idle_since=idle_since)

    def contact(self) -> Waiting:
        self.contacts += 1
        return Waiting(
            contact_id=f"contact-{self.contacts:08d}",
            queue=f"q{self.contacts % 20}",
            requirement=self.rng.choice(self.needs),
            entered=self.now - self.rng.randrange(120),
            target=self.rng.choice(TARGETS),
            boost=self.rng.choice((0, 0, 0, 30)),
        )

    def contact_arrives(self) -> tuple[int, int]:
        """Nanoseconds of the decision, and of it with all changes of the structure."""
        matcher, contact = self.matcher, self.contact()
        start = thread_time_ns()
        matcher.wait(contact)
        decide = thread_time_ns()
        match = matcher.agent_for(contact.contact_id, self.now)
        decided = thread_time_ns()
        matcher.leave(contact.contact_id)
        if match:
            matcher.unseat(match.agent_id)
        end = thread_time_ns()
        if match:
            matcher.seat(self.seat(match.agent_id))
        return decided - decide, end - start

    def agent_is_free(self) -> tuple[int, int]:
        """Nanoseconds of the decision, and of it with all changes of the structure."""
        matcher, seat = self.matcher, self.seat(f"agent-{self.rng.randrange(self.agents):05d}")
        start = thread_time_ns()
        matcher.seat(seat)
        decide = thread_time_ns()
        match = matcher.contact_for(seat.agent_id, self.now)
        decided = thread_time_ns()
        if match:
            matcher.leave(match.contact_id)
        end = thread_time_ns()
        if match:
            matcher.wait(self.contact())
        return decided - decide, end - start

    def run(self, decisions: int) -> dict[str, list[tuple[int, int]]]:
        """Both kinds of decision in turn while time passes."""
        times: dict[str, list[tuple[int, int]]] = {"contact -> agent": [], "agent -> contact": []}
        for number in range(decisions):
            self.now += number % 50 == 0
            times["contact -> agent"].append(self.contact_arrives())
            times["agent -> contact"].append(self.agent_is_free())
        return times


def percentiles(nanoseconds: list[int]) -> tuple[float, float]:
    """p50 and p99 in microseconds."""
    ordered = sorted(nanoseconds)
    return ordered[len(ordered) // 2] / 1000, ordered[len(ordered) * 99 // 100] / 1000


def memory_mib(unique: bool, agents: int, waiting: int) -> float:
    """What the matcher, its contacts and its seats take after some traffic."""
    tracemalloc.start()
    workspace = Workspace(unique, agents, waiting)
    workspace.run(2000)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / 2**20


def measure(agents: int, waiting: int, decisions: int) -> list[dict[str, object]]:
    """One row for each kind of decision and of workspace."""
    rows: list[dict[str, object]] = []
    for name, unique in (("30 profiles", False), ("unique profiles", True)):
        workspace = Workspace(unique, agents, waiting)
        workspace.run(decisions // 2)
        gc.collect()
        gc.freeze()
        times = workspace.run(decisions)
        mib = memory_mib(unique, agents, waiting)
        for kind, pairs in times.items():
            p50, p99 = percentiles([decided for decided, _ in pairs])
            whole50, whole99 = percentiles([whole for _, whole in pairs])
            good = p50 <= P50_MICROSECONDS_MAX and p99 <= P99_MICROSECONDS_MAX and mib <= MEMORY_MIB_MAX
            rows.append(
                {"agents": name, "decision": kind, "p50": p50, "p99": p99, "with_changes_p50": whole50}
                | {"with_changes_p99": whole99, "memory_mib": mib, "goal_met": good}
            )
    return rows


def main() -> int:
    """Print the table; exit 1 when a goal is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--waiting", type=int, default=50_000)
    parser.add_argument("--decisions", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure(options.agents, options.waiting, options.decisions)
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        print(f"{options.agents} open agents, {options.waiting} waiting contacts; microseconds (goal: p50 20, p99 200)")
        for row in rows:
            print(
                "{agents:>16}  {decision:>16}  p50 {p50:6.1f}  p99 {p99:6.1f}  with changes {with_changes_p50:6.1f}"
                " {with_changes_p99:6.1f}  {memory_mib:5.1f} MiB".format(**row),
                "ok" if row["goal_met"] else "MISSED",
            )
    return 0 if all(row["goal_met"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
