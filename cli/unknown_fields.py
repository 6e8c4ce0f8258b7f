"""Fields that nobody will read: found by walking a payload beside the types that read it."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from services.ingest.domain.rejection import PATH_LENGTH_MAX, legible, path_of

__all__ = ["unknown_fields"]

Loc = tuple[str | int, ...]


def unknown_fields(model: type[BaseModel], data: Any, besides: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """(path, what is said of it) of each field of the data that the model does not have, ``besides`` excepted.

    Fields are ignored by contract, so each is a warning: most are a known name in another spelling.
    """
    for loc, known in _unknown(model, data, (), besides):
        near = get_close_matches(str(loc[-1]), known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        yield legible(path_of(loc), PATH_LENGTH_MAX), f"unknown field, ignored{meant}"


def _unknown(kind: Any, data: Any, loc: Loc, besides: Collection[str]) -> Iterator[tuple[Loc, list[str]]]:
    model = _model_of(kind)
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _unknown(_item_of(kind), item, (*loc, index), ())
    elif model is not None and isinstance(data, dict):
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        for name, value in data.items():
            if name in fields:
                yield from _unknown(fields[name], value, (*loc, name), ())
            elif name not in besides:
                yield (*loc, name), list(fields)


def _model_of(kind: Any) -> type[BaseModel] | None:
    found = [one for one in _alternatives(kind) if isinstance(one, type) and issubclass(one, BaseModel)]
    return found[0] if found else None


def _item_of(kind: Any) -> Any:
    return next((get_args(one)[0] for one in _alternatives(kind) if get_origin(one) is list), None)


def _alternatives(kind: Any) -> list[Any]:
    """The members of a union, without their annotations."""
    while hasattr(kind, "__metadata__"):
        kind = kind.__origin__
    if get_origin(kind) is Union or type(kind).__name__ == "UnionType":
        return [one for member in get_args(kind) for one in _alternatives(member)]
    return [kind]
