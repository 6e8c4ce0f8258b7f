"""Policy as code: the rules of a workspace as one validated, versioned value that all services read the same way."""

from shared.policy.calendar import ALWAYS_OPEN, Calendar
from shared.policy.classification import Classification, Intent, Rule, Score, Thresholds
from shared.policy.errors import PolicyError, PolicyErrors
from shared.policy.handling import ChannelRules, Offers, Presence, Sticky, Tier, WrapUp
from shared.policy.kinds import TargetKind
from shared.policy.parse import parse_policy
from shared.policy.policy import Policy
from shared.policy.queues import Overflow, Protect, Queue, RelaxStep
from shared.policy.requirements import Requirements
from shared.policy.supported import NOT_YET, NotYet
from shared.policy.targets import Target, TargetRule

__all__ = [
    "ALWAYS_OPEN",
    "NOT_YET",
    "Calendar",
    "ChannelRules",
    "Classification",
    "Intent",
    "NotYet",
    "Offers",
    "Overflow",
    "Policy",
    "PolicyError",
    "PolicyErrors",
    "Presence",
    "Protect",
    "Queue",
    "RelaxStep",
    "Requirements",
    "Rule",
    "Score",
    "Sticky",
    "Target",
    "TargetKind",
    "TargetRule",
    "Thresholds",
    "Tier",
    "WrapUp",
    "parse_policy",
]
