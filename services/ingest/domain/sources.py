"""The sources file: connections and credentials, validated as one value, every error with its path."""

import hmac
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.fields import Id, Name, Workspace
from services.ingest.domain.phones import REGIONS
from services.ingest.domain.rejection import path_of
from services.ingest.domain.types import Right
from services.ingest.domain.way import Way
from shared.contract.topics import CHANNELS, Channel

__all__ = ["Credential", "Resolve", "Source", "Sources", "SourcesError", "read_sources"]

# By contract; those without an entry in ADAPTERS are known and not yet built.
ADAPTER_NAMES = frozenset(
    {
        "canonical",
        "standard_webhooks",
        "twilio",
        "twilio_voice",
        "twilio_conversations",
        "whatsapp_cloud",
        "messenger",
        "instagram",
        "mailgun",
        "sendgrid",
        "postmark",
        "email_mime",
        "slack",
        "telegram",
        "zendesk",
        "intercom",
        "chatwoot",
        "asterisk",
        "web_chat",
        "x",
    }
)
OWN_IDS = frozenset({"canonical", "standard_webhooks"})  # their handles are the workspace's own, over all sources
SECRETS_OF: Mapping[str, frozenset[str]] = {"canonical": frozenset({"bearer"})}
TOPIC_SAFE = r"^[A-Za-z0-9._-]{1,64}$"  # a source's name is part of its topic's name
REFERENCE_PATTERN = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"

Reference = Annotated[str, Field(pattern=REFERENCE_PATTERN)]
Resolve = Callable[[str], str]


class SourcesError(ValueError):
    """The file cannot be used; the message is one line that names the path and the fix."""


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class ApiKeyEntry(_Entry):
    """One key of a workspace; the file holds its SHA-256 only."""

    name: Id
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
    may: Annotated[list[str], Field(min_length=1)]


class WorkspaceEntry(_Entry):
    """What a workspace has besides its policy."""

    api_keys: list[ApiKeyEntry] = []
    region: str | None = None


class SourceEntry(_Entry):
    """One connection."""

    adapter: str
    workspace: Workspace | None = None
    channel: Channel | None = None
    queue: Name | None = None
    secrets: dict[str, Reference | list[Reference]] = {}
    public_url: str | None = None
    own: list[str] | None = None
    origins: list[str] | None = None
    site_key: str | None = None


class SourcesDocument(_Entry):
    """The whole file."""

    workspaces: dict[Workspace, WorkspaceEntry] = {}
    sources: dict[Annotated[str, Field(pattern=TOPIC_SAFE)], SourceEntry] = {}


class Credential(NamedTuple):
    """Who holds an API key, and what it allows."""

    name: str
    workspace: str
    digest: bytes
    may: frozenset[Right]


class Source(NamedTuple):
    """One connection: who reads it, what it says about its events, and which bearer tokens its webhook takes."""

    name: str
    adapter: str
    way: Way
    bearers: tuple[str, ...]

    def admits(self, token: str) -> bool:
        """Whether the token is one of this source's; the time taken does not tell how much of it was right."""
        given = token.encode()
        matches = [hmac.compare_digest(given, bearer.encode()) for bearer in self.bearers]
        return any(matches)


class Sources(NamedTuple):
    """All connections by name, all credentials by the SHA-256 of their key, and the countries of workspaces."""

    by_name: Mapping[str, Source]
    credentials: Mapping[bytes, Credential]
    regions: Mapping[str, str]


def read_sources(document: Any, resolve: Resolve, *, with_channels: bool) -> Sources:
    """The sources of a parsed file; ``resolve`` turns ``env:NAME`` and ``file:PATH`` into secrets (ValueError if not).

    ``with_channels`` adds a canonical source for each channel that the file does not define itself.
    """
    try:
        checked = SourcesDocument.model_validate({} if document is None else document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise SourcesError(f"{path_of(first['loc']) or 'the file'}: {first['msg']}") from None
    by_name = {name: _source(name, entry, resolve) for name, entry in checked.sources.items()}
    if with_channels:
        for channel in CHANNELS:
            by_name.setdefault(channel, Source(channel, "canonical", Way(source=channel), ()))
    return Sources(by_name, _credentials(checked), _regions(checked))


def _source(name: str, entry: SourceEntry, resolve: Resolve) -> Source:
    path = f"sources.{name}"
    if entry.adapter not in ADAPTER_NAMES:
        raise SourcesError(f"{path}.adapter: unknown; one of {', '.join(sorted(ADAPTER_NAMES))}")
    if entry.adapter not in ADAPTERS:
        raise SourcesError(f"{path}.adapter: {entry.adapter} is not supported yet; use {', '.join(ADAPTERS)}")
    for field in ("public_url", "own", "origins", "site_key"):
        if getattr(entry, field) is not None:
            raise SourcesError(f"{path}.{field}: the adapter {entry.adapter} does not support it; remove it")
    for secret in entry.secrets:
        if secret not in SECRETS_OF[entry.adapter]:
            allowed = ", ".join(sorted(SECRETS_OF[entry.adapter]))
            raise SourcesError(f"{path}.secrets.{secret}: the adapter {entry.adapter} takes only {allowed}")
    scope = "" if entry.adapter in OWN_IDS else name
    way = Way(name, entry.workspace or "", entry.channel, entry.queue or "", scope=scope)
    return Source(name, entry.adapter, way, _resolved(f"{path}.secrets.bearer", entry.secrets.get("bearer"), resolve))


def _resolved(path: str, references: str | list[str] | None, resolve: Resolve) -> tuple[str, ...]:
    listed = [references] if isinstance(references, str) else references or []
    secrets = []
    for reference in listed:
        try:
            secrets.append(resolve(reference))
        except ValueError as error:
            raise SourcesError(f"{path}: {error}") from None
    return tuple(secrets)


def _credentials(checked: SourcesDocument) -> dict[bytes, Credential]:
    credentials: dict[bytes, Credential] = {}
    for workspace, entry in checked.workspaces.items():
        for index, key in enumerate(entry.api_keys):
            path = f"workspaces.{workspace}.api_keys[{index}]"
            digest = bytes.fromhex(key.sha256)
            if digest in credentials:
                raise SourcesError(f"{path}.sha256: the same key stands for {credentials[digest].workspace} too")
            credentials[digest] = Credential(key.name, workspace, digest, _rights(path, key.may))
    return credentials


def _regions(checked: SourcesDocument) -> dict[str, str]:
    regions = {name: entry.region for name, entry in checked.workspaces.items() if entry.region is not None}
    for workspace, region in regions.items():
        if region not in REGIONS:
            raise SourcesError(f"workspaces.{workspace}.region: {region} is no country code of two letters, as ES")
    return regions


def _rights(path: str, may: list[str]) -> frozenset[Right]:
    for index, right in enumerate(may):
        if right not in set(Right):
            raise SourcesError(f"{path}.may[{index}]: unknown right; one of {', '.join(Right)}")
    return frozenset(Right(right) for right in may)
