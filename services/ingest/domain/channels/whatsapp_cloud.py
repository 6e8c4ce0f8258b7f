"""WhatsApp Cloud API: many messages, calls and delivery states in one request."""

import re

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Message, ended, seconds_ms
from services.ingest.domain.channels.meta import META_SECRETS, handshake
from services.ingest.domain.channels.node import Node, each
from services.ingest.domain.channels.whatsapp_content import attachments_of, attributes_of, text_of

__all__ = ["ADAPTER"]

_IGNORED = {
    "reaction": Why.REACTION,
    "system": Why.NOT_A_MESSAGE,
    "edit": Why.EDIT,
    "revoke": Why.DELETION,
    "request_welcome": Why.NOT_A_MESSAGE,  # the chat was opened, and nothing said
}
# What Cloud API cannot show, where that is no message of its own.
_UNSHOWN = {
    "edit": Why.EDIT,
    "revoke": Why.DELETION,
    "reaction": Why.REACTION,
    "pin": Why.NOT_A_MESSAGE,
    "keep_in_chat": Why.NOT_A_MESSAGE,
}
_NOT_DIGIT = re.compile(r"[^0-9]")  # of our number, which some accounts show as +1 555-000-1111
PEOPLE_MAX = 1000  # of one change: Meta puts up to 1,000 updates into a request, and names who wrote each


def read(payload: Payload) -> Reading:
    """Every message and state; each stands alone."""
    document = Node.parse(payload.body)
    if document.text("object") != "whatsapp_business_account":
        raise document["object"].wrong("must be whatsapp_business_account")

    def entry(one: Node) -> list[Item]:
        return each(one["changes"].items(), lambda change: _change(payload, change))

    return Reading(each(document["entry"].items(), entry) or [Ignored(Why.NOT_A_MESSAGE)])


def _change(payload: Payload, change: Node) -> Item | list[Item]:
    field, value = change.text("field"), change["value"]
    if field == "calls":
        people = _People(value)
        calls = each(value["calls"].items(), lambda one: _call(payload, value, people, one))
        return [*calls, *_states(value, Why.CALL_PROGRESS)]
    if field == "standby":
        return Ignored(Why.STANDBY)  # Meta's own agent talks with them
    if field != "messages":
        return Ignored(Why.ECHO if field.endswith("echoes") else Why.NOT_A_MESSAGE)
    people = _People(value)
    messages = each(value["messages"].items(), lambda one: _message(payload, value, people, one))
    return [*messages, *_states(value, Why.DELIVERY_STATE)]


def _states(value: Node, why: Why) -> list[Item]:
    listed = value["statuses"]
    return [Ignored(why) for _ in listed.items()] if isinstance(listed.value, list) else []


class _Person:
    """Who wrote or calls: a number, a business-scoped id, or both. 2026's people may hide their number."""

    def __init__(self, number: str, user: str) -> None:
        self.number = number
        self.user = user
        self.handle = f"whatsapp:+{number}" if number.isdigit() else number or user
        self.address = number or user
        self.thread = user or number  # stays, whether the number is shown or not


class _People:
    """What a change says of its people: our number, their names by each of their ids, and whom it can be about."""

    def __init__(self, value: Node) -> None:
        more = value.optional()
        self.unread = more.unread
        self._contacts = list(more["contacts"].items(PEOPLE_MAX))
        self.shown = more["metadata"].id("display_phone_number")  # our number
        self._names: dict[str, str] = {}
        self._usernames: dict[str, str] = {}
        for contact in self._contacts:
            profile = contact["profile"]
            name, username = profile.text("name"), profile.text("username") or contact.text("username")
            for key in (contact.id("wa_id"), contact.id("user_id")):
                if key:
                    self._names[key] = name or username
                    self._usernames[key] = username

    def writer(self, one: Node) -> _Person:
        """Of a message or call; the only contact stands in where it names nobody."""
        number, user = one.id("from"), one.id("from_user_id")
        if not number and not user and len(self._contacts) == 1:
            number, user = self._contacts[0].id("wa_id"), self._contacts[0].id("user_id")
        if not number and not user:
            raise one["from"].wrong("Field required")
        return _Person(number, user)

    def name(self, person: _Person) -> str:
        return self._names.get(person.user) or self._names.get(person.number) or ""

    def username(self, person: _Person) -> str:
        return self._usernames.get(person.user) or self._usernames.get(person.number) or ""


def _is_ours(payload: Payload, people: _People, person: _Person) -> bool:
    shown = _NOT_DIGIT.sub("", people.shown)
    return bool(shown and shown == person.number) or payload.source.is_own(person.number, person.user, person.handle)


def _message(payload: Payload, value: Node, people: _People, one: Node) -> Item:
    kind = one.text("type")
    why = _no_message(kind, one)
    if why is not None:
        return Ignored(why)
    person, ours = people.writer(one), value["metadata"].id("phone_number_id")
    if _is_ours(payload, people, person):
        return Ignored(Why.OWN_MESSAGE)
    group, more = one.id("group_id"), one.optional()
    return Message(
        channel="messaging",
        conversation=payload.source.pseudonym(ours, *(("group", group) if group else (person.thread,))),
        message_id=one.needed("id"),
        handle=person.handle,
        name=people.name(person),
        to=people.shown or ours,
        at_ms=seconds_ms(more["timestamp"].number()),
        text=text_of(kind, one),
        attachments=attachments_of(more),
        reply_address=group or person.address,
        reply_thread=ours,
        attributes={"username": people.username(person), **attributes_of(kind, more)},
        unread=[*(people.unread or ()), *(more.unread or ())],
    ).event(payload)


def _no_message(kind: str, one: Node) -> Why | None:
    if kind == "unsupported":
        return _UNSHOWN.get(one["unsupported"].text("type"))
    if one["interactive"]["call_permission_reply"].text("response_source") == "automatic":
        return Why.NOT_A_MESSAGE  # who calls allows to be called back, and said nothing
    return _IGNORED.get(kind)


def _call(payload: Payload, value: Node, people: _People, one: Node) -> Item:
    """A call over WhatsApp: it rings (``connect``), and ends (``terminate``). Its id is its conversation."""
    if one.text("direction") == "BUSINESS_INITIATED":
        return Ignored(Why.OWN_MESSAGE)
    call, kind, more = one.needed("id"), one.text("event"), one.optional()
    at_ms = seconds_ms(more["timestamp"].number())
    if kind == "terminate":
        return ended(payload, call, "hang_up", key=call, at_ms=at_ms)
    if kind != "connect":
        return Ignored(Why.CALL_PROGRESS)
    person, ours = people.writer(one), value["metadata"].id("phone_number_id")
    if _is_ours(payload, people, person):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="voice",
        conversation=call,
        message_id=call,
        handle=person.handle,
        name=people.name(person),
        to=people.shown or ours,
        at_ms=at_ms,
        reply_address=person.address,
        reply_thread=call,
        attributes={
            "username": people.username(person),
            "user_id": person.user,
            "phone_number_id": ours,
            "payload": more.text("cta_payload") or more.text("deeplink_payload"),
        },
        unread=[*(people.unread or ()), *(more.unread or ())],
    ).event(payload)


ADAPTER = Adapter(
    name="whatsapp_cloud",
    read=read,
    channel="messaging",
    schemes=("meta",),
    secrets=META_SECRETS,
    handshake=handshake,
)
