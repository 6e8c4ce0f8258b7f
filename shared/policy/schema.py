"""The JSON Schema of the policy file, made from the same types that read it."""

import sys
from typing import Any

import orjson

from shared.policy.policy import Policy

__all__ = ["policy_schema", "schema_text"]


def policy_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a policy document. What it cannot say (references) ``parse_policy`` checks."""
    schema = Policy.model_json_schema(by_alias=True)
    # The only queue of a policy is its default queue: then the key may be left out, which the schema cannot say.
    schema["required"] = [key for key in schema["required"] if key != "default_queue"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Usher policy",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def schema_text() -> bytes:
    """The published file: sorted, indented, with a line end."""
    return orjson.dumps(policy_schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(schema_text())
