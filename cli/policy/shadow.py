"""``usher policy shadow``: what a candidate policy would decide otherwise, on live traffic, without acting."""

import argparse
import asyncio
import signal
from pathlib import Path
from typing import Any

from cli.output import EXIT_OK, UsageError, result, say, write
from cli.policy.in_force import settings_in_force
from cli.policy.models import model_faults
from cli.seconds import above_zero
from lab.shadow.follow import Follower
from lab.shadow.projection import ASSUMPTIONS, Projection
from lab.shadow.promises import Account, Promises
from shared.clock import monotonic
from shared.errors import Retryable
from shared.kafka.reader import silence_retries
from shared.policy import Policy, PolicyErrors
from shared.policy.load import load_policy
from shared.process.loop import run_loop
from shared.process.settings import CommonSettings
from shared.times import rfc3339

__all__ = ["configure", "lines", "report_of", "run"]

PROGRESS_SECONDS = 10.0


def configure(parser: argparse.ArgumentParser) -> None:
    """One policy file, and for how long."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the candidate: a policy of a workspace that has one")
    help_text = "watch for so long (default: until Ctrl-C)"
    parser.add_argument("--seconds", type=above_zero, metavar="N", help=help_text)


def run(args: argparse.Namespace) -> int:
    """Follow, then print the report; exit 0 whatever it says."""
    silence_retries()
    try:
        candidate = load_policy(args.file)
    except PolicyErrors as refused:
        raise UsageError(f"{refused.errors[0]}; usher policy check names every fault") from None
    except OSError as error:
        raise UsageError(f"{args.file}: {error.strerror}; give a policy file") from None
    for fault in model_faults([candidate]):
        raise UsageError(f"{args.file}: {fault}")
    report = run_loop(_shadow(settings_in_force(), candidate, args.seconds))
    if args.json:
        result(report)
    else:
        write(*lines(report))
    return EXIT_OK


def _end_by_signals() -> asyncio.Event:
    """Set by the first Ctrl-C, which ends the watch; a second one ends the process."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def end() -> None:
        stop.set()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, end)
    return stop


async def _shadow(settings: CommonSettings, candidate: Policy, seconds: float | None) -> dict[str, Any]:
    """The report of a watch that ends after ``seconds``, or by a signal, or when a server is lost."""
    async with Follower(settings, candidate) as follower:
        stop = _end_by_signals()  # before there is anything to report, Ctrl-C ends the process
        say(f"usher policy: watching workspace {candidate.workspace}; Ctrl-C ends it and prints the report")
        began = progress_at = monotonic()
        while not stop.is_set() and (seconds is None or monotonic() - began < seconds):
            try:
                await follower.step()
            except Retryable as error:
                say(f"usher policy: the watch ends early: {error}")
                break
            if monotonic() - progress_at >= PROGRESS_SECONDS:
                progress_at = monotonic()
                say(f"usher policy: {_progress(follower)}")
    return report_of(follower, candidate)


def _progress(follower: Follower) -> str:
    made = follower.differences.as_json()
    return f"{follower.observed.contacts} contacts, {made['compared']} decisions, {made['differ']} would differ"


def report_of(follower: Follower, candidate: Policy) -> dict[str, Any]:
    """What was seen so far, and both policies projected over it; the document of ``--json``."""
    observed, agreement = follower.observed, follower.agreement
    active = observed.rows.policies[0]
    say(f"usher policy: {_progress(follower)}; projecting both policies over the same arrivals")
    return {
        "workspace": candidate.workspace,
        "began_at": rfc3339(observed.began_ms),
        "seconds": (observed.ended_ms - observed.began_ms) / 1000,
        "contacts": observed.contacts,
        "active": {"version": active.version, "hash": active.hash},
        "candidate": {"hash": candidate.hash},
        "decisions": follower.differences.as_json(),
        "examples": [found.as_json() for found in follower.differences.examples],
        "mirror": {
            "offers_agreed": agreement.agreed,
            "offers_differed": agreement.differed,
            "reloads": follower.reloads,
        },
        "projection": _projection(follower, candidate),
    }


def _projection(follower: Follower, candidate: Policy) -> dict[str, Any]:
    observed = follower.observed
    until_ms = observed.full_ms or observed.ended_ms

    def projected(policy: Policy | None, promises: Promises) -> Account:
        run = Projection(observed, follower.triages[policy is not None], policy, promises)
        run.run()
        return run.promises.account(until_ms)

    return {
        "seconds": (until_ms - observed.began_ms) / 1000,
        "answers_observed": sum(bool(course.assigned_ms) for course in observed.courses.values()),
        "handle_times_observed": sum(bool(course.talked_ms) for course in observed.courses.values()),
        "observed": observed.promises.account(until_ms).as_json(),
        "active": projected(None, Promises()).as_json(),
        "candidate": projected(candidate, Promises()).as_json(),
        "candidate_by_active_targets": projected(candidate, Promises(observed.promises.spans)).as_json(),
        "assumes": list(ASSUMPTIONS),
    }


def lines(report: dict[str, Any]) -> list[str]:
    """The report for a reader."""
    made, mirror = report["decisions"], report["mirror"]
    shown = [
        f"workspace {report['workspace']}: {report['contacts']} contacts in {report['seconds']:.0f} s,"
        f" active version {report['active']['version']}",
        f"{made['compared']} decisions compared, {made['differ']} would differ"
        + (f" ({made['share']:.1%})" if made["share"] else ""),
    ]
    shown += [
        f"  {kind}: {each['differ']} of {each['compared']}" for kind, each in made["kinds"].items() if each["compared"]
    ]
    shown.append(
        f"the mirror made {mirror['offers_agreed']} offers as the router did, {mirror['offers_differed']} otherwise"
    )
    shown += _projection_lines(report["projection"])
    for found in report["examples"]:
        shown.append(f"{found['at']} {found['kind']} of {found['contact_id']}")
        for side in ("active", "candidate"):
            shown.append(f"  {side}: {found[side]['decision']}: {found[side]['why']}")
    return shown


def _projection_lines(projection: dict[str, Any]) -> list[str]:
    names = {
        "observed": "observed",
        "active": "projected, active policy",
        "candidate": "projected, candidate",
        "candidate_by_active_targets": "projected, candidate, by the active policy's targets",
    }
    shown = [f"answered late, of {projection['seconds']:.0f} s:"]
    for key, name in names.items():
        found = projection[key]
        share = "nothing was due" if found["breach_share"] is None else f"{found['breach_share']:.1%}"
        shown.append(f"  {name}: {share} ({found['breached']} late, {found['met']} in time)")
    return [*shown, *(f"  assumes: {each}" for each in projection["assumes"])]
