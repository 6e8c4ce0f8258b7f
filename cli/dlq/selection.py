"""Which dead letters a command means: by reason, source, workspace and time."""

import argparse
import re

from services.ingest.domain.fields import rfc3339_ms
from shared.clock import now_ms
from shared.contract.topics import channel_topic
from shared.errors import Reason
from shared.lane.dead_letters import Selection
from shared.policy.fields import parse_duration
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["add_selection", "duration_seconds", "selection_of"]

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}")
_HINT = "as 2h, 1d, 2026-01-31T09:30:00Z"


def add_selection(parser: argparse.ArgumentParser) -> None:
    """The options that choose dead letters."""
    parser.add_argument("--reason", choices=[str(reason) for reason in Reason], metavar="REASON", help="of this reason")
    parser.add_argument("--source", metavar="NAME", help="that came in by this source, over HTTP or its topic")
    parser.add_argument("--workspace", metavar="NAME", help="of this workspace")
    parser.add_argument("--since", type=_since, metavar="WHEN", help=f"refused since then: {_HINT}")


def selection_of(args: argparse.Namespace, topic_prefix: str) -> Selection:
    """What the options of ``add_selection`` chose."""
    topic = None if args.source is None else topic_prefix + channel_topic(args.source)
    return Selection(args.reason, args.workspace, args.source, topic, args.since)


def duration_seconds(text: str) -> float:
    """Seconds of a duration as in a policy; for argparse."""
    try:
        return float(parse_duration(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration, as 20s, 5m, 2h or 30d") from None


def _since(text: str) -> int:
    """Milliseconds since the epoch of a time, or of that long ago."""
    if not _TIME.match(text):
        return now_ms() - int(duration_seconds(text) * MILLISECONDS_PER_SECOND)
    try:
        return rfc3339_ms(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time with offset, {_HINT}") from None
