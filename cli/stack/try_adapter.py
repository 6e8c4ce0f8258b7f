"""``usher sources try``: what an adapter makes of a payload, field by field, offline."""

import argparse
import logging
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from cli.output import EXIT_NO, EXIT_OK, UsageError, result, write
from cli.stack.damage import damaged, smallest
from cli.stack.looks import hint
from services.ingest.domain.calling import admitted_of, read_by
from services.ingest.domain.channels.adapter import Adapter, Item, Payload, SourceFacts, Why
from services.ingest.domain.channels.registry import find, names
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.reading import BODY_BYTES_MAX
from services.ingest.domain.rejection import Faulty, Rejected
from services.ingest.domain.types import MESSAGE
from services.ingest.domain.way import Arrival, Way
from shared.clock import now_ms
from shared.contract.records import Origin

__all__ = ["configure_try", "try_adapter"]

DAMAGED_MAX = 100_000  # copies; each takes well under a millisecond
SHOWN_MAX = 300  # bytes of a payload on which an adapter raises: enough to see what is odd about it
WORKSPACE, SOURCE = "workspace", "source"  # of an offline trial
_OFFLINE_KEY = b"nothing leaves this command"
_SHOWN_NOWHERE = frozenset({"event_id", "workspace", "source", "arrived_ms", "origin", "traceparent", "handle_key"})


def configure_try(parser: argparse.ArgumentParser) -> None:
    """The arguments."""
    parser.add_argument("adapter", metavar="ADAPTER", help="one of ours, or of a package that is installed")
    parser.add_argument("file", metavar="FILE", help="the payload as the provider sends it; - reads stdin")
    parser.add_argument("--header", action="append", default=[], metavar="NAME:VALUE", help="of the request")
    parser.add_argument("--own", action="append", default=[], metavar="ID", help="an address or id that is ours")
    explanation = "also read N damaged copies (always the same): none may raise anything but a rejection"
    parser.add_argument("--damaged", type=_copies, default=0, metavar="N", help=explanation)


def try_adapter(args: argparse.Namespace) -> int:
    """0 when the payload is understood, 1 when any of it is refused or damage raises, UsageError otherwise."""
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # else each damaged form is a line of its own
    adapter = _adapter(args.adapter)
    payload = _payload(args, _body(args.file))
    fault = _fault(adapter, payload, payload.body)
    items = [] if fault else [_told(item, payload) for item in _items(adapter, payload)]
    raised = f"raised: {fault}" if fault else next(_faults(adapter, payload, args.damaged), "")
    understood = not any("refused" in item for item in items) and not raised
    lost = bool(items) and all("refused" in item for item in items)
    advice = hint(payload.body, adapter.media_types) if lost else ""
    if args.json:
        result({"understood": understood, "items": items, "raised": [raised] if raised else [], "hint": advice})
    else:
        write(*([] if fault else _lines(items)), *filter(None, [raised, advice and f"hint: {advice}"]))
    return EXIT_OK if understood else EXIT_NO


def _copies(text: str) -> int:
    if not text.isdecimal() or int(text) > DAMAGED_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {DAMAGED_MAX}")
    return int(text)


def _adapter(name: str) -> Adapter:
    try:
        found = find(name)
    except Exception as error:  # noqa: BLE001 - a package of somebody else, which may raise anything
        raise UsageError(f"{name}: cannot be loaded: {type(error).__name__}: {error}") from None
    if found is None:
        near = get_close_matches(name.lower().replace("-", "_"), names(), n=1)
        meant = f"; did you mean {near[0]}?" if near else f"; one of {', '.join(names())}"
        raise UsageError(f"{name}: no such adapter{meant}")
    return found


def _body(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read(BODY_BYTES_MAX + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; give the path of a payload") from None


def _payload(args: argparse.Namespace, body: bytes) -> Payload:
    headers = {}
    for header in args.header:
        name, colon, value = header.partition(":")
        if not colon:
            raise UsageError(f"--header {header}: write NAME:VALUE")
        headers[name.strip().lower()] = value.strip()
    pseudonym = partial(Pseudonyms(_OFFLINE_KEY).conversation, WORKSPACE, SOURCE)
    facts = SourceFacts(SOURCE, frozenset(args.own), "", pseudonym)
    return Payload(body, facts, headers, received_ms=now_ms(), default_type=MESSAGE)


def _items(adapter: Adapter, payload: Payload) -> list[Item]:
    """Faulty: the adapter raises what none may, or returns what is none."""
    try:
        items = read_by(adapter, payload).items
    except Faulty:
        raise
    except Rejected as rejected:
        return [rejected]
    fault = next((item for item in items if isinstance(item, Faulty)), None)
    if fault is not None:
        raise fault
    return list(items)


def _told(item: Item, payload: Payload) -> dict[str, Any]:
    """One part: the event's fields, why it is ignored, or where it is wrong. Faulty: it is no part."""
    at_ms = payload.received_ms
    way, arrival = Way(SOURCE, WORKSPACE, scope=SOURCE), Arrival(at_ms, at_ms, Origin(source=SOURCE))
    try:
        admitted = admitted_of(Normaliser(Pseudonyms(_OFFLINE_KEY)), item, way, arrival, payload.body)
    except Faulty:
        raise
    except Rejected as rejected:
        return {"refused": str(rejected.reason), "path": rejected.path, "detail": rejected.detail}
    if isinstance(admitted, Why):
        return {"ignored": str(admitted)}
    fields = {name: value for name, value in orjson.loads(admitted.body).items() if name not in _SHOWN_NOWHERE}
    return {"event": admitted.type, "fields": fields}


def _lines(items: list[dict[str, Any]]) -> Iterator[str]:
    for index, item in enumerate(items):
        match item:
            case {"ignored": why}:
                yield f"{index}: ignored: {why}"
            case {"refused": reason, "path": path, "detail": detail}:
                yield f"{index}: refused: {reason}: {path or 'the payload'}: {detail}"
            case {"event": kind, "fields": fields}:
                yield f"{index}: {kind}"
                yield from (f"   {name} = {value}" for name, value in _flat("", fields))
    if not items:
        yield "nothing: the payload holds no part"


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _flat(f"{path}.{name}" if path else name, inside)
    elif isinstance(value, list):
        for index, inside in enumerate(value):
            yield from _flat(f"{path}[{index}]", inside)
    else:
        yield path, value if isinstance(value, str) else orjson.dumps(value).decode()


def _faults(adapter: Adapter, payload: Payload, copies: int) -> Iterator[str]:
    """What is raised on damaged copies, the same ones each time, each with the smallest payload that does it."""
    for seed in range(copies):
        copy = damaged(payload.body, seed)
        if not _fault(adapter, payload, copy):
            continue
        least = smallest(copy, lambda body: bool(_fault(adapter, payload, body)))
        fault = _fault(adapter, payload, least)
        yield f"raised on a damaged copy: {fault}: {least[:SHOWN_MAX]!r} ({len(least)} bytes)"


def _fault(adapter: Adapter, payload: Payload, body: bytes) -> str:
    """What reading a payload raises beside a rejection, or making canonical events of what was read."""
    changed = payload._replace(body=body)
    try:
        for item in _items(adapter, changed):
            _told(item, changed)
    except Faulty as faulty:
        error = faulty.__cause__
        return f"{type(error).__name__}: {error}" if error is not None else faulty.detail
    return ""
