"""``usher customer``: who somebody is over all channels, and two customers who are one, or one who is two."""

import argparse
import os
from typing import Any, Literal

from cli.customer.handles import handles_in_force
from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say, write
from cli.policy.in_force import settings_in_force
from cli.seconds import add_wait
from cli.subcommands import add_action, run_action
from services.router.lookup.customers import Effect, command, known_ids, show, workspaces
from shared.clock import now_ms
from shared.contract.ids import derive
from shared.contract.inputs import CustomerCommanded
from shared.process.loop import run_loop
from shared.process.settings import CommonSettings

__all__ = ["configure", "run"]

WAIT_SECONDS = 10.0
CHARACTERS_MAX = 256  # of an id or a handle, an actor, a reason
CUSTOMER = "their customer_id, or a handle: telephone number, address, user id"


def configure(parser: argparse.ArgumentParser) -> None:
    """The three subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    shown = add_action(commands, "show", _show, "a customer's ids, journey and merges; exit 1 if nobody knows them")
    shown.add_argument("customer", metavar="CUSTOMER", help=CUSTOMER)
    merge = add_action(commands, "merge", _merge, "two ids are one customer: the first becomes part of the second")
    merge.add_argument("customer", metavar="CUSTOMER", help=CUSTOMER)
    merge.add_argument("into", metavar="INTO", help="whose id stays")
    split = add_action(commands, "split", _split, "undo a merge: an id is a customer of its own again")
    split.add_argument("customer", metavar="CUSTOMER", help="the id that was merged, or its handle")
    for each in (shown, merge, split):
        each.add_argument("--workspace", metavar="NAME", help="needed where there are several")
    for each in (merge, split):
        each.add_argument("--reason", required=True, help="why; it stands in the record and on the log")
        each.add_argument(
            "--actor", default=os.environ.get("USER") or "operator", help="who says so (default: %(default)s)"
        )
        add_wait(each, WAIT_SECONDS)


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (the answer is no) or 2 (bad usage)."""
    for name in ("customer", "into", "reason", "actor"):
        value = getattr(args, name, "-")
        if not 1 <= len(value) <= CHARACTERS_MAX or not value.isprintable():
            raise UsageError(f"{name}: 1 to {CHARACTERS_MAX} printable characters")
    return run_action(args)


def _show(args: argparse.Namespace) -> int:
    return run_loop(_found(args))


async def _found(args: argparse.Namespace) -> int:
    settings = settings_in_force()
    workspace = await _workspace(settings, args.workspace)
    known = await known_ids(settings, workspace, handles_in_force("customer").ids(workspace, args.customer))
    if not known:
        say(f"usher customer: nobody in {workspace} is known so")
        return EXIT_NO
    document = await show(settings, workspace, known[0][1])
    if args.json:
        result(document)
    else:
        write(*_lines(document))
    return EXIT_OK


def _merge(args: argparse.Namespace) -> int:
    return run_loop(_commanded(args, "merge"))


def _split(args: argparse.Namespace) -> int:
    return run_loop(_commanded(args, "split"))


async def _commanded(args: argparse.Namespace, name: Literal["merge", "split"]) -> int:
    settings = settings_in_force()
    workspace = await _workspace(settings, args.workspace)
    customer = await _id(settings, workspace, args.customer)
    if customer is None:
        say(f"usher customer: nobody in {workspace} is known as {'the first' if name == 'merge' else 'that'}")
        return EXIT_NO
    at_ms = now_ms()
    commanded = CustomerCommanded(
        event_id=derive("customer", workspace, name, customer, str(at_ms)),
        workspace=workspace,
        occurred_ms=at_ms,
        arrived_ms=at_ms,
        command=name,
        customer_id=customer,
        into=await _id(settings, workspace, args.into) or args.into if name == "merge" else None,
        actor=args.actor,
        reason=args.reason,
    )
    return _say_effect(args, await command(settings, commanded, args.wait))


def _say_effect(args: argparse.Namespace, effect: Effect) -> int:
    if args.json:
        result(effect._asdict())
    elif effect.result == "merged":
        write(f"{effect.detail} is {effect.customer_id} now; undo: usher customer split {effect.detail}")
    elif effect.result == "split":
        write(f"{effect.detail} is not {effect.customer_id} any more")
    elif effect.result == "unchanged":
        write("it was so already")
    else:
        say(f"usher customer: {effect.detail}")
    return EXIT_NO if effect.result in ("refused", "unheard") else EXIT_OK


async def _id(settings: CommonSettings, workspace: str, customer: str) -> str | None:
    """The id that the router knows, as given or as the hash of a handle; None for nobody."""
    known = await known_ids(settings, workspace, handles_in_force("customer").ids(workspace, customer))
    return known[0][0] if known else None


async def _workspace(settings: CommonSettings, given: str | None) -> str:
    there = await workspaces(settings)
    if given is not None and given not in there:
        raise UsageError(f"--workspace: {given} has no policy; those that have: {', '.join(there) or 'none'}")
    if given is None and len(there) != 1:
        raise UsageError(f"--workspace: name one of {', '.join(there) or 'those with a policy; there is none'}")
    return given or there[0]


def _lines(document: dict[str, Any]) -> list[str]:
    lines = [f"customer {document['customer_id']} of {document['workspace']}"]
    for row in document["aliases"]:
        how = f"through {row['parent']}" if row["parent"] else "on its own"
        lines.append(f"  also {row['alias']}, {how}, since {row['since']}")
    for row in document["merges"]:
        verb = "merged into" if row["kind"] == "merged" else "split from"
        lines.append(f"  {row['at']} {row['alias']} {verb} {row['customer_id']} by {row['actor']}: {row['reason']}")
    for row in document["contacts"]:
        with_whom = f" with {row['agent_id']}" if row["agent_id"] else ""
        about = row["intent"] or "no intent"
        lines.append(
            f"  {row['at']} {row['channel']}: {about}, {row['tier']}, {row['state']}{with_whom} {row['contact_id']}"
        )
    return lines
