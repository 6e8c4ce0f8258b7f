"""What the rules divide is what happened: random days, seen by a real promtool through processes that come and go."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.support.questions import DEPLOY, needs_promtool, promtool, rules

SEEDS = range(24)
MINUTES = 55  # less than an hour, over which is asked
ASKED_AT = (1, 2, 3, 4, 20, MINUTES - 1)  # the first minutes above all: Prometheus has few samples to go by
FEW = 4  # minutes of which five hold all
TARGET, SHORT = 20.0, 5.0
BOUNDS = (SHORT, 10.0, TARGET, math.inf)
WAITS = (3.0, 8.0, 15.0, 40.0)
WAIT_BETWEEN = 22.0  # longer than a target was, and not than a policy makes it
OUTCOMES = ("answered", "abandoned", "flow_out")
CHANNELS = ("voice", "chat")
IN_QUEUE = 'workspace="acme", queue="cards"'
INSTANCES = ("a", "b")
NOBODY = "-"


class Ended(NamedTuple):
    """A wait that ended; ``minute`` below zero: before Prometheus looked."""

    minute: int
    channel: str
    partition: int
    outcome: str
    seconds: float

    def counted(self) -> Iterator[tuple[str, float]]:
        """Series, and by how much it makes them grow."""
        place = f'partition="{self.partition}"'
        yield f'usher_agent_unit_seconds_total{{workspace="acme", {place}, use="used"', self.seconds
        yield f'usher_agent_unit_seconds_total{{workspace="acme", {place}, use="capacity"', self.capacity
        place = f"{IN_QUEUE}, {place}"
        for bound in BOUNDS:
            le = "+Inf" if bound == math.inf else repr(bound)
            labels = f'{place}, channel="{self.channel}", outcome="{self.outcome}", le="{le}"'
            yield f"usher_queue_wait_seconds_bucket{{{labels}", int(self.seconds <= bound)
        if self.outcome == "answered":
            result = "met" if self.in_time else "breached"
            yield f'usher_sla_clocks_total{{{place}, kind="time_to_answer", target="20s", result="{result}"', 1
            talk = f'{{{place}, channel="{self.channel}", phase="talk"'
            yield f"usher_phase_seconds_sum{talk}", self.seconds
            yield f"usher_phase_seconds_count{talk}", 1

    @property
    def capacity(self) -> float:
        """Seconds in which an agent could have worked, while one worked as long as the wait was."""
        return self.seconds + self.seconds % 2

    @property
    def in_time(self) -> bool:
        return self.seconds <= TARGET


class Day:
    """What happens in a queue whose contacts are in two partitions, and which process shows each of them when."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        busy = random.choice((0.5, 2, 9))
        self.ended = [
            Ended(minute, random.choice(CHANNELS), random.randrange(2), random.choice(OUTCOMES), random.choice(WAITS))
            for minute in range(-3, MINUTES)
            for _ in range(int(random.expovariate(1 / busy)))
        ]
        self.ended += [Ended(0, *each) for each in self._every_series()]
        self.owners = [self._owners(random) for _ in (0, 1)]
        self.other_policy = random.choice((range(0), range(5, 9), range(MINUTES)))  # of a second router, by minute
        gone_from = random.choice((MINUTES, 2, 15))
        self.no_router = set(range(gone_from, MINUTES)) - set(self.other_policy)  # minutes in which none tells targets

    @staticmethod
    def _every_series() -> Iterator[tuple[str, int, str, float]]:
        """Nothing is new later: what begins to exist is shown at zero first, which is a law of its own."""
        for channel in CHANNELS:
            for partition in (0, 1):
                for outcome in OUTCOMES:
                    yield from ((channel, partition, outcome, seconds) for seconds in WAITS)

    @staticmethod
    def _owners(random: Random) -> list[str]:
        """By minute. Of a while in which a partition is nobody's Prometheus sees afterwards what came of it."""
        owners: list[str] = []
        while len(owners) < MINUTES:
            owners += [random.choice((*INSTANCES, *INSTANCES, NOBODY))] * random.randint(1, 12)
        return owners[:MINUTES]

    def input_series(self) -> list[dict[str, str]]:
        """The pages of all processes, minute by minute."""
        found = {f"{name}, {owner}": values for name, owner, values in self._totals()}
        target = f'usher_queue_target_seconds{{{IN_QUEUE}, kind="time_to_answer", job="usher"'
        told = ["" if minute in self.no_router else f"{TARGET:g}" for minute in range(MINUTES)]
        found[f'{target}, bound="{TARGET}", instance="r"'] = told
        other = ["10" if minute in self.other_policy else "" for minute in range(MINUTES)]
        found[f'{target}, bound="10.0", instance="q"'] = other
        return [{"series": f"{name}}}", "values": " ".join(_stale(values))} for name, values in found.items()]

    def _totals(self) -> Iterator[tuple[str, str, list[str]]]:
        stands: dict[tuple[str, int], list[float]] = {}
        for each in self.ended:
            for name, by in each.counted():
                values = stands.setdefault((name, each.partition), [0.0] * MINUTES)
                for minute in range(max(0, each.minute), MINUTES):
                    values[minute] += by
        for (name, partition), values in stands.items():
            for instance in INSTANCES:
                owners = self.owners[partition]
                shown = [f"{value:g}" if owner == instance else "" for value, owner in zip(values, owners, strict=True)]
                yield name, f'instance="{instance}", job="usher"', shown

    def questions(self, now: int) -> Iterator[dict[str, Any]]:
        """What is asked in this minute, with what has happened by then between two looks of Prometheus."""
        for name, (part, whole) in _shares(list(self._seen(now))).items():
            if name != "usher:occupancy:rate5m" or now <= FEW:
                labels = '{workspace="acme"}' if "occupancy" in name else f"{{{IN_QUEUE}}}"
                labels = labels.replace("}", ', kind="time_to_answer"}') if "promises" in name else labels
                answer = [{"labels": labels, "value": math.floor(part / whole * 1000 + 0.5)}] if whole else []
                yield {"expr": f"round({name} * 1000)", "eval_time": f"{now}m", "exp_samples": answer}

    def _seen(self, now: int) -> Iterator[Ended]:
        for partition, owners in enumerate(self.owners):
            looks = [minute for minute in range(now + 1) if owners[minute] != NOBODY]
            for each in self.ended:
                if each.partition == partition and looks and looks[0] < each.minute <= looks[-1]:
                    yield each


def _stale(values: list[str]) -> Iterator[str]:
    """As promtool writes it; '' is a minute in which the series is not there."""
    before = ""
    for value in values:
        yield value or ("stale" if before else "_")
        before = value


def _shares(seen: list[Ended]) -> dict[str, tuple[float, float]]:
    """Recorded -> what it divides."""
    answered, abandoned, left = ([each for each in seen if each.outcome == outcome] for outcome in OUTCOMES)
    good, gave_up_in_time = (sum(each.in_time for each in group) for group in (answered, abandoned))
    short = sum(each.seconds <= SHORT for each in abandoned)
    offered = len(answered) + len(abandoned)
    missed = (len(answered) - good, len(answered))
    levels = {
        "answered_only": (good, len(answered)),
        "offered": (good, offered),
        "without_short_abandons": (good, offered - short),
        "abandons_in_time_are_good": (good + gave_up_in_time, offered),
        "abandons_in_time_do_not_count": (good, offered - gave_up_in_time),
        "with_flow_outs": (good, offered + len(left)),
    }
    return {
        **{f"usher:service_level:{name}": share for name, share in levels.items()},
        **{f"usher:promises_missed:ratio{window}": missed for window in ("1h", "6h", "1d")},
        "usher:handle_seconds:mean1h": (sum(each.seconds for each in answered), len(answered)),
        "usher:occupancy:rate5m": (sum(each.seconds for each in seen), sum(each.capacity for each in seen)),
    }


class NewTarget:
    """A queue to whose target, of 20 s, a policy gives a time that was no bound of its waits before: 25 s."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.born = random.randint(5, 50)
        self.minutes = self.born + 70
        quiet = range(self.born + 2, self.born + 5)  # so that it is all the same which edge belongs to an hour
        self.ended = [
            (minute, outcome, random.choice((3.0, WAIT_BETWEEN, 40.0)))
            for minute in range(1, self.minutes)
            for outcome in ("answered", "abandoned")
            for _ in range(0 if minute in quiet else random.randint(1, 3))
        ]

    def input_series(self) -> Iterator[dict[str, str]]:
        """The pages of a router and of who counts."""
        for seconds, there in ((20, range(self.born)), (25, range(self.born, self.minutes))):
            name = f'usher_queue_target_seconds{{{IN_QUEUE}, kind="time_to_answer", job="usher", bound="{seconds}.0"'
            shown = [str(seconds) if minute in there else "" for minute in range(self.minutes)]
            yield {"series": f'{name}, instance="r"}}', "values": " ".join(_stale(shown))}
        for outcome in ("answered", "abandoned"):
            for le in (5.0, 20.0, 25.0, math.inf):
                within = [minute for minute, how, seconds in self.ended if how == outcome and seconds <= min(le, 1e9)]
                # Of those before it was a bound, only those are known to be within it who were within the one below.
                unknown = [minute for minute, how, seconds in self.ended if how == outcome and seconds == WAIT_BETWEEN]
                late = {minute for minute in unknown if minute < self.born} if le == 25.0 else set[int]()
                lost = sum(minute in late for minute in unknown)
                shown = [
                    "" if le == 25.0 and now < self.born else str(sum(minute <= now for minute in within) - lost)
                    for now in range(self.minutes)
                ]
                bound = "+Inf" if le == math.inf else repr(le)
                name = f'usher_queue_wait_seconds_bucket{{{IN_QUEUE}, partition="0", channel="chat", job="usher"'
                labels = f'{name}, instance="s", outcome="{outcome}", le="{bound}"}}'
                yield {"series": labels, "values": " ".join(_stale(shown))}

    def questions(self) -> Iterator[dict[str, Any]]:
        """Before, in the hour after, and after that."""
        for now in (self.born - 1, self.born, self.born + 1, self.born + 30, self.born + 58, self.born + 63):
            target = 20.0 if now < self.born else 25.0
            seen = [each for each in self.ended if now - 60 < each[0] <= now]
            good, gave_up = (
                sum(how == outcome and seconds <= target for _, how, seconds in seen)
                for outcome in ("answered", "abandoned")
            )
            known = now < self.born or now > self.born + 60
            for name, part in (("offered", good), ("abandons_in_time_are_good", good + gave_up)):
                share = math.floor(part / len(seen) * 1000 + 0.5)
                answer = [{"labels": f"{{{IN_QUEUE}}}", "value": share}] if known else []
                asked = f"round(usher:service_level:{name} * 1000)"
                yield {"expr": asked, "eval_time": f"{now}m", "exp_samples": answer}


def test_every_share_of_an_hour_or_more_is_asked_for() -> None:
    recorded = {rule["record"] for rule in rules("recording.yml")}
    of_now = {"usher:service_level:with_overdue"}  # the same counts, and a gauge
    shares = {name for name in recorded if "service_level" in name or name.endswith((":ratio1h", "mean1h"))}
    assert shares - of_now - _shares([]).keys() == set()


@needs_promtool
def test_what_is_divided_is_what_happened_between_the_first_look_and_the_last(tmp_path: Path) -> None:
    """Whatever was before, wherever the partitions are, whatever a second router says of an older policy."""
    stories = []
    for seed in SEEDS:
        day = Day(seed)
        asked = [question for now in ASKED_AT for question in day.questions(now)]
        stories.append(
            {"name": f"{seed}", "interval": "1m", "input_series": day.input_series(), "promql_expr_test": asked}
        )
    values = [question["exp_samples"] for story in stories for question in story["promql_expr_test"]]
    assert sum(bool(each) for each in values) > len(values) / 2
    _hold(stories, tmp_path)


@needs_promtool
def test_a_target_that_was_no_bound_before_has_no_service_level_until_its_hour_is_over(tmp_path: Path) -> None:
    """Not that of nobody in time."""
    stories = []
    for seed in SEEDS:
        story = NewTarget(seed)
        series, asked = list(story.input_series()), list(story.questions())
        stories.append({"name": f"{seed}", "interval": "1m", "input_series": series, "promql_expr_test": asked})
    _hold(stories, tmp_path)


def _hold(stories: list[dict[str, Any]], folder: Path) -> None:
    files = [str(DEPLOY / "prometheus" / "recording.yml")]
    document = {"rule_files": files, "evaluation_interval": "1m", "tests": stories}
    (folder / "days.yml").write_text(json.dumps(document))
    assert "SUCCESS" in promtool("test", "rules", str(folder / "days.yml"))
