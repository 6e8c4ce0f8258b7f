"""Thresholds for a stated risk: how often a customer who needs a person may be kept from one."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lab.training.calibrate import softmax
from lab.training.errors import TrainingRefused
from services.router.model.tiers import Thresholds

__all__ = ["Fit", "Risk", "fit_thresholds", "scope_confidence", "thresholds_of", "wilson_upper"]

# One-sided. The stricter is taken where the sample is large enough: test texts never look quite like training texts.
CONFIDENCES = ((0.99, 2.3263), (0.95, 1.6449))
CONFIDENCE_STEPS = np.arange(0.40, 0.96, 0.05)  # least probability of the likeliest intent; the policy's default first
SCOPE_RIGHT_SHARE = 0.05  # of the training texts rightly found that may look out of scope
SCOPE_UNKNOWN_SHARE = 0.005  # of the training texts that hold more letter groups never seen than an out-of-scope one

Flags = NDArray[np.bool_]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """The share of agent contacts, and of moments of truth, that may wrongly be deflected. ``stated``: by the user."""

    agent: float = 0.015
    moment: float = 0.005
    stated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Thresholds, the share of all texts that they deflect, and how sure the risk is; ``refused`` says why not."""

    agent_probability: float
    confidence: float
    deflection: float
    sureness: float | None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """Texts that need a person, and the share of them that may be lost."""

    name: str
    flag: str
    members: Flags
    share: float

    @property
    def size(self) -> int:
        return int(self.members.sum())

    def needed(self, z: float) -> int:
        """The least size at which no error at all shows the share."""
        return math.ceil(z * z * (1.0 - self.share) / self.share)


def wilson_upper(errors: NDArray[np.int64] | int, size: int, z: float) -> Matrix:
    """The upper end of Wilson's interval for errors / size (E. B. Wilson, 1927), one-sided at ``z``."""
    share = np.asarray(errors, np.float64) / size
    spread = z * np.sqrt(share * (1.0 - share) / size + z * z / (4.0 * size * size))
    bound: Matrix = (share + z * z / (2.0 * size) + spread) / (1.0 + z * z / size)
    return bound


def fit_thresholds(
    probabilities: Matrix,
    targets: NDArray[np.int64],
    marks: tuple[Flags, Flags],
    risk: Risk,
    watched: Flags | None = None,
) -> Fit:
    """The thresholds that deflect most while both risks are shown to hold, from out-of-fold probabilities (n, L).

    ``marks`` (L,): intents for agents, and moments of truth. ``watched`` (n,): texts that reach a person whatever a
    model says. When the sample is too small to show a risk, nothing is deflected; when the risk was stated by the
    user, TrainingRefused is raised instead.
    """
    for_agents, moments = marks
    groups = [
        _Group("contacts for agents", "--risk-agent", for_agents[targets], risk.agent),
        _Group("moments of truth", "--risk-moment", moments[targets], risk.moment),
    ]
    groups = [group for group in groups if group.size]
    unwatched = np.ones(len(targets), bool) if watched is None else ~watched
    for sureness, z in CONFIDENCES:
        if all(group.size >= group.needed(z) for group in groups):
            best = _best(probabilities, for_agents, groups, z, unwatched)
            if best is not None:
                return Fit(agent_probability=best[1], confidence=best[2], deflection=best[0], sureness=sureness)
    return _refusal(groups, risk)


def _best(
    probabilities: Matrix, for_agents: Flags, groups: list[_Group], z: float, unwatched: Flags
) -> tuple[float, float, float] | None:
    """(deflection, agent_probability, confidence); None when nothing can be deflected at this risk."""
    at_risk = probabilities[:, for_agents].sum(axis=1)
    likeliest = probabilities.max(axis=1)
    automated = unwatched & ~for_agents[probabilities.argmax(axis=1)]
    found: list[tuple[float, float, float]] = []
    for confidence in CONFIDENCE_STEPS:
        open_to = np.flatnonzero(automated & (likeliest >= confidence))
        order = open_to[np.argsort(at_risk[open_to], kind="stable")]
        allowed = np.ones(len(order), bool)
        for group in groups:
            errors = np.cumsum(group.members[order], dtype=np.int64)
            allowed &= wilson_upper(errors, group.size, z) <= group.share
        count = len(order) if allowed.all() else int(np.argmin(allowed))
        count = _whole_ties(at_risk[order], count)
        if count:
            found.append((count / len(probabilities), float(at_risk[order[count - 1]]), float(confidence)))
    return max(found, default=None)


def _whole_ties(ascending: Matrix, count: int) -> int:
    """Texts of equal probability are deflected together or not at all."""
    if count == len(ascending) or not count:
        return count
    return (
        int(np.searchsorted(ascending, ascending[count], side="left"))
        if ascending[count - 1] == ascending[count]
        else count
    )


def _refusal(groups: list[_Group], risk: Risk) -> Fit:
    z = CONFIDENCES[-1][1]
    small = next((group for group in groups if group.size < group.needed(z)), None)
    if small:
        why = (
            f"{small.size} {small.name} cannot show a risk of {small.share:.2%}: that needs {small.needed(z)}; "
            f"add examples or state a higher {small.flag}"
        )
    else:
        why = "no threshold keeps the risk; add examples or state a higher --risk-agent and --risk-moment"
    if risk.stated:
        raise TrainingRefused(why)
    return Fit(agent_probability=-1.0, confidence=1.0, deflection=0.0, sureness=None, refused=why)


def scope_confidence(logits: Matrix, targets: NDArray[np.int64], most: float) -> float:
    """The confidence below which a text is rather one of an intent that training does not know, at most ``most``.

    ``logits`` (n, L) out of fold. What an unknown intent looks like is told by each text without its own label: the
    likeliest of the others. Of all confidences the one that tells both apart best is taken (W. J. Youden, 1950), but no
    more than SCOPE_RIGHT_SHARE of the texts whose label is found lie below it.
    """
    own = softmax(logits).max(axis=1)
    right = own[logits.argmax(axis=1) == targets]
    most = min(most, float(np.quantile(right, SCOPE_RIGHT_SHARE))) if len(right) else most
    others = logits.copy()
    others[np.arange(len(targets)), targets] = -np.inf
    unknown = softmax(others).max(axis=1)
    steps = np.unique(np.concatenate([own, unknown]))
    steps = steps[steps <= most]
    if not len(steps):
        return most
    below = [np.searchsorted(np.sort(each), steps) / len(each) for each in (unknown, own)]
    return float(steps[int(np.argmax(below[0] - below[1]))])


def thresholds_of(
    fit: Fit | None, logits: Matrix, targets: NDArray[np.int64], unknown_shares: NDArray[np.float64]
) -> Thresholds:
    """The thresholds of a model, all from out-of-fold ``logits`` (n, L) and shares (n,) of letter groups never seen;
    without a fit, the policy's defaults. Nothing is out of scope that the confidence would let a machine answer.
    """
    usual = Thresholds()
    limits = usual if fit is None else _fitted(fit)
    most = limits.confidence if limits.proven else usual.confidence
    return replace(
        limits,
        scope_confidence=scope_confidence(logits, targets, most),
        scope_unknown=float(np.quantile(unknown_shares, 1.0 - SCOPE_UNKNOWN_SHARE)),
    )


def _fitted(fit: Fit) -> Thresholds:
    return Thresholds(
        agent_probability=fit.agent_probability, confidence=fit.confidence, proven=fit.sureness is not None
    )
