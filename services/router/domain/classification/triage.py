"""Classification as the engine calls it: a policy compiled once, a model asked once for all messages of a batch."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from services.router.domain.classification.classify import classify_predicted, compile_policy, facts_of, whole_text
from services.router.domain.classification.classifying import (
    Foreseen,
    KnownModel,
    LanguageReader,
    Models,
    NoModels,
    Opener,
    Verdict,
)
from services.router.domain.classification.clauses import predicted
from services.router.domain.classification.policy import CompiledPolicy, KnownIntent
from services.router.domain.classification.record import Journey, ModelRef, Prediction
from shared.contract.inputs import MessageReceived
from shared.policy import Policy

__all__ = ["Triage"]

POLICIES_MAX = 2000  # compiled policies kept; a partition serves at most some hundred workspaces


class _Ready(NamedTuple):
    """A policy with the models that it names, in the versions in use, and what tells its languages apart.

    ``nothing``: what is foreseen of a message of which nothing can be.
    """

    policy: Policy
    compiled: CompiledPolicy
    model: KnownModel | None
    version: str | None
    shadow: KnownModel | None
    shadow_version: str | None
    shadow_compiled: CompiledPolicy
    reader: LanguageReader | None
    nothing: Foreseen

    def may_tell(self, message: MessageReceived) -> bool:
        """Whether anything can be foreseen of a message."""
        return (
            self.model is not None
            or self.reader is not None
            or self.compiled.may_lack_articles
            or message.routing is not None
            or self.shadow is not None
        )


class Triage:
    """Rules, hints and, where the policy names one, a text model."""

    def __init__(self, models: Models | None = None) -> None:
        self._models = models or NoModels()
        self._latest: dict[str, _Ready] = {}  # of each workspace, while its policy and models stay the same

    def foresee(self, openers: Sequence[Opener]) -> list[Foreseen]:
        """One call of a model per policy; none for a message of which nothing can be told."""
        found: list[Foreseen] = []
        groups: dict[str, tuple[_Ready, list[int]]] = {}
        for at, opener in enumerate(openers):
            ready = self._ready(opener.policy, opener.model_version)
            found.append(ready.nothing)
            if ready.may_tell(opener.message):
                groups.setdefault(ready.nothing.key, (ready, []))[1].append(at)
        for ready, places in groups.values():
            told = _told(ready, [openers[at].message for at in places])
            for at, foreseen in zip(places, told, strict=True):
                found[at] = foreseen
        return found

    def __call__(self, opener: Opener, journey: Journey | None = None, foreseen: Foreseen | None = None) -> Verdict:
        """The classification of a contact's first message."""
        message, policy = opener.message, opener.policy
        ready = self._ready(policy, opener.model_version)
        if foreseen is None or foreseen.key != ready.nothing.key:
            (foreseen,) = _told(ready, [message])
        facts = facts_of(message, may_ask=not opener.answers, answered=opener.answers)
        prediction, tag = foreseen.prediction, foreseen.language
        decided = classify_predicted(facts, ready.compiled, prediction, journey, ready.version, tag)
        candidate = None
        if ready.shadow is not None:
            theirs, version = foreseen.candidate, ready.shadow_version
            candidate = classify_predicted(facts, ready.shadow_compiled, theirs, journey, version, tag)
        name = policy.classification.model
        if name is not None and ready.model is None:
            reason = f"model: {name} cannot be used by this router, decided without it"
            decided = msgspec.structs.replace(decided, reasons=(reason, *decided.reasons))
        return Verdict(decided, prediction, message.language or tag, candidate, ready.compiled.limits)

    def usable(self, model: ModelRef) -> str | None:
        """The version that would decide; None where it cannot be used."""
        found = self._models.get(model.name, model.version)
        return found.version if found else None

    def problem(self, name: str) -> str:
        """Why a model cannot be used."""
        return self._models.problem(name)

    def knows(self, policy: Policy, model_version: str | None, intent: str) -> bool:
        """Whether that is an intent of the policy or of its model."""
        return intent in self._ready(policy, model_version).compiled.intents

    def described(self, policy: Policy, model_version: str | None, intent: str) -> KnownIntent | None:
        """An intent of the policy or of its model, with what follows from it."""
        return self._ready(policy, model_version).compiled.intents.get(intent)

    def _ready(self, policy: Policy, model_version: str | None) -> _Ready:
        """The model in the version in force, else in the one that there is: to decide without it would be worse."""
        named = policy.classification
        name, shadow_name = named.model, named.shadow
        model = self._models.get(name, model_version or "") or self._models.get(name) if name else None
        shadow = self._models.get(shadow_name) if shadow_name else None
        version, shadow_version = model.version if model else None, shadow.version if shadow else None
        latest = self._latest.get(policy.workspace)
        if (
            latest is None
            or (latest.policy is not policy and latest.policy.hash != policy.hash)  # loaded again, it is the same
            or latest.version != version
            or latest.shadow_version != shadow_version
        ):
            if len(self._latest) >= POLICIES_MAX:
                self._latest.clear()
            reader = self._models.reader(policy.languages) if len(policy.languages) > 1 else None
            latest = self._latest[policy.workspace] = _made_ready(policy, model, shadow, reader)
        return latest


def _made_ready(
    policy: Policy, model: KnownModel | None, shadow: KnownModel | None, reader: LanguageReader | None
) -> _Ready:
    compiled = _compiled(policy, model)
    version, shadow_version = model.version if model else None, shadow.version if shadow else None
    return _Ready(
        policy=policy,
        compiled=compiled,
        model=model,
        version=version,
        shadow=shadow,
        shadow_version=shadow_version,
        shadow_compiled=_compiled(policy, shadow) if shadow else compiled,
        reader=reader,
        nothing=Foreseen(f"{policy.workspace}/{policy.hash}/{version or ''}/{shadow_version or ''}", None),
    )


def _compiled(policy: Policy, model: KnownModel | None) -> CompiledPolicy:
    return compile_policy(policy, model.intents(), model.limits()) if model else compile_policy(policy)


def _told(ready: _Ready, messages: Sequence[MessageReceived]) -> list[Foreseen]:
    """What the models and the languages' reader say of messages under one policy."""
    predictions = _predictions(ready.model, ready.compiled, messages)
    theirs = _predictions(ready.shadow, ready.shadow_compiled, messages)
    read = ready.reader.read if ready.reader else None
    tags = [None if read is None or each.language else read(_text(each)) for each in messages]
    return [
        Foreseen(ready.nothing.key, prediction, tag, candidate, _articles_in(ready.compiled, message, prediction, tag))
        for message, prediction, tag, candidate in zip(messages, predictions, tags, theirs, strict=True)
    ]


def _text(message: MessageReceived) -> str:
    return whole_text(facts_of(message))


def _predictions(
    model: KnownModel | None, compiled: CompiledPolicy, messages: Sequence[MessageReceived]
) -> Sequence[Prediction | None]:
    if model is None:
        return [None] * len(messages)
    texts = [_text(message) for message in messages]
    return predicted(model, texts, compiled.agent_intents, compiled.limits.agent_probability)


def _articles_in(
    compiled: CompiledPolicy,
    message: MessageReceived,
    prediction: Prediction | None,
    language: str | None,
) -> str | None:
    """The language of a message that goes to self-service without an article, as far as can be told: a journey only
    raises tiers, and so does what no answer explains. Where each intent of self-service has its article, nothing has to
    be looked at.
    """
    asked = message.routing is not None and message.routing.tier == "self_service"
    if not asked and not compiled.may_lack_articles:
        return None
    verdict = classify_predicted(facts_of(message, answered=True), compiled, prediction, language=language)
    lacks = verdict.tier == "self_service" and not verdict.article_ids
    return (verdict.language or "") if lacks else None
