"""Where a model that a policy names lies on disk."""

from pathlib import Path

__all__ = ["STARTER", "STARTER_FOLDER", "folder_of"]

STARTER = "starter"
STARTER_FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "starter" / "model"


def folder_of(name: str, models: Path | None = None) -> Path:
    """``starter`` is the model that comes with Usher, unless ``models`` holds another one of that name; any other name
    is a directory: absolute, or within ``models``, or where the process was started. It need not exist.
    """
    within = models / name if models else Path(name)
    return STARTER_FOLDER if name == STARTER and not (models and within.is_dir()) else within
