"""Why no model was made."""

from shared.errors import UsherError

__all__ = ["TrainingRefused"]


class TrainingRefused(UsherError):
    """The data cannot give a model that may be trusted; the message is one line with the fix."""
