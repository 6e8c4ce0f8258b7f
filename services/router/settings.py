"""Settings of the router service; each field is the environment variable USHER_<FIELD>."""

from pathlib import Path

from pydantic import Field

from shared.process.settings import LaneSettings

__all__ = ["RouterSettings"]


class RouterSettings(LaneSettings):
    """The lane's settings, and where text models lie; everything else is policy, and travels in the log."""

    models_dir: Path | None = Field(
        default=None, description="folder of the models that policies name; default: where the process was started"
    )
