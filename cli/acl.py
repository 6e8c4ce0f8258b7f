"""``usher acl``: the rights of each service and of commands, for a cluster and a database with authorization."""

import argparse
import shlex
from typing import Any

from cli.groups import group_of
from cli.output import EXIT_OK, result, write
from cli.policy.in_force import settings_in_force
from cli.subcommands import add_action, run_action
from shared.contract.rights import OPERATOR, SERVICES, Right, operator_rights, rights
from shared.process.settings import CommonSettings

__all__ = ["configure", "document", "run"]

_ROLES = """
CREATE ROLE usher_{service} LOGIN PASSWORD 'replace-this';
ALTER ROLE usher_{service} SET search_path = usher;
ALTER ROLE usher_{service} SET statement_timeout = '8s';
ALTER ROLE usher_{service} SET lock_timeout = '3s';
ALTER ROLE usher_{service} SET idle_in_transaction_session_timeout = '1s';
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The one action."""
    commands = parser.add_subparsers(required=True, metavar="ACTION")
    shown = add_action(commands, "print", _print, "the rules as commands of Kafka, as JSON, or as SQL")
    shown.add_argument("--sql", action="store_true", help="the roles of PostgreSQL; then `usher migrate` grants")
    shown.add_argument("--host", default="*", help="from where the services connect (default: anywhere)")
    shown.add_argument("--user", default="usher-{service}", help="the users (default: usher-{service}, usher-operator)")


def run(args: argparse.Namespace) -> int:
    """Run the chosen action."""
    return run_action(args)


def document(settings: CommonSettings, user: str, host: str) -> list[dict[str, Any]]:
    """One object for each rule and operation, in the words of Kafka's own tools."""
    groups, prefix = group_of(settings), settings.topic_prefix
    given: list[tuple[str, Right]] = [
        (service, right) for service in SERVICES for right in rights(service, groups, prefix)
    ]
    given += [(OPERATOR, right) for right in operator_rights(groups, prefix)]
    rules = [
        {
            "principal": f"User:{user.format(service=who)}",
            "host": host,
            "resource": right.resource,
            "name": right.name,
            "pattern": "prefixed" if right.prefixed else "literal",
            "operation": operation,
        }
        for who, right in given
        for operation in right.operations
    ]
    return [rule for number, rule in enumerate(rules) if rule not in rules[:number]]


def _print(args: argparse.Namespace) -> int:
    if args.sql:
        for service in SERVICES:
            write(*_ROLES.format(service=service).strip().splitlines(), "")
        return EXIT_OK
    rules = document(settings_in_force(), args.user, args.host)
    if args.json:
        result(rules)
    else:
        write("# kafka-acls.sh of Kafka's own tools; set BOOTSTRAP and, where you need one, --command-config")
        write(*map(_command, rules))
    return EXIT_OK


def _command(rule: dict[str, Any]) -> str:
    words = ["--add", "--allow-principal", rule["principal"], "--allow-host", rule["host"]]
    words += ["--operation", rule["operation"].title().replace("_", ""), f"--{rule['resource']}", rule["name"]]
    words += ["--resource-pattern-type", rule["pattern"]]
    return 'kafka-acls.sh --bootstrap-server "$BOOTSTRAP" ' + shlex.join(words)
