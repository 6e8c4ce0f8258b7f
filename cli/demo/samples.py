"""What customers of the demo's two workspaces say, over every channel; written for the project."""

from dataclasses import dataclass
from random import Random
from typing import Any

from shared.times import rfc3339

# Channel -> how often it is used, in percent.
CHANNEL_SHARES = {"chat": 24, "voice": 18, "email": 16, "messaging": 14, "sms": 10, "social": 8, "web": 10}

ACME = {
    "en": (
        "Hello, where is my order? It said Tuesday and it is Thursday now.",
        "can u tell me where are my parcel, no news since monday",
        "What are your opening hours this weekend?",
        "I forgot my password and the mail with the link never comes.",
        "How do I return a jumper that is too small?",
        "Please update my delivery address, we moved to the next street.",
        "Could you send me a copy of the invoice for my last order?",
        "I want to cancel my order, I chose the wrong colour.",
        "I was charged twice for the same order and would like the money back.",
        "The lamp arrived broken, there is glass everywhere in the box.",
        "My coffee machine does not turn on any more, it is three weeks old.",
        "Somebody stole my wallet with my card in it an hour ago!",
        "This is the third time I write. If nothing happens I go to the ombudsman.",
        "I would like to talk to a person please.",
        "Do you have the blue one in a larger size?",
    ),
    "es": (
        "Hola, donde esta mi pedido? Tenia que llegar ayer.",
        "Cual es el horario de la tienda del centro?",
        "No recuerdo la clave: como puedo restablecer mi contrasena?",
        "Como devuelvo unos zapatos que me quedan grandes?",
        "Quiero cambiar mi direccion de entrega, gracias.",
        "Necesito una copia de la factura de marzo.",
        "Quiero cancelar mi pedido de esta manana.",
        "Me han cobrado dos veces el mismo pedido y nadie contesta.",
        "El jarron ha llegado roto y era un regalo.",
        "El altavoz no funciona, no enciende de ninguna manera.",
        "Me han robado la tarjeta en el metro, ayuda por favor.",
        "Quiero hablar con una persona, por favor.",
    ),
}
GLOBEX = {
    "de": (
        "Wie kann ich den Router einrichten? Die Anleitung fehlt.",
        "Welche Tarife haben Sie für einen Haushalt mit vier Personen?",
        "Ich ziehe um und möchte den Anschluss mitnehmen.",
        "Können Sie mir die Rechnung erklären? Sie ist höher als sonst.",
        "Ich möchte kündigen, der Vertrag läuft im Mai aus.",
        "Das Internet ist sehr langsam, seit gestern Abend.",
        "Kein Internet im ganzen Haus, und ich arbeite von daheim!",
        "Ich möchte bitte mit einem Menschen sprechen.",
        "Vielen Dank, die Technikerin war sehr freundlich.",
        "Seit drei Wochen keine Antwort, jetzt schreibe ich der Bundesnetzagentur.",
    ),
    "en": (
        "How do I set up my router? The light only blinks orange.",
        "Which plans do you have for students?",
        "We are moving house in June, can the line come with us?",
        "Please explain my bill, there is a fee that I do not know.",
        "I want to cancel my contract at the end of the month.",
        "The connection is so slow that no film plays.",
        "No internet since this morning, is there an outage?",
    ),
}
# What nobody can understand at once, and what the customer says when they are asked what they mean.
EXPLAINED = {
    "acme": {
        "Hi, it is about the thing from last week.": "I mean my parcel, where is my order?",
        "Hmm, the blue one, you know which.": "I would like to cancel my order, the blue jacket.",
        "It still says the same thing.": "The tracking says in transit since Monday. Where is my parcel?",
        "And what do I do with it now?": "I do not want it any more. How do I return it?",
        "Hola, es por lo del otro dia.": "Perdon: donde esta mi pedido? Iba a llegar el lunes.",
        "so what now?": "that thing, like I said",
    },
    "globex": {
        "Same as last time please.": "I need a copy of the invoice, as last month.",
        "Number 14, second line. Why?": "Please explain my bill: there is a fee in the second line.",
        "It is about the yellow paper.": "Well, the yellow one, from the envelope.",
    },
}
WORKSPACES: dict[str, dict[str, tuple[str, ...]]] = {"acme": ACME, "globex": GLOBEX}
NAMES = ("Ana", "Ben", "Carla", "Dieter", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Luis")
VAGUE = 0.25  # of first chats: enough for a question every few seconds
FOLLOW_UPS = ("Are you still there?", "One more thing: it is urgent.", "Hallo?", "Sigue ahi?")


@dataclass(frozen=True, slots=True)
class Sample:
    """One message: its topic's channel and its body."""

    channel: str
    body: dict[str, Any]


def first_message(workspace: str, number: int, now_ms: int, chance: Random) -> Sample:
    """A new customer's first words. ``number`` makes conversation and message unique within the run's prefix."""
    texts = WORKSPACES.get(workspace, ACME)
    language = next(iter(texts)) if chance.random() < 0.7 else list(texts)[-1]
    channel = chance.choices(list(CHANNEL_SHARES), weights=list(CHANNEL_SHARES.values()))[0]
    vague = EXPLAINED.get(workspace, {}) if channel == "chat" else {}
    text = chance.choice([*vague] if vague and chance.random() < VAGUE else texts[language])
    name = chance.choice(NAMES)
    person = chance.randrange(5_000)
    handle = f"{name.lower()}{person}@example.com" if channel in {"email", "web"} else f"+346{person:08d}"
    body: dict[str, Any] = {
        "type": "usher.channel.message.v1",
        "workspace": workspace,
        "channel": channel,
        "conversation_id": f"demo-{now_ms}-{number}",
        "message_id": f"demo-{now_ms}-{number}-1",
        "occurred_at": rfc3339(now_ms),
        "from": {"handle": handle, "name": name},
        "text": text,
    }
    if text not in vague:
        body["language"] = language
    if channel == "social":
        body["public"] = chance.random() < 0.6
    if chance.random() < 0.04:
        body["attributes"] = {"vip": "true"}
    return Sample(channel, body)


def follow_up(first: Sample, now_ms: int, chance: Random) -> Sample:
    """The same customer again, in the same conversation."""
    body = {
        **first.body,
        "message_id": first.body["conversation_id"] + "-2",
        "occurred_at": rfc3339(now_ms),
        "text": chance.choice(FOLLOW_UPS),
    }
    return Sample(first.channel, body)


def explanation(first: Sample, now_ms: int) -> Sample | None:
    """What the customer answers when a bot asks what they mean; None for somebody who was clear already."""
    text = EXPLAINED.get(first.body["workspace"], {}).get(first.body["text"])
    if text is None:
        return None
    answer = {"message_id": first.body["conversation_id"] + "-3", "occurred_at": rfc3339(now_ms), "text": text}
    return Sample(first.channel, {**first.body, **answer})


def hang_up(first: Sample, now_ms: int) -> dict[str, Any]:
    """The customer leaves."""
    return {
        "type": "usher.conversation.ended.v1",
        "workspace": first.body["workspace"],
        "occurred_at": rfc3339(now_ms),
        "source": first.channel,
        "conversation_id": first.body["conversation_id"],
        "reason": "hang_up" if first.channel == "voice" else "left",
    }
