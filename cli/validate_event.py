"""``usher validate-event``: inbound payloads checked against the contract, offline."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic_core import from_json

from cli.output import EXIT_NO, EXIT_OK, UsageError, result, write
from cli.unknown_fields import unknown_fields
from services.ingest.domain.adapters import canonical
from services.ingest.domain.cloudevents import NO_ATTRIBUTES
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.rejection import Rejected
from services.ingest.domain.types import ENDED, EVENT_TYPES
from services.ingest.domain.way import Arrival, Way
from shared.clock import now_ms
from shared.contract.records import Origin
from shared.errors import Reason

INPUT_BYTES_MAX = 256 * 1024 * 1024  # all of it is held in memory: a thousand payloads of the largest size
ENVELOPE_FIELDS = frozenset({"type"})  # stand beside the body's own in bare JSON
_OFFLINE_KEY = b"nothing leaves this command"


class Fault(NamedTuple):
    """One wrong field of the payload that begins on ``line`` (from 1)."""

    line: int
    path: str
    message: str


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of contracts, and what headers or a credential would say."""
    parser.add_argument("file", metavar="FILE", help="one JSON document or JSON lines; - reads stdin")
    parser.add_argument("--type", choices=sorted(EVENT_TYPES), metavar="TYPE", help="of payloads that name none")
    parser.add_argument("--workspace", metavar="NAME", default="", help="as the API key would imply it")
    parser.add_argument("--http", action="store_true", help="payloads of HTTP, where a missing source is api")
    explanation = 'print {"valid", "errors": [{"line", "path", "message"}], "warnings": [the same]}'
    parser.add_argument("--json", action="store_true", help=explanation)


def run(arguments: argparse.Namespace) -> int:
    """0 when every payload is valid, 1 otherwise; UsageError when the input cannot be read."""
    payloads = list(_payloads(_read(arguments.file)))
    way = Way(source="api", workspace=arguments.workspace, default_type=arguments.type or "")
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for line, payload in payloads:
        found, unknown = _judged(line, payload, way, on_topic=not arguments.http)
        faults += found
        warnings += unknown
    if arguments.json:
        listed = {"errors": faults, "warnings": warnings}
        result({"valid": not faults, **{name: [one._asdict() for one in found] for name, found in listed.items()}})
    else:
        write(*(f"line {line}: {path + ': ' if path else ''}{message}" for line, path, message in faults))
        write(*(f"line {line}: warning: {path}: {message}" for line, path, message in warnings))
        wrong = len({fault.line for fault in faults})
        write(f"{len(payloads) - wrong} valid, {wrong} invalid")
    return EXIT_NO if faults else EXIT_OK


def _read(name: str) -> bytes:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(INPUT_BYTES_MAX + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(INPUT_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}; give a file that can be read, or - for stdin") from None
    if len(content) > INPUT_BYTES_MAX:
        raise UsageError(f"{name}: more than {INPUT_BYTES_MAX} bytes; split it into smaller files")
    return content


def _payloads(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(line, payload) of each payload. A document over several lines is one; else each line that is not blank."""
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    if len(lines) > 1 and not _is_json(content) and any(_is_object(line) for _, line in lines):
        yield from lines
    else:
        yield (lines[0][0] if lines else 1), content.strip()


def _is_json(content: bytes) -> bool:
    try:
        from_json(content)
    except ValueError:
        return False
    return True


def _is_object(line: bytes) -> bool:
    return line.lstrip().startswith(b"{") and _is_json(line)


def _judged(line: int, payload: bytes, way: Way, *, on_topic: bool) -> tuple[list[Fault], list[Fault]]:
    """What is wrong with a payload, and what of it nobody will read."""
    at_ms = now_ms()
    normaliser = Normaliser(Pseudonyms(_OFFLINE_KEY))
    warnings: list[Fault] = []
    try:
        for event in canonical(payload, NO_ATTRIBUTES, way.default_type):
            entry = EVENT_TYPES.get(event.type)
            if entry is not None:
                warnings += (
                    Fault(line, *unknown) for unknown in unknown_fields(entry.body, event.data, ENVELOPE_FIELDS)
                )
            if on_topic and event.type == ENDED and "source" not in event.data:
                raise Rejected(Reason.INVALID, "source", "Field required on a topic; over HTTP (--http) it is api")
            normaliser.normalise(event, way, Arrival(at_ms, at_ms, Origin()), payload)
    except Rejected as rejected:
        return [Fault(line, error.path, error.message) for error in rejected.errors], warnings
    return [], warnings
