"""usher policy shadow beside a running router, on real Kafka and PostgreSQL: it sees every decision, writes nothing."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import yaml
from pydantic import SecretStr

from cli.policy.shadow import lines, report_of
from lab.shadow.follow import Follower
from services.router.lookup.policies import Unknown
from shared.clock import now_ms
from shared.contract import inputs
from shared.policy import Policy, parse_policy
from shared.process.settings import CommonSettings
from shared.times import to_ms
from tests.support.commands import Usher, rows
from tests.support.router_builders import policy_with
from tests.support.router_service import Running, agent, closed, message, policy

SECONDS_MAX = 90.0
READER = "usher_only_reads"


async def reader_of(settings: CommonSettings) -> CommonSettings:
    """The same servers, with a role that may read the tables and nothing else."""
    await rows(settings, f"DROP ROLE IF EXISTS {READER}")
    for statement in (
        f"CREATE ROLE {READER} LOGIN PASSWORD '{READER}'",
        f"GRANT USAGE ON SCHEMA usher TO {READER}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA usher TO {READER}",
    ):
        await rows(settings, statement)
    parts = urlsplit(settings.postgres_dsn.get_secret_value())
    where = parts.netloc.rpartition("@")[2]
    dsn = urlunsplit(parts._replace(netloc=f"{READER}:{READER}@{where}"))
    return settings.model_copy(update={"postgres_dsn": SecretStr(dsn)})


async def drop_reader(settings: CommonSettings) -> None:
    await rows(settings, f"DROP OWNED BY {READER}")
    await rows(settings, f"DROP ROLE {READER}")


async def until(follower: Follower, enough: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not enough():
            await follower.step()


def to(queue: str) -> inputs.RoutingHint:
    return inputs.RoutingHint(queue=queue, tier="agent")


def swapped() -> Policy:
    document = policy_with()
    document["queues"]["orders"]["targets"]["time_to_answer"]["within"] = "60s"
    document["queues"]["general"]["targets"]["time_to_answer"]["within"] = "20s"
    return parse_policy(document)


async def handle_three(running: Running, step: Callable[[int], Awaitable[None]]) -> None:
    """One agent, busy with c0, then free for orders (due after 20 s) and general (due after 60 s)."""
    await running.say(message("c1", routing=to("general")), message("c2", routing=to("orders")))
    await running.saw("contact.queued", 3)
    await running.say(closed(await running.saw("contact.assigned")))
    for count in (2, 3):
        await running.accept(count)
        assigned = await running.saw("contact.assigned", count)
        await step(count)
        await running.say(closed(assigned))
    await running.saw("contact.closed", 3)


async def busy_with_one(running: Running) -> None:
    await running.say(policy(), agent("a1"), message("c0", routing=to("general")))
    await running.accept()
    await running.saw("contact.assigned")


async def test_an_equal_candidate_never_differs_and_the_mirror_offers_what_the_router_offers_with_rights_to_read_only(
    running: Running,
) -> None:
    await busy_with_one(running)
    settings = await reader_of(running.settings)
    try:
        candidate = parse_policy(policy_with())
        async with Follower(settings, candidate, moment_seconds_max=0.5) as follower:

            async def step(count: int) -> None:
                reloads = follower.reloads
                await until(follower, lambda: follower.agreement.agreed >= count - 1 and follower.reloads > reloads)

            await handle_three(running, step)
            await until(follower, lambda: len(follower.observed.courses) >= 3)
            await until(follower, lambda: all(each.closed_ms for each in follower.observed.courses.values()))
            report = report_of(follower, candidate)
    finally:
        await drop_reader(running.settings)
    assert report["decisions"]["differ"] == 0
    assert report["decisions"]["compared"] == 2 + 2 + 2 + 2  # tier, route and entry of c1 and c2; a1 takes two
    assert report["mirror"]["offers_agreed"] == 2
    assert report["mirror"]["offers_differed"] == 0
    assert report["mirror"]["reloads"] >= 2
    projection = report["projection"]
    assert projection["observed"] == projection["active"] == projection["candidate"]
    assert projection["observed"]["met"] == 2


async def test_a_candidate_with_swapped_targets_reports_the_one_decision_that_differs(running: Running) -> None:
    await busy_with_one(running)
    async with Follower(running.settings, swapped()) as follower:

        async def step(count: int) -> None:
            await until(follower, lambda: follower.agreement.agreed >= count - 1)

        await handle_three(running, step)
        report = report_of(follower, swapped())
    first, second = [(await running.saw("contact.received", number))["contact_id"] for number in (2, 3)]
    kinds = report["decisions"]["kinds"]
    assert {kind: each["differ"] for kind, each in kinds.items() if each["differ"]} == {"contact": 1}
    assert kinds["contact"]["compared"] == 2
    (example,) = report["examples"]
    assert example["contact_id"] == example["active"]["decision"] == second
    assert example["candidate"]["decision"] == first
    assert "due in" in example["candidate"]["why"]
    shown = "\n".join(lines(report))
    assert "1 would differ" in shown
    assert f"candidate: {first}: offered to a1" in shown


async def test_the_command_watches_for_so_long_and_prints_one_document(running: Running, tmp_path: Path) -> None:
    await busy_with_one(running)
    file = tmp_path / "candidate.yaml"
    file.write_text(yaml.safe_dump(json.loads(swapped().canonical)))
    before = await rows(running.settings, "SELECT epoch, owner FROM lane WHERE service = 'router'")
    began_ms = now_ms()
    said = await Usher(running.settings)("policy", "shadow", str(file), "--seconds", "2", "--json")
    assert said.status == 0, said.err
    report = said.document()
    assert report["workspace"] == "acme"
    assert report["active"]["version"] == 1
    watched_ms = to_ms(datetime.fromisoformat(report["began_at"]))
    assert began_ms <= watched_ms <= watched_ms + report["seconds"] * 1000 <= now_ms()
    assert set(report["projection"]) >= {"observed", "active", "candidate", "candidate_by_active_targets", "assumes"}
    assert await rows(running.settings, "SELECT epoch, owner FROM lane WHERE service = 'router'") == before


async def test_a_workspace_without_a_policy_in_force_is_named_with_those_that_have_one(running: Running) -> None:
    await busy_with_one(running)
    elsewhere = parse_policy({**policy_with(), "workspace": "elsewhere"})
    with pytest.raises(Unknown, match="'elsewhere' has no policy in force; workspaces that have one: acme"):
        async with Follower(running.settings, elsewhere):
            pass
