"""The small types that policies are made of: names, durations, levels, dates."""

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, core_schema

from shared.written import written

__all__ = [
    "DURATION_SECONDS_MAX",
    "LEVEL_MAX",
    "Day",
    "Duration",
    "LanguageTag",
    "Level",
    "Name",
    "Node",
    "OneOrMany",
    "PromiseDuration",
    "Share",
    "SkillLevels",
    "SkillName",
    "Skills",
    "ZoneName",
    "fault",
    "format_duration",
    "pairs",
    "parse_day",
    "parse_duration",
]

Skills = tuple[tuple[str, int], ...]
"""Sorted (skill, level) pairs."""

LEVEL_MAX = 5
SKILLS_MAX = 64  # named in one requirement; matching cost grows with them
DURATION_SECONDS_MAX = 366 * 86_400.0  # a promise beyond a year is a slip of the pen
PROMISE_SECONDS_MIN = 0.1  # below it a promise is shorter than one batch of the lane

_ZONE_LENGTH_MAX = 64  # of what is compared with the names of zones; the longest has 32 characters
_DECIMALS = 6  # of seconds: as many as a duration may be written with, and whole seconds are whole in every unit
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(s|m|h|d)", re.ASCII)
_DURATION_HINT = "a number and one unit: 20s, 5m, 2h or 1d"
_DURATION_SCHEMA = {
    "type": "string",
    "pattern": r"^[0-9]{1,9}(\.[0-9]{1,6})?[smhd]$",
    "examples": ["20s", "5m", "2h", "1d"],
}


def fault(message: str, hint: str) -> PydanticCustomError:
    """A validation error that carries its own words; the parser hands them on unchanged."""
    return PydanticCustomError("usher", "{message}", {"message": message, "hint": hint})


def parse_duration(text: Any) -> float:
    """Seconds of ``20s``, ``0.5s``, ``5m``, ``2h`` or ``1d``; raises a fault for anything else."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise fault(f"{text!r} is not a duration", _DURATION_HINT)
    # A float of 1.1 hours is a little more than 3960 seconds: it would be written, and read again, as another policy.
    seconds = round(float(found[1]) * _UNITS[found[2]], _DECIMALS)
    if seconds > DURATION_SECONDS_MAX:
        raise fault(f"{text} is longer than a year", f"at most {format_duration(DURATION_SECONDS_MAX)}")
    return seconds


def format_duration(seconds: float) -> str:
    """The shortest text that parses to the same seconds: 90.0 -> ``90s``, 7200.0 -> ``2h``."""
    for unit in ("d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:.0f}{unit}"
    return f"{seconds:.{_DECIMALS}f}".rstrip("0").rstrip(".") + "s"


def _promise(seconds: float) -> float:
    if seconds < PROMISE_SECONDS_MIN:
        raise fault(f"{format_duration(seconds)} is too short", f"at least {PROMISE_SECONDS_MIN}s")
    return seconds


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # zoneinfo says unknown, malformed and "that is a folder" differently
        raise fault(f"{name!r} is not a time zone", _nearest_zone(name)) from None
    return name


def _nearest_zone(name: str) -> str:
    known = {zone.casefold(): zone for zone in available_timezones()}
    near = get_close_matches(name[:_ZONE_LENGTH_MAX].casefold(), known, n=1)
    return f"did you mean {known[near[0]]}?" if near else "an IANA name such as Europe/Madrid"


def parse_day(text: Any) -> str:
    """The ISO date as written; raises a fault for anything else."""
    try:
        return date.fromisoformat(text).isoformat() if isinstance(text, str) and len(text) == 10 else _not_a_day(text)
    except ValueError:
        return _not_a_day(text)


def _not_a_day(value: Any) -> str:
    raise fault(f"{value!r} is not a date", "write 2026-12-25")


Duration = Annotated[
    float, BeforeValidator(parse_duration), PlainSerializer(format_duration), WithJsonSchema(_DURATION_SCHEMA)
]
PromiseDuration = Annotated[
    float,
    BeforeValidator(parse_duration),
    AfterValidator(_promise),
    PlainSerializer(format_duration),
    WithJsonSchema(_DURATION_SCHEMA),
]
Name = Annotated[str, written(r"^[A-Za-z0-9_-]{1,64}$", "1 to 64 of A-Z, a-z, 0-9, _ and -")]
SkillName = Annotated[str, written(r"^[^\s<>=!,]{1,64}$", "1 to 64 characters without blanks and < > = ! ,")]
Level = Annotated[int, Field(ge=1, le=LEVEL_MAX)]
Share = Annotated[float, Field(ge=0, le=1)]
LanguageTag = Annotated[str, written(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", "a language tag, such as en or pt-BR")]
ZoneName = Annotated[str, AfterValidator(_zone)]
Day = Annotated[
    str, BeforeValidator(parse_day), WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
]
SkillLevels = Annotated[dict[SkillName, Level], Field(max_length=64)]
"""Skill to minimum level, as written; :func:`pairs` gives the hashable form."""


class OneOrMany:
    """Marks a list that may be written as its only item: ``chat`` means ``[chat]``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._wrap, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}

    @staticmethod
    def _wrap(value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


def pairs(levels: Mapping[str, int]) -> Skills:
    """The interned form of a mapping of skills: sorted pairs."""
    return tuple(sorted(levels.items()))


class Node(BaseModel):
    """A mapping of the policy: strict types, unknown keys refused, immutable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, validate_default=False)

    @property
    def given(self) -> set[str]:
        """Names of the fields that say something; what is written as nothing (``queue:``) is left out of the document
        that is stored, so it is no condition and no deed either."""
        return {name for name in self.model_fields_set if getattr(self, name) is not None}
