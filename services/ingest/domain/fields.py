"""The rules of single fields that several events share: ids, names, times, seconds, levels."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.ingest.domain.reading import INTEGER_MAX, INTEGER_MIN
from shared.contract.ids import WORKSPACE_PATTERN

__all__ = [
    "Id",
    "Inbound",
    "Json",
    "Level",
    "Note",
    "Seconds",
    "Skills",
    "SourceName",
    "Text",
    "Time",
    "Units",
    "Url",
    "Workspace",
    "rfc3339_ms",
]

ID_LENGTH_MAX = 256  # characters, by contract; an index row in PostgreSQL takes them all
SOURCE_LENGTH_MAX = 64  # characters, by contract
NOTE_LENGTH_MAX = 4096  # characters of names, addresses and reasons: longer ones are text in the wrong place
URL_LENGTH_MAX = 8192  # characters; what browsers and proxies still take
SECONDS_MAX = 366 * 86_400.0  # a year: no lease, wrap-up or boost is longer
UNITS_MAX = 10_000  # capacity units or contacts of one agent
SKILLS_MAX = 256  # skills of an agent or a contact

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"  # derived ids join their parts by a control character: only the last may hold one
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_SECOND_AT = slice(17, 19)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Inbound(BaseModel):
    """Base of everything read from outside: strict types, unknown fields ignored, no NaN."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


def rfc3339_ms(text: str) -> int:
    """Milliseconds since the epoch, rounded down; a leap second counts as the next second. ValueError if it is none."""
    if _TIME.fullmatch(text) is None:
        raise ValueError("not an RFC 3339 time with offset")
    if text[_SECOND_AT] == "60":
        return rfc3339_ms(f"{text[:17]}59{text[19:]}") + 1000
    at_ms = (datetime.fromisoformat(text.upper()) - _EPOCH) // _MILLISECOND
    if at_ms < 0:
        raise ValueError("before 1970")
    return at_ms


def _time(value: object) -> int:
    if isinstance(value, str):
        try:
            return rfc3339_ms(value)
        except ValueError:
            pass
    raise PydanticCustomError("time", "Input should be an RFC 3339 time with offset, as 2026-01-31T09:30:00.125Z")


def _json(value: Any) -> Any:
    """Any JSON value whose numbers every reader can hold."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise PydanticCustomError("number", "Numbers should be finite")
        elif isinstance(item, int) and not INTEGER_MIN <= item <= INTEGER_MAX:
            raise PydanticCustomError("number", "Integers should fit 64 bits")
    return value


Workspace = Annotated[str, Field(pattern=f"^{WORKSPACE_PATTERN}$")]
Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)]
SourceName = Annotated[str, Field(min_length=1, max_length=SOURCE_LENGTH_MAX, pattern=_NO_CONTROL)]
Note = Annotated[str, Field(max_length=NOTE_LENGTH_MAX)]
Text = Annotated[str, Field(min_length=1, max_length=NOTE_LENGTH_MAX)]
Url = Annotated[str, Field(min_length=1, max_length=URL_LENGTH_MAX)]
Time = Annotated[int, BeforeValidator(_time)]
Seconds = Annotated[float, Field(ge=0, le=SECONDS_MAX)]
Level = Annotated[int, Field(ge=1, le=5)]
Skills = Annotated[dict[Id, Level], Field(max_length=SKILLS_MAX)]
Units = Annotated[int, Field(ge=0, le=UNITS_MAX)]
Json = Annotated[dict[str, Any], AfterValidator(_json)]
