"""``usher dlq``: list, show, replay, discard and purge dead letters."""

import argparse
import base64
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar
from uuid import UUID

import orjson

from cli.dlq.replay import replay
from cli.dlq.selection import add_selection, duration_seconds, selection_of
from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say, write
from cli.policy.in_force import settings_in_force
from cli.settings import settings_of
from cli.subcommands import add_action, run_action
from services.ingest.settings import IngestSettings
from shared.clock import now_ms
from shared.kafka.reader import silence_retries
from shared.lane.dead_letters import Letter, LetterStore, State
from shared.process.loop import run_loop
from shared.process.settings import CommonSettings
from shared.times import DAY_MS, MILLISECONDS_PER_SECOND, rfc3339

__all__ = ["configure", "run"]

Answer = TypeVar("Answer")

LIST_DEFAULT = 50  # a screen or two
LETTERS_MAX = 1_000_000  # ids of one call; some hundred megabytes of memory would be next
LINE_CHARACTERS_MAX = 200  # of a letter in a list
_STATES = [str(state) for state in State]


def configure(parser: argparse.ArgumentParser) -> None:
    """The five subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = add_action(commands, "list", _list, "dead letters without their payloads, the newest first")
    add_selection(listing)
    listing.add_argument("--state", choices=_STATES, default=str(State.OPEN), help="default: open")
    listing.add_argument("--limit", type=_count, default=LIST_DEFAULT, metavar="N", help=f"default {LIST_DEFAULT}")
    show = add_action(commands, "show", _show, "one dead letter with its headers and its payload")
    show.add_argument("id", type=_id, metavar="ID")
    again = add_action(commands, "replay", _replay, "send refused inputs again; marked when Kafka has them")
    again.add_argument("ids", nargs="*", type=_id, metavar="ID")
    add_selection(again)
    again.add_argument("--limit", type=_count, default=LETTERS_MAX, metavar="N", help="of those selected")
    discard = add_action(commands, "discard", _discard, "mark dead letters as settled without them")
    discard.add_argument("ids", nargs="*", type=_id, metavar="ID")
    add_selection(discard)
    discard.add_argument("--limit", type=_count, default=LETTERS_MAX, metavar="N", help="of those selected")
    purge = add_action(commands, "purge", _purge, "delete old dead letters with their payloads")
    aged = "default: USHER_DEAD_LETTER_RETENTION_DAYS"
    purge.add_argument("--older-than", type=duration_seconds, metavar="AGE", help=f"as 30d; {aged}")
    purge.add_argument("--state", choices=_STATES, help="only those; default: all")


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (the answer is no) or 2 (bad usage or input)."""
    silence_retries()
    return run_action(args)


def _list(args: argparse.Namespace) -> int:
    letters = _ask(
        lambda settings, store: store.listed(args.state, selection_of(args, settings.topic_prefix), args.limit)
    )
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
    async def send(settings: CommonSettings, store: LetterStore) -> tuple[Sequence[str], dict[str, str]]:
        return await replay(settings, store, await _chosen(args, settings, store))

    return _report("replayed", *_ask(send), as_json=args.json)


def _discard(args: argparse.Namespace) -> int:
    async def discard(settings: CommonSettings, store: LetterStore) -> tuple[Sequence[str], dict[str, str]]:
        ids = await _chosen(args, settings, store)
        marked = await store.mark(ids, State.DISCARDED)
        others = await store.found([key for key in ids if key not in marked])
        settled = {key: f"is {letter.state} already" for key, letter in others.items()}
        return [key for key in ids if key in marked], settled

    return _report("discarded", *_ask(discard), as_json=args.json)


def _purge(args: argparse.Namespace) -> int:
    seconds = args.older_than
    if seconds is None:
        seconds = settings_of(IngestSettings).dead_letter_retention_days * DAY_MS / MILLISECONDS_PER_SECOND
    before_ms = now_ms() - int(seconds * MILLISECONDS_PER_SECOND)
    purged = _ask(lambda _, store: store.purge(before_ms, args.state))
    if args.json:
        result({"purged": purged, "refused_before": rfc3339(before_ms)})
    else:
        write(f"{purged} purged that were refused before {rfc3339(before_ms)}")
    return EXIT_OK


async def _chosen(args: argparse.Namespace, settings: CommonSettings, store: LetterStore) -> list[str]:
    """The ids that were named, or those of all open letters that are selected."""
    selection = selection_of(args, settings.topic_prefix)
    if bool(args.ids) == bool(selection):
        raise UsageError(
            f"dlq {args.action}: name dead letters by ID, or select them with --reason, --source, --workspace or"
            " --since (usher dlq list shows them)"
        )
    if args.ids:
        return [letter.id for letter in await _existing(store, args.ids)]
    return await store.open_ids(selection, args.limit)


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
    return run_loop(asking)


def _payload(letter: Letter) -> dict[str, str]:
    """The payload as text where it is text, else in base64; cut as the database keeps it."""
    try:
        return {"payload": letter.payload.decode()}
    except UnicodeDecodeError:
        return {"payload_base64": base64.b64encode(letter.payload).decode()}


def _line(letter: Letter) -> str:
    origin = letter.origin
    where = origin.get("source") or f"{origin.get('topic')}-{origin.get('partition')}@{origin.get('offset')}"
    why = f"{letter.path}: {letter.detail}" if letter.path else letter.detail
    at = letter.summary()["created_at"]
    return f"{letter.id}  {at}  {letter.workspace or '-'}  {letter.reason}  {where}  {why}"


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
