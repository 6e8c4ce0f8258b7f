"""A site's own chat widget and its forms: Usher's own JSON, with the visitor's signed token where there is one."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, ended, time_ms
from services.ingest.domain.channels.node import Node
from services.ingest.domain.channels.visitor import claims_of

__all__ = ["ADAPTER"]

FIELDS_MAX = 40  # of a form that are kept as attributes; there is room for 64 in all


def read(payload: Payload) -> Reading:
    """A message, a form, or the end of a visit."""
    document = Node.parse(payload.body)
    kind = document.text("type") or "message"
    claims = Node(claims_of(payload), "token")
    match kind:
        case "message":
            return Reading([_message(payload, document, claims)])
        case "form":
            return Reading([_form(payload, document, claims)])
        case "left" | "closed":
            visit = _visit(document, claims)
            key = f"{visit}:{document.optional().id('id')}"
            return Reading([ended(payload, _conversation(payload, claims, visit), kind, key=key)])
        case "typing" | "read" | "ping":
            return Reading([Ignored(Why.NOT_A_MESSAGE)])
    raise document["type"].wrong("must be message, form, left or closed")


def _visit(document: Node, claims: Node) -> str:
    """A visitor with a token can write in visits of their own alone, whatever id they name."""
    visit = document.needed("visit")
    return f"{claims.id('sub')}:{visit}" if claims.id("sub") else visit


def _conversation(payload: Payload, claims: Node, visit: str) -> str:
    """Who has a token is named in their visits, and no log may show that."""
    return payload.source.pseudonym(visit) if claims.id("sub") else visit


def _message(payload: Payload, document: Node, claims: Node) -> Item:
    more, token = document.optional(), claims.optional()
    visitor, visit = more["visitor"], _visit(document, claims)
    known, guest = token.text("email") or claims.id("sub"), visitor.text("email") or visitor.id("id")
    handle = known or guest or visit
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="chat",
        conversation=_conversation(payload, claims, visit),
        message_id=f"{payload.source.pseudonym(visit)}:{document.needed('id')}",
        handle=handle,
        name=token.text("name") or visitor.text("name"),
        customer_id=claims.id("customer_id"),
        at_ms=time_ms(more.text("at")),
        text=document.words("text"),
        language=more.text("language"),
        attachments=[_file(one) for one in more["attachments"].items()],
        reply_address=visit,
        attributes=_attributes(more),
        unread=more.unread,
    ).event(payload)


def _form(payload: Payload, document: Node, claims: Node) -> Item:
    number, more, token = document.needed("id"), document.optional(), claims.optional()
    fields = _fields(document)
    handle = token.text("email") or claims.id("sub") or more.text("email") or f"form-{number}"
    lines = [f"{name}: {value}" for name, value in fields.items()]
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="web",
        conversation=f"form-{number}",
        message_id=f"form-{number}",
        handle=handle,
        name=token.text("name") or more.text("name"),
        customer_id=claims.id("customer_id"),
        at_ms=time_ms(more.text("at")),
        subject=more.text("subject"),
        text=document.words("text") or "\n".join(lines),
        language=more.text("language"),
        attachments=[_file(one) for one in more["attachments"].items()],
        reply_address=handle,
        attributes={**_attributes(more), **fields},
        unread=more.unread,
    ).event(payload)


def _fields(document: Node) -> dict[str, str]:
    fields = document["fields"]
    if not fields:
        return {}
    if not isinstance(fields.value, dict):
        raise fields.wrong("must be an object")
    return {name: _filled_in(fields[name]) for name in list(fields.value)[:FIELDS_MAX]}


def _filled_in(field: Node) -> str:
    """A text or number, a box that is ticked or not, or several choices of a list."""
    if isinstance(field.value, bool):
        return "true" if field.value else "false"
    return ", ".join(one.words() for one in field.items()) if isinstance(field.value, list) else field.words()


def _attributes(document: Node) -> dict[str, str]:
    return {name: document[name].text() for name in ("page", "referrer", "title")}


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one.text("content_type"),
        url=one.text("url"),
        name=one.text("name"),
        size=one["bytes"].whole(),
    )


ADAPTER = Adapter(
    name="web_chat",
    read=read,
    channel="chat",
    schemes=("visitor",),
    secrets=frozenset({"visitor_key"}),
    origins=True,
)
