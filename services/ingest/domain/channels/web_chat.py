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
    kind = document["type"].text() or "message"
    claims = Node(claims_of(payload), "token")
    match kind:
        case "message":
            return Reading([_message(payload, document, claims)])
        case "form":
            return Reading([_form(payload, document, claims)])
        case "left" | "closed":
            visit = _visit(document, claims)
            return Reading([ended(payload, visit, kind, key=f"{visit}:{document['id'].id()}")])
        case "typing" | "read" | "ping":
            return Reading([Ignored(Why.NOT_A_MESSAGE)])
    raise document["type"].wrong("must be message, form, left or closed")


def _visit(document: Node, claims: Node) -> str:
    """A visitor with a token can write in visits of their own alone, whatever id they name."""
    visit = document["visit"].needed()
    return f"{claims['sub'].id()}:{visit}" if claims["sub"].id() else visit


def _message(payload: Payload, document: Node, claims: Node) -> Item:
    visitor = document["visitor"]
    visit = _visit(document, claims)
    return Message(
        channel="chat",
        conversation=payload.source.pseudonym(visit) if claims["sub"].id() else visit,
        message_id=f"{payload.source.pseudonym(visit)}:{document['id'].needed()}",
        handle=claims["email"].text() or claims["sub"].id() or visitor["email"].text() or visitor["id"].id() or visit,
        name=claims["name"].text() or visitor["name"].text(),
        customer_id=claims["customer_id"].id(),
        at_ms=time_ms(document["at"].text()),
        text=document["text"].text(),
        language=document["language"].text(),
        attachments=[_file(one) for one in document["attachments"].items()],
        reply_address=visit,
        attributes=_attributes(document),
    ).event(payload)


def _form(payload: Payload, document: Node, claims: Node) -> Item:
    number, fields = document["id"].needed(), _fields(document)
    handle = claims["email"].text() or claims["sub"].id() or document["email"].text() or f"form-{number}"
    lines = [f"{name}: {value}" for name, value in fields.items()]
    return Message(
        channel="web",
        conversation=f"form-{number}",
        message_id=f"form-{number}",
        handle=handle,
        name=claims["name"].text() or document["name"].text(),
        customer_id=claims["customer_id"].id(),
        at_ms=time_ms(document["at"].text()),
        subject=document["subject"].text(),
        text=document["text"].text() or "\n".join(lines),
        language=document["language"].text(),
        attachments=[_file(one) for one in document["attachments"].items()],
        reply_address=handle,
        attributes={**_attributes(document), **fields},
    ).event(payload)


def _fields(document: Node) -> dict[str, str]:
    fields = document["fields"]
    if not fields:
        return {}
    if not isinstance(fields.value, dict):
        raise fields.wrong("must be an object")
    return {name: fields[name].id() for name in list(fields.value)[:FIELDS_MAX]}


def _attributes(document: Node) -> dict[str, str]:
    return {name: document[name].text() for name in ("page", "referrer", "title")}


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one["content_type"].text(),
        url=one["url"].text(),
        name=one["name"].text(),
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
