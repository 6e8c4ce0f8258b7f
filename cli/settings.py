"""Settings from the environment for commands, with their faults as one line."""

import functools
import os
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cli.output import UsageError, say
from shared.contract.topics import CHANNELS
from shared.process.settings import CommonSettings, wrong_setting
from shared.process.variables import unknown_variables, unused_variables

Settings = TypeVar("Settings", bound=CommonSettings)


class SourcesSettings(BaseSettings):
    """Where the sources file is: the one setting of ingest that decides which topics there are."""

    model_config = SettingsConfigDict(env_prefix="USHER_", extra="ignore")

    sources_file: str = ""


def common_settings() -> CommonSettings:
    """What every service reads; UsageError names the variable."""
    _tell(tuple(unknown_variables(os.environ, [CommonSettings])))
    settings = settings_of(CommonSettings)
    _tell(tuple(unused_variables(settings)))
    return settings


def settings_of(kind: type[Settings]) -> Settings:
    """What a service of this kind reads; UsageError names the variable and does not repeat its value."""
    try:
        return kind()
    except ValidationError as error:
        raise UsageError(wrong_setting(error)) from None


@functools.cache
def _tell(slips: tuple[str, ...]) -> None:
    """Once: a variable that changes nothing is seldom meant."""
    for line in slips:
        say(f"usher: {line}")


def sources_file() -> Path | None:
    """The sources file that the environment names."""
    name = SourcesSettings().sources_file
    return Path(name) if name else None


def source_names(file: str | None = None) -> tuple[str, ...]:
    """The eight default sources and those of the sources file (given, or USHER_SOURCES_FILE), without repeats."""
    name = SourcesSettings().sources_file if file is None else file
    if not name:
        return CHANNELS
    try:
        document = yaml.safe_load(Path(name).read_text(encoding="utf-8")) or {}
        return tuple(dict.fromkeys((*CHANNELS, *document.get("sources", {}))))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(
            f"{name}: cannot be read as a sources file ({reason}); see contracts, the sources file"
        ) from None
