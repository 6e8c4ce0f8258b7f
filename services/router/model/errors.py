"""Why a model directory is not used."""

from shared.errors import UsherError

__all__ = ["ModelRefused"]


class ModelRefused(UsherError):
    """A model is damaged, foreign or fails its self-test. ``file`` names the culprit, ``detail`` the fix."""

    def __init__(self, file: str, detail: str) -> None:
        super().__init__(f"{file}: {detail}")
        self.file = file
        self.detail = detail
