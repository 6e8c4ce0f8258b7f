"""Rows of the database as objects; what many of them say is held once."""

from sys import intern

import msgspec

from services.router.domain.state.personal import pack
from services.router.domain.state.records import Agent, Contact, Levels, LiveContact, Skills

_contact = msgspec.json.Decoder(LiveContact).decode
_agent = msgspec.json.Decoder(Agent).decode


class RowReader:
    """Reads the rows of one load. Nobody changes a contact's skills in place, so contacts may share them."""

    def __init__(self) -> None:
        self._skills: dict[Levels, Skills] = {}
        self._shown: dict[tuple[str, str, int], tuple[str, str, int]] = {}

    def contact(self, body: str) -> LiveContact:
        """A contact's row; ``body`` is a LiveContact as JSON."""
        live = _contact(body)
        contact = live.contact
        self._share(contact)
        for held in (*live.offers, *((live.assignment,) if live.assignment else ())):
            held.contact_id, held.workspace, held.channel = contact.contact_id, contact.workspace, contact.channel
        return live

    def agent(self, body: str) -> Agent:
        """An agent's row; ``body`` is an Agent as JSON."""
        agent = _agent(body)
        agent.workspace = intern(agent.workspace)
        agent.shown = self._shown.setdefault(agent.shown, agent.shown)
        return agent

    def personal(self, body: str) -> bytes:
        """A row of text and handles, in the form in which it waits in memory."""
        return pack(body.encode())

    def _share(self, contact: Contact) -> None:
        contact.workspace = intern(contact.workspace)
        contact.source = intern(contact.source)
        contact.channel = intern(contact.channel)
        contact.tier = intern(contact.tier)
        contact.bot = intern(contact.bot)
        contact.intent = intern(contact.intent)
        contact.article = intern(contact.article)
        contact.language = intern(contact.language)
        contact.spoken = intern(contact.spoken)
        contact.home_queue = intern(contact.home_queue)
        if contact.queue is not None:
            contact.queue = intern(contact.queue)
        contact.skills = self._skills.setdefault(tuple(contact.skills.items()), contact.skills)
        if contact.kept_skills is not None:
            contact.kept_skills = self._skills.setdefault(tuple(contact.kept_skills.items()), contact.kept_skills)
