"""Decides again from a published decision record alone, and says where the record, or its sentence, says otherwise.

Shares no code with the router: the rule of the matcher stands here a second time, for one contact and two agents.
"""

from collections.abc import Iterator, Mapping
from typing import Any

COST_STEP = 0.05  # costs within one step are equal, and the turn decides
Record = Mapping[str, Any]


def faults(offered: Record) -> list[str]:
    """What is wrong with the ``decision`` and ``sentence`` of one usher.contact.offered.v1, if anything is."""
    record = offered["decision"]
    found = [*_deadlines(record), *_fitness(record), *_order_of_contacts(record), *_order_of_agents(record)]
    for field in ("contact_id", "agent_id"):
        if record[field] != offered[field]:
            found.append(f"{field} is {offered[field]} in the event")
    if offered["sentence"] != sentence(record):
        found.append(f"the sentence is {offered['sentence']!r}, the record says {sentence(record)!r}")
    return found


def _deadlines(record: Record) -> Iterator[str]:
    start, target = record["wait_started_ms"], record["target_ms"]
    boost = record["boost_ms"] + record["waited_before_ms"]
    extra = record["late_factor"] * target
    if "late_cap_ms" in record:
        extra = min(extra, target + record["late_cap_ms"])
    first, second = start + target - boost, start + extra - boost
    late = record["decided_ms"] > start + target
    key = second if late else first
    expected = {
        "first_deadline": first,
        "second_deadline": second,
        "late": late,
        "key": key,
        "slack_ms": key - record["decided_ms"],
    }
    for field, value in expected.items():
        if record[field] != value:
            yield f"{field} is {record[field]}, computed {value}"


def _fitness(record: Record) -> Iterator[str]:
    need, levels = record["requirements"], record["agent_skills"]
    lacking = [skill for skill, level in need["must"].items() if levels.get(skill, 0) < level]
    groups = [
        group for group in need["any"] if not any(levels.get(skill, 0) >= level for skill, level in _pairs(group))
    ]
    forbidden = [skill for skill in need["not"] if skill in levels]
    if lacking or groups or forbidden:
        yield f"the agent lacks {lacking} {groups} and has {forbidden}"


def _order_of_contacts(record: Record) -> Iterator[str]:
    if "runner_up_contact" in record:
        mine = (record["key"], record["entered_ms"], record["contact_id"])
        other = (record["runner_up_key"], record["runner_up_entered_ms"], record["runner_up_contact"])
        if not mine < other:
            yield f"contact {other} goes before {mine}"


def _order_of_agents(record: Record) -> Iterator[str]:
    terms = record.get("agent_terms")
    if "spared" in record and abs(_spared_cost(record) - record["agent_cost"]) > 1e-9:
        yield f"agent_cost is {record['agent_cost']}, spared is {record['spared']}"
    if ("runner_up_agent" in record) != (terms is not None):
        yield "there are two agents and no terms, or terms and one agent"
    if terms is None:
        return
    wished, levels = record["requirements"]["prefer"], record["agent_skills"]
    unmet = sum(levels.get(skill, 0) < level for skill, level in wished.items())
    if (terms[0], terms[3]) != (unmet, record["idle_since_ms"]) or terms[1] not in _costs(record):
        yield f"agent_terms are {terms}, computed {unmet}, {_costs(record)}, {record['idle_since_ms']}"
    mine, other = (*terms, record["agent_id"]), (*record["runner_up_terms"], record["runner_up_agent"])
    if not mine < other:
        yield f"agent {other} goes before {mine}"


def _spared_cost(record: Record) -> float:
    weights = record.get("spared_weights", {})
    return sum(weights.get(what, 1) / number for what, number in record["spared"].items())


def _costs(record: Record) -> set[float]:
    """The cost, in terms of which agents are compared; where it did not decide, it may be one of two."""
    need, levels = record["requirements"], record["agent_skills"]
    match record["agent_order"]:
        case "scarcity" if "spared" in record:
            return {_spared_cost(record) // COST_STEP}
        case "scarcity":  # in steps, or of many profiles the number of abilities: with those asked for and the channel
            counts = {record["agent_cost"] + number for number in range(len(need["must"]) + 2)}
            return {record["agent_cost"] // COST_STEP, *counts}
        case "best_skill":
            named = {*need["must"], *need["prefer"], *(skill for group in need["any"] for skill, _ in _pairs(group))}
            return {-sum(levels.get(skill, 0) for skill in named)}
        case _:
            return {0.0}


def _pairs(group: Any) -> list[tuple[str, int]]:
    return [pair for each in group for pair in each.items()]


def sentence(record: Record) -> str:
    """What a person is told, from the record alone."""
    decided, agent = record["decided_ms"], record["agent_id"]
    left = record["wait_started_ms"] + record["target_ms"] - decided
    words = f"offered to {agent}: " + (f"due in {span(left)}" if left >= 0 else f"promise broken {span(-left)} ago")
    moved, before = record["boost_ms"], record["waited_before_ms"]
    if moved:
        words += f", moved {'ahead' if moved > 0 else 'back'} by {span(abs(moved))}"
    if before:
        words += f", waited {span(before)} before"
    if record["relaxed"]:
        words += f", after {record['relaxed']} relaxation step" + ("s" if record["relaxed"] > 1 else "")
    if "hastened" in record:
        words += ", hastened since its " + {"warned": "warning", "breached": "promise broke"}[record["hastened"]]
    if "through_queue" in record:
        words += f", through {record['through_queue']}"
    if record["requirements_compared"] > 1:
        words += f", first of {record['requirements_compared']} kinds that {agent} serves"
    if "runner_up_key" in record:
        gap = record["runner_up_key"] - decided
        words += ", next deadline " + (f"in {span(gap)}" if gap >= 0 else f"{span(-gap)} ago")
    if record.get("requirements_held_back"):
        words += ", kept from others for a protected queue"
    doing = f"idle {max(0.0, (decided - record['idle_since_ms']) / 1000):.0f} s"
    if "agent_holds" in record:
        doing = f"has {record['agent_holds']} already"
    return f"{words}; {agent} {_chosen(record)}, {doing}"


def span(milliseconds: float) -> str:
    """Seconds with a decimal below 100, whole ones up to ten minutes, then minutes, hours and days."""
    seconds = milliseconds / 1000
    if seconds < 100:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    if seconds < 600:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} d"


def _chosen(record: Record) -> str:
    if record["kept_for_agent"]:
        return "is who it was kept for"
    if record["agents_considered"] == 1:
        return "is the only one free for it"
    chosen = f"chosen of {record['agents_considered']}"
    if "agent_terms" not in record:
        return chosen
    pairs = list(zip(record["agent_terms"], record["runner_up_terms"], strict=True))
    differs = next((number for number, (mine, other) in enumerate(pairs) if mine != other), 4)
    mine, other = pairs[differs] if differs < len(pairs) else (0.0, 0.0)
    turns = {"longest_idle": "without work", "round_robin": "their turn"}
    before = f", before {record['runner_up_agent']}"
    reasons = [
        f"more wishes met ({mine:.0f} open against {other:.0f})",
        f"least scarce ({record['agent_cost']:.2f} against {record['runner_up_cost']:.2f})",
        turns.get(record["agent_order"], "least loaded") + before,
        "longest idle" + before,
        "first by id" + before,
    ]
    if record["agent_order"] == "best_skill":
        reasons[1] = f"best skill ({-mine:.0f} against {-other:.0f})"
    return f"{chosen}: {reasons[differs]}"
