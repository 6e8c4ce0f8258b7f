"""The conformance corpus: payloads as they come, and the canonical events or reasons that must come of them.

``python -m tests.contract.events.corpus`` writes it anew; the test compares it with what the door makes today.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import orjson

from tests.support.channel_payloads import SAMPLES, Sample
from tests.support.channel_variants import VARIANTS
from tests.support.channels import put
from tests.support.documents import DOCS
from tests.support.ingest_builders import BODIES, body

__all__ = ["FILE", "case", "cases", "input_of"]

FILE = DOCS / "conformance" / "corpus.jsonl"
JSON = "application/json"

_BAD: dict[str, tuple[str, Sample]] = {
    "empty": ("canonical", Sample(b"", {})),
    "not UTF-8": ("canonical", Sample(b'{"type":"\xff"}', {})),
    "not JSON": ("canonical", Sample(b"{broken", {})),
    "no object": ("canonical", Sample(b"[1]", {})),
    "NUL": ("canonical", Sample(orjson.dumps(body(text="a\x00b")), {})),
    "unknown type": ("canonical", Sample(b'{"type":"usher.nobody.knows.v1"}', {})),
    "unknown channel": ("canonical", Sample(orjson.dumps(body(channel="fax")), {})),
    "no handle": ("canonical", Sample(orjson.dumps(body(**{"from": {}})), {})),
    "a number for a string": ("canonical", Sample(orjson.dumps(body(text=1)), {})),
    "a time without offset": ("canonical", Sample(orjson.dumps(body(occurred_at="2026-01-31T09:30:00")), {})),
    "a language in words": ("canonical", Sample(orjson.dumps(body(language="english")), {})),
}


def cases() -> Iterator[tuple[str, str, Sample]]:
    """(name, adapter, payload) of every case."""
    for kind in BODIES:
        yield kind, "canonical", Sample(orjson.dumps(body(kind)), {})
    for name, (adapter, sample) in _BAD.items():
        yield name, adapter, sample
    for adapter, sample in SAMPLES.items():
        yield f"{adapter}: a message", adapter, sample
    for adapter, samples in VARIANTS.items():
        for number, sample in enumerate(samples, 1):
            yield f"{adapter}: another kind, {number}", adapter, sample
    for adapter, sample in SAMPLES.items():
        if sample.content_type == JSON:
            yield f"{adapter}: an empty object", adapter, Sample(b"{}", {})


def case(name: str, adapter: str, sample: Sample) -> dict[str, Any]:
    """A line of the corpus: the input, and what the door makes of it."""
    came = put(adapter, sample.body, sample.content_type)
    try:
        given: dict[str, Any] = {"input": sample.body.decode()}
    except UnicodeDecodeError:
        given = {"input_base64": b64encode(sample.body).decode()}
    return {
        "name": name,
        "adapter": adapter,
        "content_type": sample.content_type,
        **given,
        "events": [{"type": event.type, "body": orjson.loads(event.body)} for event in came.admitted],
        "ignored": came.ignored,
        "rejected": [{"reason": one.letter.reason, "path": one.letter.path} for one in came.refused],
    }


def input_of(line: dict[str, Any]) -> Sample:
    """The payload of a line."""
    raw = b64decode(line["input_base64"]) if "input_base64" in line else line["input"].encode()
    return Sample(raw, {}, line["content_type"])


def main() -> None:
    """Write the file."""
    FILE.write_bytes(b"".join(orjson.dumps(case(*one)) + b"\n" for one in cases()))


if __name__ == "__main__":
    main()
