"""``usher forget``: what the database knows of a customer is erased."""

import argparse
import sys

from cli.customer.handles import handles_in_force
from cli.output import EXIT_NO, EXIT_OK, UsageError, agreed, result, say, write
from cli.policy.in_force import settings_in_force
from cli.subcommands import carried_out
from services.router.lookup.forget import Erased, erase
from shared.process.loop import run_loop

__all__ = ["configure", "run"]

CUSTOMER_CHARACTERS_MAX = 256  # as long as an id or a handle may be
TOPICS = "records on Kafka's topics go when their retention ends"


def configure(parser: argparse.ArgumentParser) -> None:
    """The customer, and where."""
    parser.add_argument(
        "customer", metavar="CUSTOMER", help="their customer_id, or a handle: telephone number, address, user id"
    )
    parser.add_argument("--workspace", metavar="NAME", help="in this workspace alone (default: in all)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be erased, and erase nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="the result as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Erase; 0 when nothing is left in the database, 1 while contacts of the customer are live or nobody is known."""
    if not 1 <= len(args.customer) <= CUSTOMER_CHARACTERS_MAX or "\0" in args.customer:
        raise UsageError(f"CUSTOMER: 1 to {CUSTOMER_CHARACTERS_MAX} characters")
    return carried_out(args, _forget)


def _forget(args: argparse.Namespace) -> int:
    settings, handles = settings_in_force(), handles_in_force("forget")
    if not args.yes and not args.dry_run and sys.stdin.isatty():
        found = run_loop(erase(settings, handles, args.customer, args.workspace, dry_run=True))
        write(*_lines(found))
        if found.anything and not agreed("this cannot be undone; erase?"):
            say("usher forget: nothing was erased")
            return EXIT_NO
    erased = run_loop(erase(settings, handles, args.customer, args.workspace, dry_run=args.dry_run))
    if args.json:
        result(erased._asdict())
    else:
        write(*_lines(erased))
    if not erased.anything:
        say(f"usher forget: nobody is known as {args.customer!r}" + (f" in {args.workspace}" if args.workspace else ""))
        return EXIT_NO
    if args.dry_run:
        say("usher forget: this is what would be erased; nothing was")
        return EXIT_OK
    if erased.live:
        say(f"usher forget: {len(erased.live)} contacts are live: end them (command cancel), then forget once more")
    if erased.unpublished:
        say("usher forget: batches that wait for Kafka hold the customer's words: forget once more when router runs")
    return EXIT_NO if erased.live or erased.unpublished else EXIT_OK


def _lines(erased: Erased) -> list[str]:
    return [
        f"{erased.contacts} contacts made anonymous",
        f"{erased.aliases} further ids and {erased.dead_letters} refused payloads erased",
        TOPICS,
        *(f"live: {contact_id}" for contact_id in erased.live),
    ]
