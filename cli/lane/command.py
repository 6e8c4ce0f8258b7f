"""``usher lane``: where each partition stands; and the decision that opens one which is kept closed."""

import argparse
from collections.abc import Sequence
from typing import Any

from cli.lane.accept import LANES, Accepted, Busy, accept
from cli.output import EXIT_NO, EXIT_OK, result, say, write
from cli.policy.in_force import settings_in_force
from cli.subcommands import add_action, run_action
from shared.kafka.reader import LogReader, silence_retries
from shared.lane.operators_rows import LaneRow, LaneRows
from shared.lane.worker import CLOSED_SECONDS
from shared.process.loop import run_loop
from shared.process.settings import CommonSettings
from shared.times import rfc3339

__all__ = ["configure", "run", "show"]

PARTITION_MAX = 511


def configure(parser: argparse.ArgumentParser) -> None:
    """The two subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_action(commands, "show", _show, "owner, position and lag of every partition")
    accepting = add_action(
        commands, "accept", _accept, "open partitions that are kept closed: say how, and with --yes do it"
    )
    accepting.add_argument("service", choices=sorted(LANES), metavar="SERVICE", help=" or ".join(sorted(LANES)))
    accepting.add_argument(
        "partition", type=_partition, nargs="?", metavar="PARTITION", help="default: all that are closed"
    )
    accepting.add_argument(
        "--from", dest="start", type=_start, default="begin", metavar="WHERE",
        help="where reading goes on if the input log is another one: begin (default), end or an offset",
    )  # fmt: skip
    accepting.add_argument("--yes", action="store_true", help="do what is said without this option")


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (the answer is no) or 2 (bad usage or input)."""
    silence_retries()
    try:
        return run_action(args)
    except Busy as busy:
        say(f"usher lane: {busy}")
        return EXIT_NO


async def show(settings: CommonSettings) -> list[dict[str, Any]]:
    """Every partition that was ever claimed. ``lag`` counts input records not applied, None without the topic."""
    async with LaneRows.of(settings) as rows:
        found = await rows.all()
    ends: dict[tuple[str, int], int] = {}
    async with LogReader(settings) as reader:
        topics = await reader.topics()
        for service, (source, _) in LANES.items():
            partitions = [row.claim.partition for row in found if row.service == service]
            if partitions and source in topics:
                bounds = await reader.bounds(source, partitions)
                ends.update({(service, partition): end for partition, (_, end) in bounds.items()})
    return [_document(row, ends.get((row.service, row.claim.partition))) for row in found]


def _show(args: argparse.Namespace) -> int:
    documents = run_loop(show(settings_in_force()))
    if args.json:
        result(documents)
        return EXIT_OK
    names = ("service", "partition", "owner", "epoch", "next_offset", "next_seq", "published_seq", "lag")
    table = [names, *(tuple(str(document[name]) for name in names) for document in documents)]
    widths = [max(len(line[column]) for line in table) for column in range(len(names))]
    for line in table:
        write("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    return EXIT_OK


def _document(row: LaneRow, end: int | None) -> dict[str, Any]:
    claim = row.claim
    return {
        "service": row.service,
        "partition": claim.partition,
        "owner": row.owner,
        "epoch": claim.epoch,
        "next_offset": claim.next_offset,
        "next_seq": claim.next_seq,
        "published_seq": claim.published_seq,
        "lag": None if end is None else max(0, end - claim.next_offset),
        "claimed_at": rfc3339(row.claimed_ms),
        "committed_at": rfc3339(row.at_ms) if row.at_ms else None,
    }


def _accept(args: argparse.Namespace) -> int:
    settings = settings_in_force()
    wanted = [] if args.partition is None else [args.partition]
    found = run_loop(accept(settings, args.service, wanted, args.start, yes=args.yes))
    if wanted and found[0].busy:
        raise Busy(found[0].busy)
    # Of all partitions those count that are closed: one whose owner works is open.
    closed = [each for each in found if each.plan.found and not each.busy]
    if args.json:
        documents = [_decision(each) for each in (found if wanted else closed)]
        result(documents[0] if wanted else documents)
    elif not closed:
        say("log and database agree: nothing to accept (another reason stands on the service's /readyz)")
    else:
        for each in closed:
            _explain(each)
        say(_next(closed))
    return EXIT_OK if all(each.done for each in closed) else EXIT_NO


def _decision(each: Accepted) -> dict[str, Any]:
    made = each.plan
    changes = {name: list(pair) for name, pair in made.changes().items()}
    costs = {"lost": made.lost, "repeated": made.repeated, "sums": each.sums}
    return {"partition": each.partition, "found": made.found, "changes": changes, **costs, "accepted": each.done}


def _explain(each: Accepted) -> None:
    made = each.plan
    write(f"partition {each.partition}")
    for sentence in made.found:
        write(f"found     {sentence}")
    for name, (before, after) in made.changes().items():
        write(f"sets      {name}: {before!r} -> {after!r}")
    for sentence in made.lost or ["nothing"]:
        write(f"lost      {sentence}")
    for sentence in made.repeated or ["nothing"]:
        write(f"repeated  {sentence}")
    for sentence in each.sums or ["those of the metrics agree with the topic"]:
        write(f"sums      {sentence}")


def _next(closed: Sequence[Accepted]) -> str:
    done = [each for each in closed if each.done]
    if not done:
        return "nothing was changed; --yes does it"
    return f"accepted: {len(done)} of {len(closed)}; a running service opens them within {CLOSED_SECONDS:.0f} s"


def _partition(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(PARTITION_MAX)) else -1
    if not 0 <= number <= PARTITION_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a partition, 0 to {PARTITION_MAX}")
    return number


def _start(text: str) -> str:
    if text in {"begin", "end"} or (text.isascii() and text.isdecimal() and len(text) <= len(str(2**63 - 1))):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not begin, end or an offset")
