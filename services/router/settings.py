"""Settings of the router service; each field is the environment variable USHER_<FIELD>."""

from shared.settings import LaneSettings

__all__ = ["RouterSettings"]


class RouterSettings(LaneSettings):
    """The lane's settings are all that the router needs; everything else is policy, and travels in the log."""
