"""Which rule about targets is the first that holds for a contact: looked up once for all that are alike to rules."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping

from shared.policy.kinds import TargetKind
from shared.policy.targets import CUSTOMER_CLASS, TargetRule, TargetWhen

__all__ = ["FirstRule"]

# Sorts of contacts whose rule is kept, a third of a kilobyte each. A policy may have hundreds of rules, and to go
# through them for each who waits when a policy comes held up the lane (measured: 500 rules and 2,000 contacts, 5 s).
SORTS_MAX = 4096

_Sort = tuple[str, str, str, str, int, tuple[str | None, ...]]


class FirstRule:
    """Of some rules, in their order, the first that promises a kind to a contact."""

    def __init__(self, rules: Iterable[TargetRule]) -> None:
        self._rules: dict[str, list[TargetRule]] = defaultdict(list)
        priorities: set[float] = set()
        asked: dict[str, set[str]] = defaultdict(set)
        for rule in rules:
            for kind in rule.then:
                self._rules[kind].append(rule)
            if rule.when.priority_at_least_seconds is not None:
                priorities.add(rule.when.priority_at_least_seconds)
            for name, values in _asked(rule.when):
                asked[name].update(values)
        self._priorities = sorted(priorities)
        self._asked = [(name, frozenset(values)) for name, values in asked.items()]
        self._found: dict[_Sort, TargetRule | None] = {}

    def of(
        self,
        kind: TargetKind | str,
        queue: str,
        channel: str,
        tier: str,
        priority_seconds: float,
        attributes: Mapping[str, str],
    ) -> TargetRule | None:
        """The first rule that holds and names the kind; None where the queue's own target counts."""
        rules = self._rules.get(kind)
        if rules is None:
            return None
        sort = (
            kind,
            queue,
            channel,
            tier,
            bisect_right(self._priorities, priority_seconds),
            tuple([_if_asked(attributes.get(name), values) for name, values in self._asked]) if attributes else (),
        )
        if sort in self._found:
            return self._found[sort]
        if len(self._found) >= SORTS_MAX:
            self._found.clear()
        whose = (queue, channel, tier, priority_seconds, attributes)
        found = self._found[sort] = next((rule for rule in rules if rule.when.holds(*whose)), None)
        return found


def _asked(when: TargetWhen) -> list[tuple[str, tuple[str, ...]]]:
    """The attributes that a rule asks for, with the values that it names."""
    classes = [(CUSTOMER_CLASS, when.customer_class)] if when.customer_class else []
    return [*((name, (value,)) for name, value in (when.attributes or {}).items()), *classes]


def _if_asked(value: str | None, values: frozenset[str]) -> str | None:
    """What no rule names makes no difference: whoever invents a value is of no other sort."""
    return value if value in values else None
