"""``usher report``: promises kept, waits, agents' time and abandonment, from hours that are exact over crashes."""

import argparse
from shutil import get_terminal_size

from cli.output import EXIT_OK, UsageError, result, say, write, write_csv
from cli.policy.in_force import settings_in_force
from cli.report.figures import DIMENSIONS, REPORTS, columns_of, running
from cli.report.layout import screen, table
from cli.report.span import hours_of
from cli.subcommands import carried_out
from services.sla.domain.hours import HOUR_MS
from services.sla.lookup.hours import hourly
from shared.clock import now_ms
from shared.process.loop import run_loop
from shared.times import rfc3339

__all__ = ["configure", "run"]

ROWS_MAX = 100_000  # of one report: more is a question for a database


def configure(parser: argparse.ArgumentParser) -> None:
    """Which report, of when, by what, and how it is written."""
    parser.add_argument("report", choices=tuple(REPORTS), help="what is reported")
    parser.add_argument(
        "--from", dest="since", default="24h", metavar="TIME", help="2026-11-28, RFC 3339, or so long ago: 24h, 7d"
    )
    parser.add_argument("--to", dest="until", metavar="TIME", help="the same; default: now. Whole hours are reported")
    parser.add_argument("--by", default="", metavar="LIST", help=f"of {','.join(DIMENSIONS)}; always by workspace")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="comma-separated, with a head")
    form.add_argument("--json", action="store_true", help="one document")


def run(args: argparse.Namespace) -> int:
    """Print the report; exit 2 for a time or dimension that there is not."""
    return carried_out(args, _report)


def _report(args: argparse.Namespace) -> int:
    by = [name.strip() for name in args.by.split(",") if name.strip()]
    strange = [name for name in by if name not in DIMENSIONS]
    if strange:
        raise UsageError(f"--by {strange[0]}: one or more of {', '.join(DIMENSIONS)}, separated by commas")
    now = now_ms()
    first, end = hours_of(args.since, args.until, now)
    found = run_loop(hourly(settings_in_force(), first, end))
    since, until = first * HOUR_MS, min(now, end * HOUR_MS)
    going = [row for row in running(found.stretches, until) if row.hour >= first]
    rows = REPORTS[args.report]([*found.rows, *going], by)
    if len(rows) > ROWS_MAX:
        say(f"usher report: only the first {ROWS_MAX} of {len(rows)} rows; ask for less time, or by less")
        del rows[ROWS_MAX:]
    if args.json:
        result({"report": args.report, "from": rfc3339(since), "to": rfc3339(until), "by": by, "rows": rows})
    elif args.csv:
        write_csv(table(rows, columns_of(args.report, by)))
    else:
        write(*screen(rows, get_terminal_size().columns))
    return EXIT_OK
