"""The live view of the demo in a terminal, and a line a second without one."""

from collections import Counter
from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.demo.account import Account, QueueLine

QUEUES_SHOWN = 6  # with the totals and the last decisions they fill a terminal of 24 lines
QUEUE_WIDTH = 24
GOOD = 0.8  # share answered in time from which a queue is green: what most promise
TIER_NAMES = {"self_service": "self-service", "bot": "bot", "agent": "agent"}


def screen(account: Account, now_ms: int, records_per_second: float) -> RenderableType:
    """Everything at a glance, in 80 columns and 24 lines: totals, the worst queues, the last decisions."""
    latency = account.latency_ms()
    head = Text.assemble(
        ("Usher  ", "bold cyan"),
        f"{account.contacts} contacts, {len(account.live)} live, {records_per_second:.0f} records/s,"
        f" p50 {latency['p50']:.0f} ms, p99 {latency['p99']:.0f} ms",
    )
    faults = Text.assemble(
        (f"breaches {account.breaches}", "bold red" if account.breaches else "green"),
        f"   dead letters {account.dead_letters}   ",
        ("Ctrl-C stops all of it", "dim"),
        ("   PEAK: three times as many customers" if account.peak else "", "bold yellow"),
    )
    tiers = {name: account.tiers[tier] for tier, name in TIER_NAMES.items()}
    totals = [
        _counts("sent to", tiers),
        _counts("ended", account.ended),
        _counts("agents", Counter(account.agents.values())),
        _counts("offers", account.offers),
    ]
    decisions = Text("\n".join(account.decisions) or "waiting for the first contact ...")
    for each in (head, faults, *totals, decisions):
        each.no_wrap, each.overflow = True, "ellipsis"
    return Group(
        head, faults, *totals, _queues(account, now_ms), Panel(decisions, title="last decisions", title_align="left")
    )


def _counts(title: str, counts: Mapping[str, int]) -> Text:
    shown = "  ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    return Text.assemble((f"{title:8}", "dim"), shown or "-")


def _queues(account: Account, now_ms: int) -> Table:
    """The worst first: most who wait past the target, then the lowest level."""
    ranked = sorted(account.queues.items(), key=lambda pair: (_badness(pair[1], now_ms), pair[0]))
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    for name in ("queue", "wait", "late", "oldest", "in time", "target", "taken", "lost"):
        left = name == "queue"
        table.add_column(
            name, justify="left" if left else "right", no_wrap=True, max_width=QUEUE_WIDTH if left else None
        )
    for (workspace, queue), line in ranked[:QUEUES_SHOWN]:
        oldest = max(((now_ms - since) / 1000 for since, _ in line.waiting.values()), default=0.0)
        late, level = line.late(now_ms), line.service_level(now_ms)
        table.add_row(
            f"{workspace}/{queue}",
            str(len(line.waiting)),
            Text(str(late), style="red" if late else ""),
            f"{max(0.0, oldest):.0f} s",
            Text("-") if level is None else Text(f"{level:.0%}", style="green" if level >= GOOD else "red"),
            f"{line.target_seconds:g} s",
            str(line.answered),
            str(line.lost),
        )
    if len(ranked) > QUEUES_SHOWN:
        table.add_row(Text(f"and {len(ranked) - QUEUES_SHOWN} better ones", style="dim"))
    return table


def _badness(line: QueueLine, now_ms: int) -> tuple[int, float, int]:
    level = line.service_level(now_ms)
    return -line.late(now_ms), 1.0 if level is None else level, -len(line.waiting)


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
