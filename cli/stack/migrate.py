"""``usher migrate``: brings the database schema up to date, or says what is missing."""

import argparse
import asyncio

from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say
from cli.policy.in_force import settings_in_force
from cli.seconds import add_wait
from shared.clock import monotonic
from shared.errors import Fatal, Retryable
from shared.migrate import MigrationReport, migrate
from shared.process.loop import run_loop

RETRY_SECONDS = 0.5


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of ``usher migrate``; the database is USHER_POSTGRES_DSN, else that of a stack that runs."""
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if migrations are missing")
    add_wait(parser, 0.0, "for a database that still starts")
    parser.add_argument("--json", action="store_true", help="the result as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Apply what is missing; idempotent. Exit 1 where --check finds something missing or nobody answers."""
    dsn = settings_in_force().postgres_dsn.get_secret_value()
    try:
        report = run_loop(_migrate(dsn, args.check, args.wait))
    except Retryable as error:
        say(f"usher migrate: {error}; is the server up, and USHER_POSTGRES_DSN right? --wait 60 waits for it")
        return EXIT_NO
    except Fatal as error:
        raise UsageError(str(error)) from None
    if args.json:
        result({"applied": report.applied, "missing": report.missing})
    else:
        say(_sentence(report, args.check))
    return EXIT_NO if report.missing else EXIT_OK


async def _migrate(dsn: str, check: bool, wait_seconds: float) -> MigrationReport:
    deadline = monotonic() + wait_seconds
    while True:
        try:
            return await migrate(dsn, check=check)
        except Retryable:
            if monotonic() >= deadline:
                raise
        await asyncio.sleep(RETRY_SECONDS)


def _sentence(report: MigrationReport, check: bool) -> str:
    if check:
        return (
            f"missing: {', '.join(report.missing)}; run usher migrate" if report.missing else "the schema is up to date"
        )
    return f"applied: {', '.join(report.applied)}" if report.applied else "the schema was up to date"
