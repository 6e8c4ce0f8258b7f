"""An example of every event, as it stands on its topic: what integrators see, and what later versions still read."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import msgspec
import orjson
from msgspec.structs import replace

from services.ingest.alive import alive_message
from services.ingest.wire import RecordWriter
from shared.contract.envelope import EventWriter, Message, dead_letter_message, hand_off
from shared.contract.ids import derive
from shared.contract.inputs import TYPE_OF, PolicyActivated
from shared.contract.records import Event
from shared.contract.topics import (
    CONTACT_EVENTS,
    DEAD_LETTERS,
    ROUTER_INPUT,
    SLA_EVENTS,
    channel_topic,
)
from shared.kafka import partition_of
from shared.policy import parse_policy
from tests.contract.events.catalogue import CHANNEL_TOPICS, Described, described
from tests.support.documents import DOCS
from tests.support.ingest_builders import body, put_body
from tests.support.router_builders import POLICY, START_MS, Router
from tests.support.router_script import played as played_laws
from tests.support.router_script import script
from tests.unit import test_router_risks as risks
from tests.unit import test_router_silence as silence
from tests.unit import test_router_urging as urging
from tests.unit.test_router_combinations import played
from tests.unit.test_sla_kinds_properties import finish, random_log, runner

__all__ = ["FILE", "Payload", "made", "read", "router_events", "sla_events", "written"]

FILE = DOCS / "schemas" / "payloads.jsonl"
SEEDS = 40  # plays: enough that each event happens
_SHORT_ID = re.compile(rb'(?<="contact_id":")c[0-9]+(?=")')


class Payload(NamedTuple):
    """One record; ``headers`` as they are sent, decoded."""

    direction: str
    type: str
    topic: str
    key: str
    headers: dict[str, str]
    body: dict[str, Any]


def read(lines: bytes) -> dict[tuple[str, str], Payload]:
    """The payloads of the file, by direction and type."""
    found = [Payload(**orjson.loads(line)) for line in lines.splitlines() if line]
    return {(one.direction, one.type): one for one in found}


def written(payloads: Iterable[Payload]) -> bytes:
    """The file: a line for each, in the order of the catalogue."""
    by_name = {(one.direction, one.type): one for one in payloads}
    ordered = [by_name[one.direction, one.type] for one in described()]
    return b"".join(orjson.dumps(one._asdict()) + b"\n" for one in ordered)


def made() -> dict[tuple[str, str], Payload]:
    """An example of every event, made by the door and the engines themselves."""
    wanted = {(one.direction, one.type): one for one in described()}
    found: dict[tuple[str, str], Payload] = {}
    for payload in chain(_door(wanted.values()), _sla(), _router()):
        found.setdefault((payload.direction, payload.type), payload)
    missing = wanted.keys() - found.keys()
    if missing:
        raise LookupError(f"no example of {sorted(missing)}: let a play of the router or a log here bring it about")
    return {name: found[name] for name in wanted}


def router_events(seed: int) -> list[Event]:
    """What the router says in a play of all its features, or, of every second seed, in one of its laws."""
    play = played_laws(script(seed, 100)) if seed % 2 else played(seed, restarts=False)
    return play.router.events


def sla_events(seed: int) -> list[Event]:
    """What the sla service says of a random log of all kinds of clocks, of contacts with ids as routers make them."""
    log, player = random_log(seed), runner()
    player.step([replace(record, value=_SHORT_ID.sub(_whole_id, record.value)) for record in log.records])
    finish(player, log)
    return player.events


def _whole_id(found: re.Match[bytes]) -> bytes:
    return derive("contact", found[0].decode()).encode()


def _door(wanted: Iterable[Described]) -> Iterator[Payload]:
    """What comes in, what the door makes of it, and what it says of an input that it refuses."""
    write = RecordWriter(partial(partition_of, partitions=8)).write
    for one in wanted:
        if one.direction != "inbound":
            continue
        said = body(one.type)
        topic = channel_topic("chat") if one.topics[0] == CHANNEL_TOPICS else one.topics[0]
        headers = {"content-type": "application/json"}
        yield Payload("inbound", one.type, topic, "acme", headers, said)
        (event,) = put_body(said).admitted
        yield _payload("canonical", ROUTER_INPUT, write(event)[1])
    (refusal,) = put_body({**body(), "channel": "fax"}).refused
    yield _payload("outbound", DEAD_LETTERS, dead_letter_message("ingest", refusal.letter))


def _router() -> Iterator[Payload]:
    yield _payload("canonical", ROUTER_INPUT, _activation())
    yield _payload("canonical", ROUTER_INPUT, alive_message(START_MS))
    writer = EventWriter("router")
    for event in chain(chain.from_iterable(map(router_events, range(SEEDS))), _stories()):
        record = writer.write(event, 1)
        yield _payload("outbound", CONTACT_EVENTS, record)
        for topic, more in event.copies:
            yield _payload("hand-off", topic, hand_off(record, more))


def _stories() -> list[Event]:
    """A queue acts on its promise; an agent waits for the customer, and is reminded of the contact at last."""
    hastened, _ = urging.waiting(urging.BOTH)
    hastened.wait(2 * urging.WARN)
    router = Router(silence.policy("remind"))
    contact_id, _ = router.assigned("c1")
    silence.pending(router, contact_id, True)
    silence.pending(router, contact_id, False)
    router.wait(silence.AFTER)
    return hastened.events + risks.relieved()[0].events + router.events


def _activation() -> Message:
    """The one input that no door takes: `usher policy apply` writes it."""
    router = Router()
    parsed = parse_policy(POLICY)
    said = PolicyActivated(**router.common("policy-1"), hash=parsed.hash, policy=parsed.document())
    headers = [("ce_type", TYPE_OF[PolicyActivated].encode()), ("ce_id", said.event_id.encode())]
    return Message(b"acme", msgspec.json.encode(said), headers)


def _sla() -> Iterator[Payload]:
    writer = EventWriter("sla")
    for event in risks.sla_of(risks.relieved()[0]).events:
        yield _payload("outbound", SLA_EVENTS, writer.write(event, 1))
    for seed in range(SEEDS):
        for event in sla_events(seed):
            yield _payload("outbound", SLA_EVENTS, writer.write(event, 1))


def _payload(direction: str, topic: str, message: Message) -> Payload:
    """A record as its reader sees it."""
    headers = {name: value.decode() for name, value in message.headers}
    return Payload(direction, headers["ce_type"], topic, message.key.decode(), headers, orjson.loads(message.value))
