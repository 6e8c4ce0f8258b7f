"""``usher dlq``: list, show, replay and discard dead letters."""

import argparse
import asyncio
import base64
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar
from uuid import UUID

import orjson

from cli.dlq.dlq_store import Letter, LetterStore, State
from cli.dlq.replay import replay
from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say, write
from cli.policy.in_force import settings_in_force
from cli.subcommands import add_action, run_action
from shared.errors import Reason
from shared.kafka.reader import silence_retries
from shared.process.settings import CommonSettings

__all__ = ["configure", "run"]

Answer = TypeVar("Answer")

LIST_DEFAULT = 50  # a screen or two
LETTERS_MAX = 1_000_000  # ids of one call; some hundred megabytes of memory would be next
LINE_CHARACTERS_MAX = 200  # of a letter in a list


def configure(parser: argparse.ArgumentParser) -> None:
    """The four subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = add_action(commands, "list", _list, "dead letters without their payloads, the newest first")
    _select(listing)
    listing.add_argument("--state", type=State, choices=list(State), default=State.OPEN, help="default: open")
    listing.add_argument("--limit", type=_count, default=LIST_DEFAULT, metavar="N", help=f"default {LIST_DEFAULT}")
    show = add_action(commands, "show", _show, "one dead letter with its headers and its payload")
    show.add_argument("id", type=_id, metavar="ID")
    again = add_action(commands, "replay", _replay, "send refused inputs again; marked when Kafka has them")
    again.add_argument("ids", nargs="*", type=_id, metavar="ID")
    _select(again)
    again.add_argument("--limit", type=_count, default=LETTERS_MAX, metavar="N", help="of those with the reason")
    discard = add_action(commands, "discard", _discard, "mark dead letters as settled without them")
    discard.add_argument("ids", nargs="+", type=_id, metavar="ID")


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (the answer is no) or 2 (bad usage or input)."""
    silence_retries()
    return run_action(args)


def _select(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", choices=[str(reason) for reason in Reason], metavar="REASON", help="of this reason")
    parser.add_argument("--workspace", metavar="NAME", help="of this workspace")


def _list(args: argparse.Namespace) -> int:
    letters = _ask(lambda _, store: store.listed(args.state, args.reason, args.workspace, args.limit))
    if args.json:
        result([letter.summary() for letter in letters])
        return EXIT_OK
    for letter in letters:
        write(_line(letter)[:LINE_CHARACTERS_MAX])
    say(f"{len(letters)} dead letters {args.state}" + (", more with --limit" if len(letters) == args.limit else ""))
    return EXIT_OK


def _show(args: argparse.Namespace) -> int:
    letter = _ask(lambda _, store: _existing(store, [args.id]))[0]
    document = {**letter.summary(), "headers": letter.headers, **_payload(letter)}
    if args.json:
        result(document)
        return EXIT_OK
    for name, value in document.items():
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        write(f"{name:<14}  {text}")
    return EXIT_OK


def _replay(args: argparse.Namespace) -> int:
    if bool(args.ids) == bool(args.reason):
        raise UsageError("replay: name dead letters by ID, or give --reason (usher dlq list shows both)")

    async def send(settings: CommonSettings, store: LetterStore) -> tuple[Sequence[str], dict[str, str]]:
        if args.ids:
            ids = [letter.id for letter in await _existing(store, args.ids)]
        else:
            ids = await store.open_ids(args.reason, args.workspace, args.limit)
        return await replay(settings, store, ids)

    return _report("replayed", *_ask(send), as_json=args.json)


def _discard(args: argparse.Namespace) -> int:
    async def discard(_: CommonSettings, store: LetterStore) -> tuple[Sequence[str], dict[str, str]]:
        letters = await _existing(store, args.ids)
        marked = await store.mark([letter.id for letter in letters], State.DISCARDED)
        settled = {letter.id: f"is {letter.state} already" for letter in letters if letter.id not in marked}
        return [letter.id for letter in letters if letter.id in marked], settled

    return _report("discarded", *_ask(discard), as_json=args.json)


def _report(verb: str, done: Sequence[str], refused: dict[str, str], *, as_json: bool) -> int:
    if as_json:
        result({verb: done, "refused": [{"id": key, "reason": why} for key, why in refused.items()]})
    else:
        for key, why in refused.items():
            write(f"{key}: not {verb}: {why}")
        write(f"{len(done)} {verb}, {len(refused)} not")
    return EXIT_NO if refused else EXIT_OK


async def _existing(store: LetterStore, ids: Sequence[str]) -> list[Letter]:
    """The letters in the order of the ids, each once; UsageError names the first id that nothing has."""
    found = await store.found(ids)
    unknown = [key for key in ids if key not in found]
    if unknown:
        raise UsageError(f"{unknown[0]}: no such dead letter; usher dlq list names them")
    return [found[key] for key in dict.fromkeys(ids)]


def _ask(question: Callable[[CommonSettings, LetterStore], Awaitable[Answer]]) -> Answer:
    async def asked() -> Answer:
        settings = settings_in_force()
        async with LetterStore.of(settings) as store:
            return await question(settings, store)

    asking: Coroutine[Any, Any, Answer] = asked()
    return asyncio.run(asking)


def _payload(letter: Letter) -> dict[str, str]:
    """The payload as text where it is text, else in base64; cut as the database keeps it."""
    try:
        return {"payload": letter.payload.decode()}
    except UnicodeDecodeError:
        return {"payload_base64": base64.b64encode(letter.payload).decode()}


def _line(letter: Letter) -> str:
    origin = letter.origin
    where = origin.get("source") or f"{origin.get('topic')}-{origin.get('partition')}@{origin.get('offset')}"
    said = f"{letter.path}: {letter.detail}" if letter.path else letter.detail
    at = letter.summary()["created_at"]
    return f"{letter.id}  {at}  {letter.workspace or '-'}  {letter.reason}  {where}  {said}"


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the id of a dead letter; usher dlq list names them"
        ) from None


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LETTERS_MAX)) else 0
    if not 1 <= number <= LETTERS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {LETTERS_MAX}")
    return number
