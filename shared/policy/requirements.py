"""What an agent must have to serve a contact: skills with levels, alternatives, exclusions, preferences."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from shared.policy.fields import LEVEL_MAX, SKILLS_MAX, Skills, fault, pairs

__all__ = ["Requirements", "Requires", "parse_requires"]

_ITEM = re.compile(r"([^\s<>=!,]{1,64})\s*(?:>=\s*(\d{1,3}))?")
_ITEM_HINT = "write skill, 'skill>=3' or {skill: 3}"
_FORM_HINT = "write {skill: level} or {all: [...], any: [...], not: [...]}"
_BOOLEAN_KEYS = frozenset(("all", "any", "not"))


class Requirements(NamedTuple):
    """``must``: every (skill, minimum level). ``any``: of each group at least one pair. ``without``: skills an agent
    must not have. ``prefer``: pairs that decide between agents who all qualify. Everything is sorted and hashable.
    """

    must: Skills = ()
    any: tuple[Skills, ...] = ()
    without: tuple[str, ...] = ()
    prefer: Skills = ()

    def plus(self, must: Mapping[str, int] | Skills, prefer: Skills = ()) -> "Requirements":
        """These and more musts and preferences; of two levels of one skill the higher holds."""
        extra = must.items() if isinstance(must, Mapping) else must
        return self._replace(must=_highest(self.must, tuple(extra)), prefer=_highest(self.prefer, prefer))

    def as_json(self) -> dict[str, Any]:
        """``{"must": {skill: level}, "prefer": {...}, "any": [[{skill: level}, ...]], "not": [skill]}``."""
        return {
            "must": dict(self.must),
            "prefer": dict(self.prefer),
            "any": [[{skill: level} for skill, level in group] for group in self.any],
            "not": list(self.without),
        }

    @property
    def skills(self) -> frozenset[str]:
        """Every skill that is named anywhere."""
        named = {skill for group in (self.must, self.prefer, *self.any) for skill, _ in group}
        return frozenset(named.union(self.without))


def _highest(first: Skills, second: Skills) -> Skills:
    if not second:
        return first
    levels = dict(first)
    for skill, level in second:
        levels[skill] = max(level, levels.get(skill, 0))
    return pairs(levels)


def parse_requires(value: Any) -> Requirements:
    """The ``requires`` of a queue, in either form; raises a fault that names the item."""
    if isinstance(value, Requirements):
        return value
    if not isinstance(value, Mapping):
        raise fault(f"must be a mapping, not {value!r}", _FORM_HINT)
    if value and _BOOLEAN_KEYS.issuperset(value) and not any(type(level) is int for level in value.values()):
        parsed = _boolean(value)
    else:
        parsed = Requirements(must=pairs(dict(_item({skill: level}) for skill, level in value.items())))
    if len(parsed.skills) > SKILLS_MAX:
        raise fault(f"names {len(parsed.skills)} skills", f"at most {SKILLS_MAX}")
    _refuse_contradiction(parsed)
    return parsed


def _boolean(value: Mapping[str, Any]) -> Requirements:
    lists = {key: _list(key, items) for key, items in value.items()}
    must = _highest((), tuple(_item(item) for item in lists.get("all", ())))
    return Requirements(must=must, any=_groups(lists.get("any", ())), without=_names(lists.get("not", ())))


def _list(key: str, items: Any) -> tuple[Any, ...]:
    if not isinstance(items, list | tuple):
        raise fault(f"{key} must be a list, not {items!r}", _FORM_HINT)
    return tuple(items)


def _groups(items: tuple[Any, ...]) -> tuple[Skills, ...]:
    """``[a, b]`` is one group; ``[[a, b], [c, d]]`` are two."""
    nested = [item for item in items if isinstance(item, list | tuple)]
    if nested and len(nested) != len(items):
        raise fault("any mixes skills and groups", "write [a, b] or [[a, b], [c, d]]")
    groups = nested if nested else ([items] if items else [])
    if any(not group for group in groups):
        raise fault("any has an empty group", "nobody could satisfy it; leave it out")
    return tuple(sorted(tuple(sorted({_item(item) for item in group})) for group in groups))


def _names(items: tuple[Any, ...]) -> tuple[str, ...]:
    for item in items:
        found = _ITEM.fullmatch(item) if isinstance(item, str) else None
        if found is None or found[2]:
            raise fault(f"not holds {item!r}", "write the names of skills, without levels")
    return tuple(sorted(set(items)))


def _item(item: Any) -> tuple[str, int]:
    if isinstance(item, Mapping) and len(item) == 1:
        skill, level = next(iter(item.items()))
    elif isinstance(item, str) and (found := _ITEM.fullmatch(item)):
        skill, level = found[1], int(found[2] or 1)
    else:
        raise fault(f"{item!r} is not a requirement", _ITEM_HINT)
    plain = _ITEM.fullmatch(skill) if isinstance(skill, str) else None
    if plain is None or plain[2]:
        raise fault(f"{skill!r} is not the name of a skill", "1 to 64 characters, no spaces, commas, < > = !")
    if type(level) is not int or not 1 <= level <= LEVEL_MAX:
        raise fault(f"level of {skill} must be a whole number from 1 to {LEVEL_MAX}, not {level!r}", _ITEM_HINT)
    return skill, level


def _refuse_contradiction(parsed: Requirements) -> None:
    wanted = {skill for skill, _ in parsed.must}.union(skill for group in parsed.any for skill, _ in group)
    both = sorted(wanted.intersection(parsed.without))
    if both:
        raise fault(f"{both[0]} is both required and excluded", "no agent could ever qualify; drop one of the two")


def _as_document(value: Requirements) -> dict[str, Any]:
    if not value.any and not value.without and not (value.must and _BOOLEAN_KEYS.issuperset(dict(value.must))):
        return dict(value.must)
    document: dict[str, Any] = {"all": [{skill: level} for skill, level in value.must]}
    if value.any:
        document["any"] = [[{skill: level} for skill, level in group] for group in value.any]
    if value.without:
        document["not"] = list(value.without)
    return document


_LEVEL_SCHEMA = {"type": "integer", "minimum": 1, "maximum": LEVEL_MAX}
_ITEM_SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": r"^[^\s<>=!,]{1,64}\s*(>=\s*[1-5])?$"},
        {"type": "object", "additionalProperties": _LEVEL_SCHEMA, "minProperties": 1, "maxProperties": 1},
    ]
}
_ITEMS_SCHEMA = {"type": "array", "items": _ITEM_SCHEMA}
_SCHEMA = {
    "description": "Either {skill: minimum level}, or lists of requirements.",
    "anyOf": [
        {"type": "object", "additionalProperties": _LEVEL_SCHEMA, "maxProperties": SKILLS_MAX},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "all": _ITEMS_SCHEMA,
                "any": {"anyOf": [_ITEMS_SCHEMA, {"type": "array", "items": _ITEMS_SCHEMA}]},
                "not": {"type": "array", "items": {"type": "string"}},
            },
        },
    ],
}

Requires = Annotated[
    Requirements, BeforeValidator(parse_requires), PlainSerializer(_as_document), WithJsonSchema(_SCHEMA)
]
"""A pydantic field type that reads both forms and writes the shorter one."""
