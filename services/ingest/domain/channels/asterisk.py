"""Asterisk and FreePBX: queue events of AMI (as text, or each as a JSON object), and ARI's start and end of a call."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why, missing
from services.ingest.domain.channels.message import Message, ended, time_ms
from services.ingest.domain.channels.node import Node, each
from services.ingest.domain.reading import BODY_BYTES_MAX
from services.ingest.domain.rejection import Rejected
from shared.errors import Reason

__all__ = ["ADAPTER"]

EVENTS_MAX = 200  # of one payload; a bridge sends them one by one, or some that gathered
LINES_MAX = 10_000  # of one payload in AMI's own form: an event has some thirty
_UNKNOWN = frozenset({"", "<unknown>", "unknown", "anonymous", "s"})
_NEEDED = ("Event", "Linkedid", "Uniqueid", "Queue", "CallerIDNum", "Reason")  # which call, whose, and if it is over
_READ = ("Position", "Count", "CallerIDName", "Language", "Channel", "Exten", "AccountCode")
_DIALLED = "dialed"  # the argument by which Asterisk's own examples know the channels that their application dialled
_VARIABLE = "ChanVariable"
VARIABLES_MAX = 32  # of a channel; those that manager.conf or ari.conf lists under channelvars
_ARI_ENDS = frozenset({"StasisEnd", "ChannelDestroyed"})


class _Event(NamedTuple):
    """What AMI or ARI says: fields by AMI's names, and variables of the channel as attributes."""

    fields: Mapping[str, str]
    variables: Mapping[str, str]
    unread: Sequence[str] | None


def read(payload: Payload) -> Reading:
    """The events of a payload; each stands alone."""
    if payload.body.lstrip().startswith(b"{"):
        document = Node.parse(payload.body)
        if document["channel"]:
            return Reading([_ari(payload, document)])
        if document["type"] and not document["Event"] and not document["events"]:
            return Reading([Ignored(Why.NOT_A_MESSAGE)])  # of ARI, and about no channel: playbacks, bridges, devices
        events = document["events"]
        listed = list(events.items()) if events else [document]
        if len(listed) > EVENTS_MAX:
            raise events.wrong(f"more than {EVENTS_MAX} events")
        return Reading(each(listed, lambda one: _ami(payload, _fields(one))))
    return Reading(each(_blocks(payload.body), lambda one: _ami(payload, _fields(one))))


def _blocks(body: bytes) -> list[Node]:
    """AMI's own form: lines of ``Name: value``, an empty line between events."""
    if not body.strip():
        raise Rejected(Reason.EMPTY, "", "the body is empty; send events")
    if len(body) > BODY_BYTES_MAX:
        raise Rejected(Reason.TOO_LARGE, "", f"{len(body)} bytes; at most {BODY_BYTES_MAX} are accepted")
    text = body.decode("utf-8", "replace").replace("\r\n", "\n").strip("\n")
    blocks = [block for block in text.split("\n\n", EVENTS_MAX + 1) if block.strip()]
    if len(blocks) > EVENTS_MAX or text.count("\n") > LINES_MAX:
        raise Rejected(Reason.INVALID, "", f"more than {EVENTS_MAX} events or {LINES_MAX} lines")
    found = []
    for index, block in enumerate(blocks):
        pairs = [
            (name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in block.split("\n"))
        ]
        event: dict[str, str | list[str]] = dict(pairs)
        event[_VARIABLE] = [value for name, value in pairs if name.partition("(")[0] == _VARIABLE]
        found.append(Node(event, f"[{index}]"))
    return found


def _fields(event: Node) -> _Event:
    if not isinstance(event.value, dict):
        raise event.wrong("must be an object")
    more = event.optional()
    strict = {name: event.id(name) for name in _NEEDED if event[name]}
    rest = {name: more.text(name) for name in _READ if more[name]}
    return _Event({**rest, **strict}, _variables(more[_VARIABLE]), more.unread)


def _variables(found: Node) -> dict[str, str]:
    """Variables of a channel by name, as attributes: an object, or ``name=value`` once or as a list."""
    if isinstance(found.value, dict):
        pairs = [(name, found.text(name)) for name in list(found.value)[:VARIABLES_MAX]]
    else:
        listed = list(found.items()) if isinstance(found.value, list) else [found]
        pairs = [(name, value) for name, _, value in (one.text().partition("=") for one in listed[:VARIABLES_MAX])]
    return {f"var_{name.strip()}": value for name, value in pairs if name.strip() and value}


def _ami(payload: Payload, notice: _Event) -> Item:
    event = notice.fields
    kind = event.get("Event", "")
    if not kind:
        raise missing("Event")
    call = event.get("Linkedid") or event.get("Uniqueid", "")
    if kind == "QueueCallerJoin":
        if not call:
            raise missing("Linkedid")
        return _joined(payload, notice, call)
    if _is_end(kind, event):
        if not call:
            raise missing("Linkedid")
        return ended(payload, call, "hang_up", key=call)
    return Ignored(Why.CALL_PROGRESS if kind.startswith(("Queue", "Agent")) else Why.NOT_A_MESSAGE)


def _is_end(kind: str, event: Mapping[str, str]) -> bool:
    if kind == "Hangup":  # of the caller's own channel; other channels of the call are agents
        return bool(event.get("Uniqueid")) and event.get("Uniqueid") == event.get("Linkedid")
    return kind == "QueueCallerAbandon" or (kind == "AgentComplete" and event.get("Reason") in ("caller", "agent"))


def _joined(payload: Payload, notice: _Event, call: str) -> Item:
    event = notice.fields
    number = event.get("CallerIDNum", "")
    if payload.source.is_own(number):
        return Ignored(Why.OWN_MESSAGE)
    handle = "anonymous" if number.lower() in _UNKNOWN else number
    name = event.get("CallerIDName", "")
    return Message(
        channel="voice",
        conversation=call,
        message_id=f"{call}:{event.get('Queue', '')}",
        handle=handle,
        name="" if name.lower() in _UNKNOWN else name,
        to=event.get("Exten", ""),
        language=event.get("Language", ""),
        reply_address=handle,
        reply_thread=event.get("Channel") or call,
        attributes={
            "asterisk_queue": event.get("Queue", ""),
            "asterisk_channel": event.get("Channel", ""),
            "position": event.get("Position", ""),
            "waiting": event.get("Count", ""),
            "account_code": event.get("AccountCode", ""),
            **notice.variables,
        },
        unread=notice.unread,
    ).event(payload)


def _ari(payload: Payload, event: Node) -> Item:
    kind, more = event.text("type"), event.optional()
    call, channel = event["channel"].needed("id"), more["channel"]
    if kind in _ARI_ENDS:
        return ended(payload, call, "hang_up", key=call, at_ms=time_ms(_colon(more.text("timestamp"))))
    if kind != "StasisStart":
        return Ignored(Why.CALL_PROGRESS)
    if any(one.text() == _DIALLED for one in event["args"].items()):
        return Ignored(Why.OWN_MESSAGE)
    caller = channel["caller"]
    fields = {
        "CallerIDNum": event["channel"]["caller"].id("number"),
        "CallerIDName": caller.text("name"),
        "Channel": channel.text("name"),
        "Exten": channel["dialplan"].text("exten"),
        "Language": channel.text("language"),
        "Queue": event["args"].first().text(),
        "AccountCode": channel.text("accountcode"),
    }
    return _joined(payload, _Event(fields, _variables(channel["channelvars"]), more.unread), call)


def _colon(time: str) -> str:
    """ARI writes offsets as ``+0000``."""
    return f"{time[:-2]}:{time[-2:]}" if len(time) > 5 and time[-5] in "+-" else time


ADAPTER = Adapter(
    name="asterisk",
    read=read,
    channel="voice",
    schemes=("credentials",),
    secrets=frozenset({"bearer", "basic"}),
    media_types=frozenset({"application/json", "text/plain"}),
)
