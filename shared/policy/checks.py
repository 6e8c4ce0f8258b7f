"""What fields cannot know: references to what does not exist, and parts of a policy that can never have an effect."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.policy.errors import PolicyError
from shared.policy.policy import Policy
from shared.policy.queue_checks import all_protected, check_queue, overflow_cycles
from shared.policy.references import Names, covers
from shared.policy.target_checks import check_targets

__all__ = ["cross_check"]


def cross_check(policy: Policy, document: Mapping[str, Any], whole: Callable[[str], bool]) -> list[PolicyError]:
    """Faults between the parts of a policy.

    The policy may lack parts that were faulty themselves: the names of the ``document`` count, and of what is not
    ``whole`` (a path of the policy) nobody says that it is missing or wide, so that one fault brings forth no others.
    """
    names = Names(document, whole)
    return [
        *_references(policy, names),
        *_intents(policy),
        *_rules(policy, whole),
        *check_targets(policy, names),
        *(
            fault
            for name, queue in policy.queues.items()
            for fault in check_queue(f"queues.{name}", name, queue, policy, names)
        ),
        *all_protected(policy, names),
        *overflow_cycles(policy),
    ]


def _references(policy: Policy, names: Names) -> Iterator[PolicyError]:
    yield from names.check("default_queue", "queue", policy.default_queue)
    for channel, rules in policy.channels.items():
        yield from names.check(f"channels.{channel}.queue", "queue", rules.queue)
        yield from names.check(f"channels.{channel}.language", "language", rules.language)
    for tag in policy.classification.words:
        yield from names.check(f"classification.words.{tag}", "language", tag)
    for name, intent in policy.classification.intents.items():
        yield from names.check(f"classification.intents.{name}.queue", "queue", intent.queue)
        yield from names.check(f"classification.intents.{name}.bot", "bot", intent.bot)
    yield from names.check("classification.clarify.bot", "bot", policy.classification.clarify.bot)
    yield from _rule_references(policy, names)
    yield from _queue_references(policy, names)


def _rule_references(policy: Policy, names: Names) -> Iterator[PolicyError]:
    for index, rule in enumerate(policy.classification.rules):
        path = f"classification.rules[{index}]"
        yield from names.check(f"{path}.then.queue", "queue", rule.then.queue)
        yield from names.check(f"{path}.then.bot", "bot", rule.then.bot)
        yield from names.check(f"{path}.then.intent", "intent", rule.then.intent)
        for intent in rule.when.intent or ():
            yield from names.check(f"{path}.when.intent", "intent", intent)
        for tag in rule.when.language or ():
            yield from names.check(f"{path}.when.language", "language", tag)


def _queue_references(policy: Policy, names: Names) -> Iterator[PolicyError]:
    for name, queue in policy.queues.items():
        path = f"queues.{name}"
        yield from names.check(f"{path}.hours", "calendar", queue.hours)
        for index, step in enumerate(queue.relax):
            yield from names.check(f"{path}.relax[{index}].add_queue", "queue", step.add_queue)
        for index, rule in enumerate(queue.overflow):
            yield from names.check(f"{path}.overflow[{index}].to.queue", "queue", rule.to.queue)


def _intents(policy: Policy) -> Iterator[PolicyError]:
    seen: set[str] = set()
    for index, tag in enumerate(policy.languages):
        if tag in seen:
            yield PolicyError(f"languages[{index}]", f"{tag!r} stands twice", "remove one")
        seen.add(tag)
    for name, intent in policy.classification.intents.items():
        if intent.moment_of_truth and intent.tier not in (None, "agent"):
            message = f"is {intent.tier}, but a moment of truth always goes to an agent"
            yield PolicyError(f"classification.intents.{name}.tier", message, "leave tier out, or moment_of_truth")


def _rules(policy: Policy, whole: Callable[[str], bool]) -> Iterator[PolicyError]:
    rules = policy.classification.rules
    sound = [whole(f"classification.rules[{index}].when") for index in range(len(rules))]
    conditions = [rule.when.model_dump(exclude_none=True) for rule in rules]
    for index, rule in enumerate(rules):
        for earlier in range(index):
            if rules[earlier].name == rule.name:
                yield PolicyError(f"classification.rules[{index}].name", f"{rule.name!r} stands twice", "rename one")
            if sound[earlier] and sound[index] and covers(conditions[earlier], conditions[index]):
                message = f"is never reached: rule {rules[earlier].name!r} above holds whenever this one does"
                yield PolicyError(f"classification.rules[{index}]", message, "first match wins; move it up")
                break
