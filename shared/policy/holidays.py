"""Days on which a calendar is closed: dates as written, and the public holidays of a country or one of its regions."""

from collections.abc import Container, Iterable
from datetime import date
from functools import cache
from importlib import import_module
from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, WithJsonSchema, model_serializer, model_validator

from shared.policy.fields import Day, Node, fault, parse_day
from shared.written import written

__all__ = ["Holiday", "Holidays", "days_off"]

_HINT = "write 2026-12-25, or {country: ES, region: MD}"


class Holiday(Node):
    """One day (written as the bare date), or the public holidays by ISO 3166 country and region, as the ``holidays``
    library knows them: of every year, movable feasts included, regional ones only with a region.
    """

    date: Day | None = None
    country: Annotated[str, written(r"^[A-Z]{2}$", "a country in two capital letters, such as ES")] | None = None
    region: Annotated[str, Field(min_length=1, max_length=32)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _a_bare_date(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"date": parse_day(value)}
        if isinstance(value, dict | Holiday):
            return value
        raise fault(f"{value!r} is not a holiday", _HINT)

    @model_validator(mode="after")
    def _is_known(self) -> "Holiday":
        if (self.date is None) == (self.country is None) or (self.region is not None and self.country is None):
            raise fault("is neither a date nor the holidays of a country", _HINT)
        if self.country is not None:
            try:
                _public(self.country, self.region)
            except NotImplementedError:  # what the library says of a country that it does not know
                where = self.country if self.region is None else f"{self.region} in {self.country}"
                raise fault(f"the public holidays of {where} are not known", "ISO 3166 codes, or the dates") from None
        return self

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> Any:
        return self.date or handler(self)


_SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        {
            "type": "object",
            "properties": {
                "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
                "region": {"type": "string", "minLength": 1, "maxLength": 32},
            },
            "required": ["country"],
            "additionalProperties": False,
        },
    ]
}
Holidays = Annotated[Holiday, WithJsonSchema(_SCHEMA)]


class _AnyOf:
    """Days that lie in one of several sets."""

    __slots__ = ("_sets",)

    def __init__(self, sets: list[Container[date]]) -> None:
        self._sets = sets

    def __contains__(self, day: object) -> bool:
        return any(day in each for each in self._sets)


def days_off(holidays: Iterable[Holiday]) -> Container[date]:
    """The days that these holidays close, for any year."""
    dates = frozenset(date.fromisoformat(each.date) for each in holidays if each.date)
    public = [_public(each.country, each.region) for each in holidays if each.country]
    return _AnyOf([dates, *public]) if public else dates


@cache
def _public(country: str, region: str | None) -> Container[date]:
    """NotImplementedError for what the library does not know. It is loaded only where a policy asks for it: it costs
    0.1 s and some megabytes."""
    found: Container[date] = import_module("holidays").country_holidays(country, subdiv=region)
    return found
