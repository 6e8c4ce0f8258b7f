"""Connections and credentials, as the rest of the door knows them."""

from collections.abc import Mapping
from typing import NamedTuple

from services.ingest.domain.channels.adapter import Adapter, Secrets
from services.ingest.domain.signatures import SCHEMES
from services.ingest.domain.types import Right
from services.ingest.domain.way import Way

__all__ = ["OWN_IDS", "Credential", "Source", "Sources"]

VERIFY_TOKEN = "verify_token"  # what Meta shows when it tries a webhook for the first time
OWN_IDS = frozenset({"canonical", "standard_webhooks"})  # their handles are the workspace's own, over all sources


class Credential(NamedTuple):
    """Who holds an API key, and what it allows."""

    name: str
    workspace: str
    digest: bytes
    may: frozenset[Right]


class Source(NamedTuple):
    """One connection: who reads it, what it says about its events, and what its webhook is verified with.

    ``own``: our addresses and ids there. ``public_url``: as the provider calls us, "" for as the request says.
    ``addresses``: those whose mail the SMTP door takes for it, in lower case; ``@domain`` is all of a domain.
    """

    name: str
    adapter: Adapter
    way: Way
    secrets: Secrets = {}
    own: frozenset[str] = frozenset()
    public_url: str = ""
    origins: frozenset[str] = frozenset()
    site_key: str = ""
    addresses: frozenset[str] = frozenset()

    def is_verified(self) -> bool:
        """Whether its webhook has secrets of its own, or a site's key; without them it takes API keys."""
        return bool(self.site_key) or any(self.secrets.get(name) for name in self._signed_by())

    def doubt(self) -> str:
        """What refuses its provider although the file is valid, because a topic alone may feed it; else nothing."""
        signed_by = self._signed_by()
        takes_keys = self.adapter.origins or self.adapter.own_ids or "bearer" in signed_by
        if signed_by and not takes_keys and not self.is_verified():
            needed = " or ".join(dict.fromkeys(signed_by))
            return f"without {needed} its webhook takes API keys alone, and {self.adapter.name} signs instead"
        if VERIFY_TOKEN in self.adapter.secrets and self.secrets and not self.secrets.get(VERIFY_TOKEN):
            return f"without {VERIFY_TOKEN} the first call of {self.adapter.name}, a trial, is refused"
        return ""

    def _signed_by(self) -> list[str]:
        return [name for scheme in self.adapter.schemes for name in SCHEMES[scheme].secrets]

    def secret_count(self) -> int:
        """How many secrets there are, over all names."""
        return sum(map(len, self.secrets.values()))


class Sources(NamedTuple):
    """All connections by name, all credentials by the SHA-256 of their key, and the countries of workspaces."""

    by_name: Mapping[str, Source]
    credentials: Mapping[bytes, Credential]
    regions: Mapping[str, str]
