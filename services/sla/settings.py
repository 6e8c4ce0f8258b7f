"""Settings of the sla service; each field is the environment variable USHER_<FIELD>."""

from pydantic import Field

from shared.process.bounds import Days
from shared.process.settings import LaneSettings

__all__ = ["SlaSettings"]


class SlaSettings(LaneSettings):
    """Beside the lane's own: how late a report may come, whom to wait for, and how long breaches are kept."""

    batch_records_max: int = Field(default=2000, ge=1, le=5000)  # a contact has 4 or 5 events
    # Nobody waits for it, for it ends when something falls due; fuller batches cost less CPU for each contact.
    gather_ms: int = Field(default=200, ge=0, le=1000)
    # With it and the looks at the other services a breach is told within 250 ms of its due time.
    watermark_lateness_ms: int = Field(
        default=100, ge=0, le=3_600_000, description="room for an answer that was given in time and is on its way"
    )
    router_group: str = Field(default="", description="the router's consumer group; default as the router has it")
    ingest_group: str = Field(
        default="", description="what ingest's consumer groups begin with; default as ingest has it"
    )
    breach_retention_days: Days = Field(default=90, description="how long rows of sla_breach are kept")

    report_retention_days: Days = Field(default=400, description="how long the hours of usher report are kept")

    @property
    def group_of_router(self) -> str:
        """The group whose offsets say how far the router is."""
        return self.router_group or f"{self.topic_prefix}usher.router"

    @property
    def group_of_ingest(self) -> str:
        """What the names of ingest's groups begin with."""
        return self.ingest_group or f"{self.topic_prefix}usher.ingest"
