"""``usher policy rules``: alerts for each queue of a policy, with its own targets and objectives as thresholds."""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from shared.policy.policy import Policy

__all__ = ["rules_document", "rules_text"]

FAST_FACTOR, FAST_MAX = 14.4, 0.9  # of the error budget; capped, because nothing can be missed more than wholly
LATE_FACTOR = 5.0  # somebody has waited so many times the target
DECIDED_MIN = 20  # of fewer contacts in an hour no share means anything
LONG_SECONDS_MIN = 60.0


def rules_text(policies: Sequence[Policy]) -> str:
    """A rule file for Prometheus. It asks for what deploy/prometheus/recording.yml records."""
    return yaml.safe_dump(rules_document(policies), sort_keys=False, width=140)


def rules_document(policies: Sequence[Policy]) -> dict[str, Any]:
    """One group a workspace, with the alerts of each queue in the order of the policy."""
    return {
        "groups": [
            {
                "name": f"usher-{policy.workspace}",
                "rules": [rule for name in policy.queues for rule in _of(policy, name)],
            }
            for policy in policies
        ]
    }


def _of(policy: Policy, queue: str) -> Iterator[dict[str, Any]]:
    where = f'workspace="{policy.workspace}", queue="{queue}"'
    for kind, target in policy.queues[queue].targets.items():
        share = round(min(FAST_FACTOR * (1 - target.objective), FAST_MAX), 4)
        missed = f'{where}, kind="{kind}"'
        yield {
            "alert": "UsherQueuePromiseBurnsFast",
            "expr": f"usher:promises_missed:ratio1h{{{missed}}} > {share} "
            f"and usher:promises_missed:ratio5m{{{missed}}} > {share} "
            f"and usher:promises_decided:increase1h{{{missed}}} >= {DECIDED_MIN}",
            "labels": {"severity": "page"},
            "annotations": {
                "summary": f"{policy.workspace}/{queue}: {{{{ $value | humanizePercentage }}}} of {kind} missed",
                "runbook": "deploy/runbooks/UsherPromiseBurnsFast.md",
            },
        }
    answer = policy.queues[queue].targets.get("time_to_answer")
    if answer is not None:
        seconds = max(LATE_FACTOR * answer.within_seconds, LONG_SECONDS_MIN)
        yield {
            "alert": "UsherQueueOldestWaitsTooLong",
            "expr": f"max(usher_queue_oldest_wait_seconds{{{where}}}) > {seconds:g}",
            "for": "1m",
            "labels": {"severity": "page", "workspace": policy.workspace, "queue": queue},
            "annotations": {
                "summary": f"{policy.workspace}/{queue}: somebody has waited {{{{ $value | humanizeDuration }}}}",
                "runbook": "deploy/runbooks/UsherOldestWaitsTooLong.md",
            },
        }
