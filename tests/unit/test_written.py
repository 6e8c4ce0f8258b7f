"""Patterns of names are told in words: nobody has to read a regular expression to correct one."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from cli.stack.articles import _FrontMatter
from services.ingest.domain.rejection import from_validation
from services.ingest.domain.types import EVENT_TYPES
from services.ingest.settings import IngestSettings
from services.router.settings import RouterSettings
from services.sla.settings import SlaSettings
from shared.policy.faults import faults_of
from shared.policy.policy import Policy
from shared.process.settings import wrong_setting
from shared.written import in_words, said_in_words

MODELS = [
    *(entry.body for entry in EVENT_TYPES.values()),
    Policy,
    IngestSettings,
    RouterSettings,
    SlaSettings,
    _FrontMatter,
]


def patterns(schema: Any) -> Iterator[str]:
    """What texts are matched against, anywhere in a core schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "str" and "pattern" in schema:
            yield schema["pattern"]
        for name, value in schema.items():
            if name != "metadata":  # what is shown of a field in a JSON schema matches nothing
                yield from patterns(value)
    elif isinstance(schema, list | tuple):
        for value in schema:
            yield from patterns(value)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_pattern_has_words(model: type[BaseModel]) -> None:
    found = set(patterns(model.__pydantic_core_schema__))
    assert {pattern for pattern in found if in_words(pattern).startswith("must match")} == set()
    for pattern in found:
        re.compile(pattern)


def test_patterns_are_found() -> None:
    assert len(set(patterns(Policy.__pydantic_core_schema__))) >= 5


def test_whoever_wrote_a_wrong_name_reads_words() -> None:
    body = EVENT_TYPES["usher.agent.heartbeat.v1"].body
    with pytest.raises(ValidationError) as refused:
        body.model_validate({"workspace": "Acme Shop", "agent_id": "a", "occurred_at": "2026-01-31T09:30:00Z"})
    assert from_validation(refused.value).detail == "must be 1 to 64 of a-z, 0-9 and -"

    with pytest.raises(ValidationError) as refused:
        IngestSettings(topic_prefix="a b")
    assert wrong_setting(refused.value) == "USHER_TOPIC_PREFIX: must be letters, digits, ., _ and -"

    with pytest.raises(ValidationError) as refused:
        Policy.model_validate({"workspace": "Acme"})
    hints = [fault.hint for _, _, fault in faults_of(refused.value) if fault.path == "workspace"]
    assert hints == ["must be 1 to 64 of a-z, 0-9 and -"]


def test_what_nobody_put_into_words_is_told_as_it_is() -> None:
    assert in_words("^x$") == "must match ^x$"
    assert said_in_words("Input should be a valid string") == "Input should be a valid string"
