"""Policies are put in force: published, and waited for until the router has taken or refused them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say, write
from cli.policy.in_force import (
    PolicyRefused,
    Version,
    active_versions,
    publish,
    settings_in_force,
    version_of,
    wait_until_active,
)
from cli.policy.models import model_faults
from shared.policy import Policy, PolicyErrors, parse_policy
from shared.policy.load import load_policies
from shared.process.loop import run_loop
from shared.process.settings import CommonSettings
from shared.times import rfc3339

__all__ = ["WAIT_SECONDS", "activate", "apply", "loaded", "roll_back", "summary"]

WAIT_SECONDS = 30.0  # for a router that is just starting; a running one needs less than one second


async def activate(settings: CommonSettings, policies: Sequence[Policy]) -> dict[str, str]:
    """Publish the policies that are not in force yet; returns the record's id by workspace. Does not wait for the
    router.

    Idempotent: a policy that is in force is left alone. Retryable where Kafka or the database does not answer.
    """
    active = await active_versions(settings)
    new = [policy for policy in policies if _hash(active.get(policy.workspace)) != policy.hash]
    event_ids = await publish(settings, new) if new else []
    return {policy.workspace: event_id for policy, event_id in zip(new, event_ids, strict=True)}


def apply(args: argparse.Namespace) -> int:
    """Files in force, and waited for."""
    policies = loaded(args.files)
    faults = model_faults(policies)
    if faults:
        raise UsageError(_one_line(PolicyErrors(faults)))
    return run_loop(_put_in_force(settings_in_force(), policies, args))


async def _put_in_force(settings: CommonSettings, policies: Sequence[Policy], args: argparse.Namespace) -> int:
    if getattr(args, "if_none", False):  # of apply alone; a rollback goes this way too
        active = await active_versions(settings)
        for policy in policies:
            if policy.workspace in active:
                say(f"usher policy: {policy.workspace} keeps version {active[policy.workspace].number}")
        policies = [policy for policy in policies if policy.workspace not in active]
    new = await activate(settings, policies)
    try:
        active = await wait_until_active(settings, policies, args.wait, event_ids=list(new.values()))
    except TimeoutError as late:
        say(f"usher policy: published, but not in force after {args.wait:g} s for {late}; is the router running?")
        return EXIT_NO
    except PolicyRefused as refused:
        say(f"usher policy: the router has refused it, what was in force stays: {refused}")
        return EXIT_NO
    versions = [active[policy.workspace] for policy in policies]
    if args.json:
        result([{**summary(version), "changed": version.workspace in new} for version in versions])
    for version in () if args.json else versions:
        verb = "now in force" if version.workspace in new else "in force already"
        write(f"{version.workspace}: version {version.number} {verb}, hash {version.hash[:16]}")
    return EXIT_OK


def roll_back(args: argparse.Namespace) -> int:
    """An earlier version in force again, as a new one."""
    settings = settings_in_force()
    return run_loop(_return_to(settings, args))


async def _return_to(settings: CommonSettings, args: argparse.Namespace) -> int:
    active = await version_of(settings, args.workspace, None)
    number = active.number - 1 if args.to is None else args.to
    if number < 1:
        raise UsageError(f"workspace {args.workspace!r} has no version before {active.number}")
    earlier = await version_of(settings, args.workspace, number)
    try:
        policy = parse_policy(earlier.document)
    except PolicyErrors as refused:
        raise UsageError(f"version {number} of {args.workspace}: {_one_line(refused)}") from None
    return await _put_in_force(settings, [policy], args)


def loaded(paths: Sequence[Path]) -> list[Policy]:
    """The policies of files and folders; UsageError names the first fault."""
    try:
        return load_policies(paths)
    except PolicyErrors as refused:
        raise UsageError(_one_line(refused)) from None


def _one_line(refused: PolicyErrors) -> str:
    more = len(refused.errors) - 1
    return f"{refused.errors[0]}" + (f"; and {more} more: usher policy check names them all" if more else "")


def summary(version: Version) -> dict[str, Any]:
    """A version as JSON, without its document."""
    return {
        "workspace": version.workspace,
        "version": version.number,
        "hash": version.hash,
        "activated_at": rfc3339(version.activated_ms),
    }


def _hash(version: Version | None) -> str | None:
    return version.hash if version else None
