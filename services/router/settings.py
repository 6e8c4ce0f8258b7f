"""Settings of the router service; each field is the environment variable USHER_<FIELD>."""

from pathlib import Path

from pydantic import Field

from services.router.retention import Kept
from shared.contract.ids import MEMORY_DAYS
from shared.process.bounds import DAYS_MAX, Days
from shared.process.settings import LaneSettings
from shared.times import DAY_MS

__all__ = ["RouterSettings"]

SEGMENT_DAYS = 1  # Kafka drops whole segments (shared/kafka/admin.py): a record lies there so much longer
JOURNEY_DAYS = 90  # as far as a journey looks back: AGE_MS_MAX in services/router/domain/customers/journey.py


class RouterSettings(LaneSettings):
    """The lane's settings, where text models lie, and how long what is over is kept; everything else is policy, and
    travels in the log."""

    models_dir: Path | None = Field(
        default=None, description="folder of the models that policies name; default: where the process was started"
    )
    outcome_retention_days: int = Field(default=400, ge=JOURNEY_DAYS, le=DAYS_MAX, description="of contacts that ended")
    episode_retention_days: int = Field(
        default=MEMORY_DAYS,
        ge=MEMORY_DAYS,
        le=DAYS_MAX,
        description="of the number of a conversation's last episode; never shorter",
    )
    policy_retention_days: Days = Field(default=400, description="of policies that others replaced")

    def doubts(self) -> list[str]:
        """A folder that is not there yet may come; until then no model is found in it."""
        if self.models_dir is None or self.models_dir.is_dir():
            return []
        return [f"USHER_MODELS_DIR: {self.models_dir} is no directory; put the models there, or name where they lie"]

    @property
    def kept(self) -> Kept:
        """As the settings say; but an input that Kafka still holds is known, and so is the policy of one in the log."""
        passing = self.passing_retention_days + SEGMENT_DAYS
        log = self.log_retention_days + SEGMENT_DAYS
        return Kept(
            inputs_ms=max(self.input_retention_days, passing) * DAY_MS,
            outcomes_ms=max(self.outcome_retention_days, log) * DAY_MS,
            episodes_ms=self.episode_retention_days * DAY_MS,
            policies_ms=max(self.policy_retention_days, log) * DAY_MS,
        )
