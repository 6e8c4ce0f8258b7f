"""The live view of the demo in a terminal, and a line a second without one."""

from collections import Counter

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.demo.account import Account

TIER_NAMES = {"self_service": "self-service", "bot": "bot", "agent": "agent"}


def screen(account: Account, now_ms: int, records_per_second: float) -> RenderableType:
    """Everything at a glance: contacts by tier, queues, agents, decisions."""
    latency = account.latency_ms()
    head = Text.assemble(
        ("Usher  ", "bold cyan"),
        f"{account.contacts} contacts, {len(account.live)} live, {records_per_second:.0f} records/s, routed in"
        f" p50 {latency['p50']:.0f} ms  p99 {latency['p99']:.0f} ms   ",
        (f"breaches {account.breaches}", "bold red" if account.breaches else "green"),
        f"   dead letters {account.dead_letters}",
    )
    tables = Columns([_tiers(account), _agents(account)], equal=False, expand=False)
    decisions = Text(
        "\n".join(account.decisions) or "waiting for the first contact ...", no_wrap=True, overflow="ellipsis"
    )
    hint = Text("Ctrl-C stops all of it", style="dim")
    return Group(
        head, tables, _queues(account, now_ms), Panel(decisions, title="last decisions", title_align="left"), hint
    )


def _tiers(account: Account) -> Table:
    table = Table(title="contacts", title_justify="left")
    for name in ("tier", "contacts"):
        table.add_column(name, justify="right" if name != "tier" else "left")
    for tier, name in TIER_NAMES.items():
        table.add_row(name, str(account.tiers[tier]))
    for outcome, count in sorted(account.ended.items()):
        table.add_row(Text(outcome, style="dim"), str(count))
    return table


def _agents(account: Account) -> Table:
    table = Table(title="agents and offers", title_justify="left")
    table.add_column("state")
    table.add_column("n", justify="right")
    for availability, count in sorted(Counter(account.agents.values()).items()):
        table.add_row(availability, str(count))
    for result, count in sorted(account.offers.items()):
        table.add_row(Text(f"offers {result}", style="dim"), str(count))
    return table


def _queues(account: Account, now_ms: int) -> Table:
    table = Table(title="queues", title_justify="left")
    for name in ("workspace", "queue", "waiting", "oldest s", "service level", "target s", "answered", "lost"):
        table.add_column(name, justify="left" if name in {"workspace", "queue"} else "right")
    for (workspace, queue), line in sorted(account.queues.items()):
        oldest = max((now_ms - since) / 1000 for since in line.waiting.values()) if line.waiting else 0.0
        level = line.service_level
        shown = Text("-") if level is None else Text(f"{level:.0%}", style="green" if level >= 0.8 else "red")
        table.add_row(
            workspace,
            queue,
            str(len(line.waiting)),
            f"{max(0.0, oldest):.0f}",
            shown,
            f"{line.target_seconds:g}",
            str(line.answered),
            str(line.lost),
        )
    return table


def line(account: Account, seconds: float, records_per_second: float) -> str:
    """One second in one line."""
    latency = account.latency_ms()
    waiting = sum(len(queue.waiting) for queue in account.queues.values())
    tiers = " ".join(f"{name}={account.tiers[tier]}" for tier, name in TIER_NAMES.items())
    last = f"  | {account.decisions[-1]}" if account.decisions else ""
    return (
        f"{seconds:5.0f} s  contacts={account.contacts} {tiers} waiting={waiting} live={len(account.live)}"
        f" breaches={account.breaches} records/s={records_per_second:.0f}"
        f" p50={latency['p50']:.0f}ms p99={latency['p99']:.0f}ms{last}"
    )
