"""Which text models a policy wants, in which versions: decided by the log, so that every owner has the same ones."""

from collections.abc import Mapping
from typing import Any

from services.router.domain.classification.classifying import Classify
from services.router.domain.classification.record import ModelRef
from services.router.domain.rules.rules import Rules
from shared.contract.inputs import PolicyActivated
from shared.errors import Invalid, Reason

__all__ = ["chosen_version", "languages_of", "models_of"]

MODEL, SHADOW = "model", "shadow"


def models_of(said: PolicyActivated, in_force: Rules | None) -> list[ModelRef]:
    """What the record wants in memory. The policy is not validated yet, so it may hold anything."""
    return [ref for kind in (MODEL, SHADOW) if (ref := _wanted(kind, said, in_force)) is not None]


def languages_of(policy: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The languages that must be told apart, none or one set; the policy may hold anything."""
    languages = policy.get("languages")
    if not isinstance(languages, list | tuple) or len(languages) < 2:
        return []
    return [tuple(tag for tag in languages if isinstance(tag, str))]


def chosen_version(said: PolicyActivated, in_force: Rules | None, classify: Classify) -> str | None:
    """The version of the model that will decide under the valid policy of ``said``; None where it has no model.

    A model that cannot be used is refused where a policy is in force already, for what decides now does not get better
    by leaving. A workspace's first policy holds without it: rules and people are better than nothing.
    """
    for kind in (MODEL, SHADOW):
        ref = _wanted(kind, said, in_force)
        changes = in_force is not None and ref is not None and _differs(kind, ref, in_force)
        if ref is not None and changes and classify.usable(ref) is None:
            raise Invalid(Reason.INVALID, f"policy.classification.{kind}", f"{ref.name}: {classify.problem(ref.name)}")
    model = _wanted(MODEL, said, in_force)
    return None if model is None else classify.usable(model) or model.version or None


def _wanted(kind: str, said: PolicyActivated, in_force: Rules | None) -> ModelRef | None:
    """A model that was in force stays as it was unless the record names a version. A shadow is always read anew."""
    name = _name(said.policy, kind)
    if name is None or kind == SHADOW:
        return ModelRef(name) if name else None
    stays = in_force is not None and in_force.policy.classification.model == name
    return ModelRef(name, said.model_version or (stays and in_force and in_force.model_version) or "")


def _differs(kind: str, ref: ModelRef, in_force: Rules) -> bool:
    before = in_force.policy.classification
    if kind == SHADOW:
        return ref.name != before.shadow
    return ref.name != before.model or ref.version != (in_force.model_version or "")


def _name(policy: Mapping[str, Any], kind: str) -> str | None:
    classification = policy.get("classification")
    name = classification.get(kind) if isinstance(classification, Mapping) else None
    return name if isinstance(name, str) and name else None
