"""``usher classify``: texts classified as the router would, with reasons."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cli.model import explained
from cli.model.evaluate import open_model
from cli.output import UsageError, result, write
from services.router.domain.classification.classify import classify_predicted, compile_policy
from services.router.domain.classification.clauses import predicted
from services.router.domain.classification.policy import CompiledPolicy
from services.router.domain.classification.record import MessageFacts, ModelLimits
from services.router.model.folders import STARTER_FOLDER
from services.router.model.text_model import Scores, TextModel
from services.router.model.tiers import TierChoice
from shared.policy import Policy, PolicyErrors, parse_policy
from shared.policy.load import load_policy

LINE_BYTES_MAX = 4 * 1024 * 1024  # of one text on stdin
LINES_MAX = 200_000  # texts in one run; --json holds all answers in memory

Classifier = Callable[[str], dict[str, Any]]
Explainer = Callable[[str], dict[str, Any]]


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of contracts, and how the message came."""
    parser.add_argument("texts", metavar="TEXT", nargs="+", help="a text, or - to read one per line from stdin")
    parser.add_argument("--model", metavar="DIR", type=Path, help="a trained model (default: the policy's)")
    parser.add_argument("--policy", metavar="FILE", type=Path, help="classify as this policy says")
    parser.add_argument(
        "--channel",
        help="with --policy: as first messages on this channel, where a bot may ask back what is unclear (default: as "
        "chat, and nobody asks back)",
    )
    parser.add_argument(
        "--explain", action="store_true", help="tell clauses, patterns, signs, model and thresholds of each text"
    )
    parser.add_argument("--json", action="store_true", help="print an array, one object per text")


def run(arguments: argparse.Namespace) -> int:
    """Classify every text; 0 whatever the tiers."""
    classifier, explain = _classifier(arguments)
    texts = list(_texts(arguments.texts))
    if arguments.json:
        answers = [{"text": _printable(text), **classifier(text)} for text in texts]
        result([{**each, "explained": explain(each["text"])} for each in answers] if arguments.explain else answers)
        return 0
    for text in texts:
        write(*_lines(text, classifier(text)))
        if arguments.explain:
            write(*explained.lines(explain(_printable(text))))
    return 0


def _texts(words: list[str]) -> Iterator[str]:
    """The texts of the command line; ``-`` stands for the lines of stdin."""
    for word in words:
        if word != "-":
            yield word
            continue
        for number, line in enumerate(iter(lambda: sys.stdin.buffer.readline(LINE_BYTES_MAX + 1), b""), start=1):
            if len(line) > LINE_BYTES_MAX or number > LINES_MAX:
                raise UsageError(
                    f"stdin: line {number}: at most {LINES_MAX} lines of {LINE_BYTES_MAX} bytes; split the input"
                )
            try:
                yield line.decode().rstrip("\r\n")
            except UnicodeDecodeError:
                raise UsageError(f"stdin: line {number}: is not UTF-8; convert the input") from None


def _printable(text: str) -> str:
    """Arguments that are not UTF-8 reach Python as lone surrogates, which JSON cannot hold."""
    return text.encode("utf-8", "replace").decode()


def _classifier(arguments: argparse.Namespace) -> tuple[Classifier, Explainer]:
    policy = _policy(arguments.policy) if arguments.policy else None
    folder = arguments.model or _folder(arguments.policy, policy)
    if folder is None and policy is None:
        raise UsageError("no model is built here yet; give --model DIR (usher train makes one) or --policy FILE")
    model = open_model(folder) if folder else None
    if policy is None:
        assert model is not None, "without a policy there is a model, or the command has ended"
        alone = _alone(model)
        return lambda text: _by_model(model, alone, text), partial(explained.explained, compiled=alone, model=model)
    compiled = compile_policy(policy, model.intents(), model.limits()) if model else compile_policy(policy)
    return _by_policy(compiled, model, arguments.channel), partial(explained.explained, compiled=compiled, model=model)


def _alone(model: TextModel) -> CompiledPolicy:
    """A policy that says nothing, to read a text with the signs and the model's own limits."""
    silent = parse_policy({"workspace": "none", "queues": {"none": {}}}, not_yet=())
    limits = model.manifest.thresholds
    return compile_policy(silent, model.intents(), ModelLimits(limits.agent_probability, limits.confidence))


def _policy(path: Path) -> Policy:
    try:
        # What the router does not act on yet, queues and targets above all, does not matter to a classification.
        return load_policy(path, not_yet=())
    except PolicyErrors as refused:
        raise UsageError(str(refused.errors[0])) from None


def _folder(path: Path | None, policy: Policy | None) -> Path | None:
    """The model that a policy names: the starter model, or a directory (relative to the policy's file, or to here)."""
    named = policy.classification.model if policy else "starter"
    if named is None:
        return None
    if named == "starter":
        return STARTER_FOLDER if STARTER_FOLDER.is_dir() or policy else None
    beside = path.parent / named if path else Path(named)
    return beside if beside.is_dir() else Path(named)


def _by_policy(compiled: CompiledPolicy, model: TextModel | None, channel: str | None) -> Classifier:
    version = model.version if model else None

    def classified(text: str) -> dict[str, Any]:
        facts = MessageFacts(channel=channel or "chat", text=text, may_ask=channel is not None)
        most = compiled.limits.agent_probability
        prediction = predicted(model, [text], compiled.agent_intents, most)[0] if model else None
        return classify_predicted(facts, compiled, prediction, None, version).as_json()

    return classified


def _by_model(model: TextModel, alone: CompiledPolicy, text: str) -> dict[str, Any]:
    """The same fields, as far as a model alone knows them; its tier, or an agent where the router would find a reason
    in the text.
    """
    (scores,) = model.scores([text])
    intent = model.labels[scores.best]
    described = model.intents().get(intent)
    decision = model.decide(scores)
    raised = _raised(model, alone, text) if decision and decision.tier != "agent" else []
    return {
        "intent": intent,
        "confidence": round(scores.confidence, 4),
        "top3": [{"intent": name, "probability": probability} for name, probability in model.top3(scores)],
        "out_of_scope": model.out_of_scope(scores),
        "language": None,
        "complexity": described.base if described else None,
        "moment_of_truth": model.is_moment(intent),
        "skills": dict(described.skills) if described else {},
        "tier": "agent" if raised else decision.tier if decision else None,
        "article_ids": list(described.articles) if described else [],
        "reasons": [*_reasons(model, text, scores, decision), *[f"tier: agent by {why}" for why in raised]],
        "model_version": model.version,
        "rules_version": None,
    }


def _raised(model: TextModel, alone: CompiledPolicy, text: str) -> list[str]:
    """Why a person must read a text that the model would leave to a machine; points are a matter of policies."""
    (prediction,) = predicted(model, [text], alone.agent_intents, alone.limits.agent_probability)
    found = classify_predicted(MessageFacts(channel="chat", text=text), alone, prediction, None, model.version)
    why = found.reasons[-1].removeprefix("tier: agent by ")
    return [why] if found.tier == "agent" and not why.startswith("score ") else []


def _reasons(model: TextModel, text: str, scores: Scores, decision: TierChoice | None) -> Iterator[str]:
    intent = model.labels[scores.best]
    yield f"intent: {intent} by model ({scores.confidence:.2f})"
    words = model.evidence(text, intent)
    if words:
        yield f"words: {', '.join(words)}"
    yield f"tier: {decision.tier} by {decision.reason}" if decision else "tier: unknown, as training had no tiers"


def _lines(text: str, answer: dict[str, Any]) -> Iterator[str]:
    """The answer for a person: the text's start, then what it is and why."""
    yield f"{' '.join(_printable(text).split())[:100]}"
    yield f"  {answer['tier'] or 'no tier'}  {answer['intent'] or 'no intent'}  {answer['confidence']:.2f}"
    for reason in answer["reasons"]:
        yield f"    {reason}"
