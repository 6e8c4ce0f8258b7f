"""What a deployment's facts mean: problems and notes, and one screen of lines. Values in, values out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = [
    "COLUMNS",
    "ROWS",
    "STUCK_SECONDS",
    "Facts",
    "Lane",
    "Oldest",
    "Replica",
    "notes",
    "problems",
    "ranges",
    "screen",
]

COLUMNS, ROWS = 80, 24
STUCK_SECONDS = 60.0  # as USHER_STUCK_SECONDS_MAX: a service that is behind and commits nothing for so long exits
LANE_SERVICES = ("router", "sla")
_SERVICES_SHOWN, _OWNERS_SHOWN, _NOTES_SHOWN = 4, 6, 3  # what is more stands in --json


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One process by its health port. ``ready``: None without an answer; ``said``: why it is not ready."""

    service: str
    url: str
    version: str = ""
    ready: bool | None = None
    said: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lag: int = 0
    owned: int = 0
    closed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One partition by the database. ``lag``: input records not applied, None where the log could not be asked.
    ``behind_seconds``: age of the first input that nobody applied, 0 without one or where a commit was made lately."""

    service: str
    partition: int
    owner: str
    lag: int | None
    behind_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Oldest:
    """The contact that waits longest."""

    contact_id: str
    workspace: str
    queue: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that was found. ``faults``: what could not be asked, or is gone; ``whole``: the replicas are all that
    there are; ``partitions``: of the input log, None where the log could not be asked; ``waiting``: contacts, None
    where the database could not be asked, which knows ``lanes`` and ``letters`` (open, by service) too;
    ``doors``: where messages come in; ``door_lag``: records that ingest has not taken, None where it never read any;
    ``deserted``: services of which no process is there.
    """

    place: str
    version: str
    doors: tuple[str, ...] = ()
    whole: bool = False
    partitions: int | None = None
    replicas: tuple[Replica, ...] = ()
    lanes: tuple[Lane, ...] = ()
    waiting: int | None = None
    oldest: Oldest | None = None
    letters: dict[str, int] = field(default_factory=dict)
    door_lag: int | None = None
    deserted: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def problems(facts: Facts) -> list[str]:
    """What is wrong now and asks for somebody; empty when all is well."""
    found = [*facts.faults, *(f"{service}: no process reads its topics" for service in facts.deserted)]
    for replica in facts.replicas:
        if replica.ready is None:
            found.append(f"{replica.service} does not answer at {replica.url}")
        elif not replica.ready:
            found += [f"{replica.service} is not ready: {reason}" for reason in replica.said or ("it says not why",)]
        found += [
            f"{replica.service}: partition {number} is closed: usher lane accept {replica.service} {number}"
            for number in replica.closed
        ]
    return list(dict.fromkeys([*found, *_unowned(facts), *_stuck(facts.lanes)]))


def notes(facts: Facts) -> list[str]:
    """What an operator should know and that keeps nothing from working."""
    found = [f"{replica.service}: {note}" for replica in facts.replicas for note in replica.notes]
    versions = sorted({replica.version for replica in facts.replicas if replica.version} | {facts.version})
    if len(versions) > 1:
        found.append(f"versions differ: this command is {facts.version}, there are {', '.join(versions)}")
    if facts.letters:
        by_service = ", ".join(f"{service} {number}" for service, number in sorted(facts.letters.items()))
        found.append(f"refused inputs that nobody has judged: {by_service} (usher dlq list)")
    return list(dict.fromkeys(found))


def screen(facts: Facts, columns: int | None = COLUMNS) -> list[str]:
    """At most ROWS lines of at most so many characters (None: whole, as a file or a program takes them); problems stand
    last and are never left out before the rest."""
    wrong = problems(facts)
    lines = [
        f"usher {facts.version}  {facts.place}",
        *([f"doors    {'  '.join(facts.doors)}"] if facts.doors else []),
        *_some(_services(facts), _SERVICES_SHOWN),
        *_owners(facts),
        *_contacts(facts),
    ]
    lines += _some([f"note     {note}" for note in notes(facts)], _NOTES_SHOWN)
    lines += _some([f"PROBLEM  {problem}" for problem in wrong], max(1, ROWS - len(lines)))
    if not wrong:
        lines.append("ok       nothing is wrong")
    return [line if columns is None or len(line) <= columns else line[: columns - 1] + "…" for line in lines[:ROWS]]


def ranges(numbers: Iterable[int]) -> str:
    """``0-3,7`` for 0, 1, 2, 3 and 7."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def duration(seconds: float) -> str:
    """In the two largest units: ``4 s``, ``3 min 12 s``, ``2 h 5 min``, ``3 d 4 h``."""
    whole = max(0, int(seconds))
    for size, unit, smaller, below in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // smaller} {below}"
    return f"{whole} s"


def _unowned(facts: Facts) -> list[str]:
    if facts.partitions is None or facts.waiting is None:  # the log or the database could not be asked
        return []
    found = []
    for service in LANE_SERVICES:
        claimed = {lane.partition for lane in facts.lanes if lane.service == service}
        never = set(range(facts.partitions)) - claimed
        owned = sum(replica.owned for replica in facts.replicas if replica.service == service)
        if never:
            found.append(f"{service}: nobody ever owned partition {ranges(never)}")
        elif facts.whole and owned < facts.partitions:
            found.append(f"{service}: only {owned} of {facts.partitions} partitions have an owner")
    return found


def _stuck(lanes: Sequence[Lane]) -> list[str]:
    return [
        f"{lane.service}: partition {lane.partition} stands still, {lane.lag} records behind, the first "
        f"for {duration(lane.behind_seconds)}"
        for lane in lanes
        if lane.lag and lane.behind_seconds > STUCK_SECONDS
    ]


def _services(facts: Facts) -> list[str]:
    """A line for each service: replicas that are ready, versions, lag."""
    seen = [*(each.service for each in facts.replicas), *(lane.service for lane in facts.lanes)]
    names = list(dict.fromkeys(["ingest", *seen] if facts.door_lag is not None else seen))
    lines = []
    for name in names:
        replicas = [each for each in facts.replicas if each.service == name]
        lanes = [lane for lane in facts.lanes if lane.service == name]
        ready = f"{sum(each.ready is True for each in replicas)} of {len(replicas)} ready" if replicas else ""
        versions = ", ".join(sorted({each.version for each in replicas if each.version}))
        lag = sum(each.lag for each in replicas)
        if lanes:
            lag = sum(lane.lag or 0 for lane in lanes)
        elif name == "ingest" and facts.door_lag is not None:
            lag = facts.door_lag  # of all its replicas, whichever of them were asked
        behind = "lag ?" if any(lane.lag is None for lane in lanes) else f"lag {lag}"
        worst = max(lanes, key=lambda lane: (lane.lag or 0, -lane.partition), default=None)
        more = f" (most in partition {worst.partition}: {worst.lag})" if worst and worst.lag else ""
        lines.append("  ".join(part for part in (f"{name:<7}", ready, versions, behind + more) if part))
    return lines


def _owners(facts: Facts) -> list[str]:
    """A line for each owner of a service's partitions."""
    owned: dict[tuple[str, str], list[int]] = defaultdict(list)
    for lane in facts.lanes:
        owned[lane.service, lane.owner].append(lane.partition)
    lines = [f"lanes    {service} {ranges(numbers)}: {owner}" for (service, owner), numbers in sorted(owned.items())]
    return _some(lines, _OWNERS_SHOWN)


def _contacts(facts: Facts) -> list[str]:
    if facts.waiting is None:
        return []
    if facts.oldest is None:
        return ["waiting  nobody"]
    oldest = facts.oldest
    return [
        f"waiting  {facts.waiting}, the oldest for {duration(oldest.seconds)} in {oldest.workspace}/{oldest.queue}",
        f"         {oldest.contact_id}",
    ]


def _some(lines: list[str], most: int) -> list[str]:
    if len(lines) <= most:
        return lines
    label = Counter(line[:9] for line in lines).most_common(1)[0][0]
    return [*lines[: most - 1], f"{label}and {len(lines) - most + 1} more: --json shows all"]
