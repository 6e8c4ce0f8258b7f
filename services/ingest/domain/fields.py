"""The rules of single fields that several events share: ids, names, times, seconds, levels."""

import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from services.ingest.domain.reading import INTEGER_MAX, INTEGER_MIN
from shared.contract.ids import WORKSPACE_PATTERN, WORKSPACE_WORDS
from shared.written import written

__all__ = [
    "Id",
    "Inbound",
    "Json",
    "Language",
    "Level",
    "Name",
    "Note",
    "Seconds",
    "Skills",
    "SourceName",
    "Text",
    "Time",
    "Units",
    "Url",
    "Workspace",
    "is_language",
    "composed_texts",
    "rfc3339_ms",
]

ID_LENGTH_MAX = 256  # characters, by contract; an index row in PostgreSQL takes them all
LANGUAGE_LENGTH_MAX = 64  # characters; the longest tags in use have some thirty
TAGS_KEPT_MAX = 512  # languages that are known to be well-formed or not; every message may name one
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
# A well-formed tag of RFC 5646. A first part of four letters or more stands in its grammar and in no registry: who
# writes `english` means `en`, and no skill or model is named by it.
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+|i-[a-z]{2,8})",
    re.IGNORECASE | re.ASCII,
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


def is_language(tag: str) -> bool:
    """Whether a text is a language tag (BCP 47)."""
    return len(tag) <= LANGUAGE_LENGTH_MAX and _is_tag(tag)


@lru_cache(maxsize=TAGS_KEPT_MAX)
def _is_tag(tag: str) -> bool:
    return _LANGUAGE.fullmatch(tag) is not None


def _language(tag: str) -> str:
    if not is_language(tag):
        raise PydanticCustomError("language", "Input should be a BCP 47 language tag, as en or es-MX")
    return tag


def _composed(text: str) -> str:
    """The text in Unicode's form NFC: a name that is written the same is the same."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    if len(composed) > ID_LENGTH_MAX:  # a few characters have no shorter form and become three
        raise PydanticCustomError("string_too_long", "Input should have at most 256 characters in Unicode's form NFC")
    return composed


def _composed_names(named: dict[str, int]) -> dict[str, int]:
    """The same with composed names; refused when two names are one."""
    if "".join(named).isascii():
        return named
    composed = {_composed(name): value for name, value in named.items()}
    if len(composed) < len(named):
        raise PydanticCustomError("twin", "Two names differ only in their Unicode form")
    return composed


def composed_texts(named: dict[str, str]) -> dict[str, str]:
    """Attributes with names and texts in form NFC, so that a rule of the policy finds them; refused for twin names."""
    if "".join((*named, *named.values())).isascii():
        return named
    composed = {unicodedata.normalize("NFC", k): unicodedata.normalize("NFC", text) for k, text in named.items()}
    if len(composed) < len(named):
        raise PydanticCustomError("twin", "Two names differ only in their Unicode form")
    return composed


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


Workspace = Annotated[str, written(f"^{WORKSPACE_PATTERN}$", WORKSPACE_WORDS)]
Id = Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)]
SourceName = Annotated[
    str, written(_NO_CONTROL, "a text without control characters", min_length=1, max_length=SOURCE_LENGTH_MAX)
]
Note = Annotated[str, Field(max_length=NOTE_LENGTH_MAX)]
Text = Annotated[str, Field(min_length=1, max_length=NOTE_LENGTH_MAX)]
Url = Annotated[str, Field(min_length=1, max_length=URL_LENGTH_MAX)]
Time = Annotated[int, BeforeValidator(_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Seconds = Annotated[float, Field(ge=0, le=SECONDS_MAX)]
Level = Annotated[int, Field(ge=1, le=5)]
Name = Annotated[Id, AfterValidator(_composed)]  # of what a policy names too
Skills = Annotated[dict[Id, Level], Field(max_length=SKILLS_MAX), AfterValidator(_composed_names)]
Language = Annotated[
    str, AfterValidator(_language), WithJsonSchema({"type": "string", "description": "BCP 47", "examples": ["en"]})
]
Units = Annotated[int, Field(ge=0, le=UNITS_MAX)]
Json = Annotated[dict[str, Any], AfterValidator(_json)]
