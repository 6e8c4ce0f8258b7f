"""Whether the text models that policies name can be used, as far as this machine can see them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cli.output import say
from cli.settings import settings_of
from services.router.model.errors import ModelRefused
from services.router.model.folders import folder_of
from services.router.model.golden import open_model
from services.router.settings import RouterSettings
from shared.policy import Policy, PolicyError

__all__ = ["model_faults"]

PATH = "classification.model"
HINT = "give starter, or a directory that usher train has made (USHER_MODELS_DIR names the folder that holds it)"


def model_faults(policies: Sequence[Policy]) -> list[PolicyError]:
    """A fault for each policy whose model cannot be used. Every model is opened once, and answers its self-test."""
    models = settings_of(RouterSettings).models_dir
    judged = {name: _judged(name, models) for name in _names(policies)}
    return [
        PolicyError(PATH, f"{policy.workspace}: {judged[name]}", HINT)
        for policy in policies
        if (name := policy.classification.model) is not None and judged[name]
    ]


def _names(policies: Sequence[Policy]) -> Iterator[str]:
    yield from dict.fromkeys(policy.classification.model for policy in policies if policy.classification.model)


def _judged(name: str, models: Path | None) -> str:
    """What is wrong with a model; nothing is said of an absolute directory that only the router may see."""
    folder = folder_of(name, models)
    if not folder.is_dir() and Path(name).is_absolute():
        say(f"usher policy: {folder} is not on this machine; the router must have it")
        return ""
    if not folder.is_dir():
        return f"there is no model {name!r}"
    try:
        open_model(folder)
    except ModelRefused as refused:
        return f"the model {name!r} cannot be used: {refused}"
    return ""
