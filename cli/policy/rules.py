"""``usher policy rules``: alerts for each queue and each rule of a policy, with their own objectives as thresholds."""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from shared.policy.fields import format_duration
from shared.policy.policy import Policy
from shared.policy.targets import TargetRule

__all__ = ["label_doubts", "rules_document", "rules_text"]

FAST_FACTOR, FAST_MAX = 14.4, 0.9  # of the error budget; capped, because nothing can be missed more than wholly
LATE_FACTOR = 5.0  # somebody has waited so many times the target
DECIDED_MIN = 20  # of fewer contacts in an hour no share means anything
LONG_SECONDS_MIN = 60.0


def rules_text(policies: Sequence[Policy]) -> str:
    """A rule file for Prometheus. It asks for what deploy/prometheus/recording.yml records."""
    return yaml.safe_dump(rules_document(policies), sort_keys=False, width=140)


def rules_document(policies: Sequence[Policy]) -> dict[str, Any]:
    """One group a workspace, with the alerts of each queue, then of each rule, in the order of the policy."""
    return {
        "groups": [
            {
                "name": f"usher-{policy.workspace}",
                "rules": [
                    *(rule for name in policy.queues for rule in _of_queue(policy, name)),
                    *(alert for rule in policy.targets for alert in _of_rule(policy, rule)),
                ],
            }
            for policy in policies
        ]
    }


def label_doubts(policies: Sequence[Policy], workspaces_max: int, named: Sequence[str]) -> list[str]:
    """What is wrong with alerts that ask for a workspace by a label which its metrics may not have; one line each."""
    workspaces = [policy.workspace for policy in policies]
    if not workspaces_max:
        return ["USHER_METRICS_WORKSPACES_MAX is 0: metrics have no label workspace, and these alerts match nothing"]
    others = [workspace for workspace in workspaces if workspace not in named]
    if len(others) <= max(0, workspaces_max - len(named)):
        return []
    return [
        f"workspace {workspace}: its metrics may be those of `other`, which its alerts do not match:"
        " name it in USHER_METRICS_WORKSPACES, or raise USHER_METRICS_WORKSPACES_MAX"
        for workspace in others
    ]


def _of_queue(policy: Policy, queue: str) -> Iterator[dict[str, Any]]:
    where = f'workspace="{policy.workspace}", queue="{queue}"'
    promised = policy.promised_in(queue)
    for kind, (_, objective) in promised.items():
        mine = f'{{{where}, kind="{kind}"}}'
        missed = (f"usher:promises_missed:ratio1h{mine}", f"usher:promises_missed:ratio5m{mine}")
        decided = f"usher:promises_decided:increase1h{mine}"
        yield _burns(
            f"{policy.workspace}/{queue}",
            objective,
            missed,
            decided,
            workspace=policy.workspace,
            queue=queue,
            kind=kind,
        )
    if "time_to_answer" in promised:
        seconds = max(LATE_FACTOR * promised["time_to_answer"][0], LONG_SECONDS_MIN)
        yield {
            "alert": "UsherQueueOldestWaitsTooLong",
            "expr": f"max(usher_queue_oldest_wait_seconds{{{where}}}) > {seconds:g}"
            f" and max(usher_queue_overdue{{{where}}}) > 0"  # the target may rest at night; a wait does not
            f" unless max(usher_queue_open{{{where}}}) == 0",  # whom nobody can serve now needs nobody to be woken
            "for": "1m",
            "labels": {"severity": "page", "workspace": policy.workspace, "queue": queue},
            "annotations": {
                "summary": f"{policy.workspace}/{queue}: somebody has waited {{{{ $value | humanizeDuration }}}}",
                "runbook": "deploy/runbooks/UsherOldestWaitsTooLong.md",
            },
        }


def _of_rule(policy: Policy, rule: TargetRule) -> Iterator[dict[str, Any]]:
    """Clocks are counted by what was promised, so a rule is known by its time in the queues where it may hold."""
    queues = "|".join(rule.when.queue or policy.queues)  # the names of queues mean themselves in an expression
    for kind, target in rule.then.items():
        promise = f'kind="{kind}", target="{format_duration(target.within_seconds)}"'
        where = f'workspace="{policy.workspace}", queue=~"{queues}", {promise}'
        yield _burns(
            f"{policy.workspace}, rule {rule.name}",
            target.objective,
            (_missed(where, "1h"), _missed(where, "5m")),
            _decided(where, "1h"),
            workspace=policy.workspace,
            rule=rule.name,
            kind=kind,
        )


def _missed(where: str, window: str) -> str:
    missed = _grown(f'{where}, result="breached"', window)
    return f"{missed} / ({_decided(where, window)} > 0)"


def _decided(where: str, window: str) -> str:
    return _grown(f'{where}, result=~"met|breached"', window)


def _grown(where: str, window: str) -> str:
    """Counted as deploy/prometheus/recording.yml counts what it divides."""
    series = f"usher:sla_clocks:total{{{where}}}[{window}]"
    return f"sum(last_over_time({series}) - min_over_time({series}))"


def _burns(whose: str, objective: float, missed: tuple[str, str], decided: str, **labels: str) -> dict[str, Any]:
    """Much more is missed than the objective allows: over the longer window, still over the shorter, and of enough.

    No two alerts have the same ``labels``, which Prometheus asks for.
    """
    share = round(min(FAST_FACTOR * (1 - objective), FAST_MAX), 4)
    long, short = missed
    return {
        "alert": "UsherRulePromiseBurnsFast" if "rule" in labels else "UsherQueuePromiseBurnsFast",
        "expr": f"{long} > {share} and {short} > {share} and {decided} >= {DECIDED_MIN}",
        "labels": {"severity": "page", **labels},
        "annotations": {
            "summary": f"{whose}: {{{{ $value | humanizePercentage }}}} of {labels['kind']} missed",
            "runbook": "deploy/runbooks/UsherPromiseBurnsFast.md",
        },
    }
