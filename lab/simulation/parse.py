"""A scenario file's content as a scenario, or the path of the field that is wrong and why."""

from collections.abc import Callable
from typing import Any

from lab.simulation.fields import SECONDS_MAX, Fields, ScenarioError, is_text, kind, number, whole
from lab.simulation.scenario import POLICIES, AgentGroup, ContactClass, Duration, Scenario
from shared.contract.topics import CHANNELS

SEEDS_MAX = 10_000
"""Repetitions: far more than any interval needs."""

AGENTS_MAX = 100_000
"""Agents of all groups: ten times the workspace the router is built for."""

ENTRIES_MAX = 1_000
"""Groups, classes, skills or steps of a profile in one list."""

RATE_MAX = 1e7
"""Arrivals an hour of one class."""

CONTACTS_MAX = 4_000_000
"""Expected contacts of one seed: about 2 GB of memory in each process."""

LATE_FACTOR_MAX = 20.0
"""A larger one starves late contacts."""


def parse_scenario(document: Any) -> Scenario:
    """The scenario that a JSON document describes; ScenarioError names the first field that is wrong."""
    fields = Fields(document, "")
    scenario = Scenario(
        name=fields.text("name"),
        seeds=fields.whole("seeds", 1, SEEDS_MAX, 20),
        first_seed=fields.whole("first_seed", 0, 2**63 - 1, 1),
        warmup_seconds=fields.number("warmup_seconds", 0, SECONDS_MAX, 0),
        duration_seconds=fields.positive("duration_seconds"),
        waiting_places=_optional(fields, "waiting_places", lambda value, path: whole(value, path, 0, 2**31)),
        late_factor=fields.number("late_factor", 1, LATE_FACTOR_MAX, 3),
        sticky_seconds=fields.number("sticky_seconds", 0, SECONDS_MAX, 0),
        agents=tuple(_each(fields.take("agents"), "agents", _agent_group)),
        classes=tuple(_each(fields.take("classes"), "classes", _contact_class)),
        policies=_policies(fields.take("policies", list(POLICIES))),
    )
    fields.end()
    _check_whole(scenario)
    return scenario


def _check_whole(scenario: Scenario) -> None:
    if sum(group.count for group in scenario.agents) > AGENTS_MAX:
        raise ScenarioError("agents", f"have more than {AGENTS_MAX} agents together")
    names: set[str] = set()
    for index, each in enumerate(scenario.classes):
        if each.name in names:
            raise ScenarioError(f"classes[{index}].name", f"{each.name!r} is used twice")
        names.add(each.name)
        if not any(each.served_by(group) for group in scenario.agents):
            raise ScenarioError(f"classes[{index}]", f"no agent can serve {each.name!r}: give one the skills and units")
    peak = sum(each.arrivals_per_hour * max([1.0, *(f for _, f in each.profile)]) for each in scenario.classes)
    if peak * (scenario.warmup_seconds + scenario.duration_seconds) / 3600 > CONTACTS_MAX:
        raise ScenarioError("duration_seconds", f"makes more than {CONTACTS_MAX} contacts; shorten it")


def _agent_group(value: Any, path: str) -> AgentGroup:
    fields = Fields(value, path)
    group = AgentGroup(
        count=fields.whole("count", 1, AGENTS_MAX),
        skills=_skills(fields.take("skills"), fields.at("skills")),
        units=fields.whole("units", 1, 1000, 1),
    )
    fields.end()
    return group


def _contact_class(value: Any, path: str) -> ContactClass:
    fields = Fields(value, path)
    result = ContactClass(
        name=fields.text("name"),
        channel=fields.one_of("channel", CHANNELS),
        skills=_skills(fields.take("skills"), fields.at("skills")),
        target_seconds=fields.positive("target_seconds"),
        boost_seconds=fields.number("boost_seconds", 0, SECONDS_MAX, 0),
        arrivals_per_hour=fields.number("arrivals_per_hour", 0, RATE_MAX),
        profile=tuple(_profile(fields.take("profile", []), fields.at("profile"))),
        handle_seconds=_duration(fields.take("handle_seconds"), fields.at("handle_seconds")),
        patience_seconds=_optional(fields, "patience_seconds", _duration),
        late_cap_seconds=_optional(fields, "late_cap_seconds", lambda each, at: number(each, at, 0, SECONDS_MAX)),
        allowance=_optional(fields, "protect", _allowance),
        cost=fields.whole("cost", 1, 1000, 1),
    )
    fields.end()
    return result


def _allowance(value: Any, path: str) -> float:
    fields = Fields(value, path)
    allowance = fields.number("allowance", 0, 1)
    fields.end()
    return allowance


def _duration(value: Any, path: str) -> Duration:
    fields = Fields(value, path)
    distribution = fields.one_of("distribution", ("exponential", "lognormal", "constant"))
    mean = fields.positive("mean")
    duration = Duration(
        distribution=distribution, mean=mean, cv=fields.number("cv", 0, 100) if distribution == "lognormal" else 0.0
    )
    fields.end()
    return duration


def _skills(value: Any, path: str) -> dict[str, int]:
    if not isinstance(value, dict):
        raise ScenarioError(path, f"must be an object of skill and level, not {kind(value)}")
    if len(value) > ENTRIES_MAX:
        raise ScenarioError(path, f"has more than {ENTRIES_MAX} entries")
    if not all(skill and is_text(skill) for skill in value):
        raise ScenarioError(path, "has a skill without a name, or one that is not valid Unicode")
    return {skill: whole(level, f"{path}.{skill}", 1, 5) for skill, level in value.items()}


def _profile(value: Any, path: str) -> list[tuple[float, float]]:
    steps: list[tuple[float, float]] = []
    for index, step in enumerate(_list(value, path)):
        at = f"{path}[{index}]"
        if not isinstance(step, list) or len(step) != 2:
            raise ScenarioError(at, "must be a pair [second, rate factor]")
        second = number(step[0], f"{at}[0]", 0, SECONDS_MAX)
        if steps and second <= steps[-1][0]:
            raise ScenarioError(f"{at}[0]", "must be later than the step before")
        steps.append((second, number(step[1], f"{at}[1]", 0, 1000)))
    return steps


def _policies(value: Any) -> tuple[str, ...]:
    names = _list(value, "policies")
    for index, name in enumerate(names):
        if name not in POLICIES:
            raise ScenarioError(f"policies[{index}]", f"must be one of {', '.join(POLICIES)}")
        if name in names[:index]:
            raise ScenarioError(f"policies[{index}]", f"{name!r} is named twice")
    if not names:
        raise ScenarioError("policies", "must name at least one policy")
    return tuple(names)


def _each(value: Any, path: str, parse: Callable[[Any, str], Any]) -> list[Any]:
    entries = _list(value, path)
    if not entries:
        raise ScenarioError(path, "must have at least one entry")
    return [parse(entry, f"{path}[{index}]") for index, entry in enumerate(entries)]


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise ScenarioError(path, f"must be a list, not {kind(value)}")
    if len(value) > ENTRIES_MAX:
        raise ScenarioError(path, f"has more than {ENTRIES_MAX} entries")
    return value


def _optional(fields: Fields, name: str, parse: Callable[[Any, str], Any]) -> Any:
    value = fields.take(name, None)
    return None if value is None else parse(value, fields.at(name))
