"""usher policy as a process beside a running router: check, apply, show, diff and rollback, and what the log says."""

from pathlib import Path
from typing import Any

import yaml

from shared.policy import parse_policy
from tests.support.commands import Usher
from tests.support.router_builders import policy_with
from tests.support.router_service import Running, agent, policy


def written(folder: Path, document: dict[str, Any], name: str = "policy.yaml") -> str:
    path = folder / name
    path.write_text(yaml.safe_dump(document))
    return str(path)


async def activated(running: Running, count: int) -> list[dict[str, Any]]:
    return [await running.saw("policy.activated", number) for number in range(1, count + 1)]


async def test_a_policy_is_applied_compared_and_rolled_back_and_each_time_the_log_says_so(
    running: Running, tmp_path: Path
) -> None:
    usher = Usher(running.settings)
    first, second = policy_with(), policy_with(offers={"timeout": "9s"})
    one, two = written(tmp_path, first, "one.yaml"), written(tmp_path, second, "two.yaml")

    assert (await usher("policy", "apply", one, "--json")).document()[0]["version"] == 1
    again = (await usher("policy", "apply", one, "--json")).document()
    assert (again[0]["version"], again[0]["changed"]) == (1, False)
    assert (await usher("policy", "apply", two, "--json")).document()[0]["version"] == 2
    shown = (await usher("policy", "show", "acme", "--json")).document()
    assert (shown["version"], shown["hash"]) == (2, parse_policy(second).hash)
    differing = await usher("policy", "diff", "acme@1", "acme")
    assert (differing.status, differing.out) == (1, '~ offers.timeout: "15s" -> "9s"\n')
    back = await usher("policy", "rollback", "acme")
    assert back.status == 0, back.err
    assert "acme: version 3 now in force" in back.out
    assert (await usher("policy", "diff", "acme", one)).status == 0

    said = await activated(running, 3)
    hashes = [parse_policy(document).hash for document in (first, second, first)]
    assert [(body["policy_version"], body["hash"]) for body in said] == list(enumerate(hashes, start=1))


async def test_check_warns_of_skills_that_nobody_who_is_signed_on_has(running: Running, tmp_path: Path) -> None:
    usher = Usher(running.settings)
    path = written(tmp_path, policy_with())
    await running.say(policy())
    await activated(running, 1)
    nobody = await usher("policy", "check", path)
    assert nobody.status == 0
    assert nobody.err == "usher policy: nobody is signed on in acme, so its skills are not compared with agents\n"

    await running.say(agent("a1"))  # orders 3, and no cards
    await running.saw("agent.availability_changed")
    said = await usher("policy", "check", path)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines()[1:] == [
        "warning: classification.intents.stolen_card.skills.cards: acme: no agent has cards >= 3"
        " (let an agent sign on with it, or ask for less)"
    ]
    document = (await usher("policy", "check", path, "--json")).document()
    assert document["valid"] is True
    assert [warning["path"] for warning in document["warnings"]] == ["classification.intents.stolen_card.skills.cards"]


async def test_check_says_when_the_database_that_it_was_given_does_not_answer(running: Running, tmp_path: Path) -> None:
    path = written(tmp_path, policy_with())
    said = await Usher(running.settings)("policy", "check", path, USHER_POSTGRES_DSN="postgresql://usher@127.0.0.1:1/x")
    assert said.status == 0
    assert said.out.startswith("valid: workspace acme")
    assert said.err.startswith("usher policy: skills are not compared with agents: PostgreSQL: ")
