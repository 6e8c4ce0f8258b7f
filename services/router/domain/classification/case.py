"""One contact under classification: everything that is known before anything is decided."""

import msgspec

from services.router.domain.classification.policy import CompiledPolicy
from services.router.domain.classification.record import Journey, MessageFacts, Prediction
from services.router.domain.classification.text import Reading
from shared.policy import Tier

__all__ = ["Case"]


class Case(msgspec.Struct, frozen=True, gc=False):
    """The message, the workspace's policy, what was found in the text, what the model says, the customer's journey,
    and the language that the text was found to be in.
    """

    facts: MessageFacts
    policy: CompiledPolicy
    reading: Reading
    prediction: Prediction | None
    journey: Journey | None
    language: str | None = None

    @property
    def channel_tier(self) -> Tier | None:
        """Default tier of the contact's channel, None where the policy sets none."""
        return self.policy.policy.channel(self.facts.channel).tier
