"""The sources file: connections and credentials, validated as one value, every error with its path."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.ingest.domain.channels.adapter import Adapter, Secrets
from services.ingest.domain.channels.registry import find, names
from services.ingest.domain.fields import Id, Name, Workspace
from services.ingest.domain.phones import REGIONS
from services.ingest.domain.rejection import path_of
from services.ingest.domain.signatures import SCHEMES
from services.ingest.domain.types import Right
from services.ingest.domain.way import Way
from shared.contract.topics import CHANNELS, Channel

__all__ = ["OWN_IDS", "Credential", "Resolve", "Source", "Sources", "SourcesError", "read_sources"]

OWN_IDS = frozenset({"canonical", "standard_webhooks"})  # their handles are the workspace's own, over all sources
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
    """One connection: who reads it, what it says about its events, and what its webhook is verified with.

    ``own``: our addresses and ids there. ``public_url``: as the provider calls us, "" for as the request says.
    """

    name: str
    adapter: Adapter
    way: Way
    secrets: Secrets = {}
    own: frozenset[str] = frozenset()
    public_url: str = ""
    origins: tuple[str, ...] = ()

    def is_verified(self) -> bool:
        """Whether its webhook has secrets of its own; without them it takes API keys."""
        return any(self.secrets.get(name) for scheme in self.adapter.schemes for name in SCHEMES[scheme].secrets)

    def secret_count(self) -> int:
        """How many secrets there are, over all names."""
        return sum(map(len, self.secrets.values()))


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
            by_name.setdefault(channel, Source(channel, _adapter("", "canonical"), Way(source=channel)))
    return Sources(by_name, _credentials(checked), _regions(checked))


def _source(name: str, entry: SourceEntry, resolve: Resolve) -> Source:
    path = f"sources.{name}"
    adapter = _adapter(path, entry.adapter)
    if entry.workspace is None and not adapter.own_ids:
        raise SourcesError(f"{path}.workspace: name the workspace that the contacts of this source belong to")
    for field in ("origins", "site_key"):
        if getattr(entry, field) is not None and not adapter.origins:
            raise SourcesError(f"{path}.{field}: the adapter {entry.adapter} does not support it; remove it")
    for field in ("public_url", "own"):
        if getattr(entry, field) is not None and adapter.name == "canonical":
            raise SourcesError(f"{path}.{field}: the adapter {entry.adapter} does not support it; remove it")
    for secret in entry.secrets:
        if secret not in adapter.secrets:
            allowed = ", ".join(sorted(adapter.secrets)) or "none"
            raise SourcesError(f"{path}.secrets.{secret}: the adapter {entry.adapter} takes only {allowed}")
    secrets = {
        secret: _resolved(f"{path}.secrets.{secret}", references, resolve)
        for secret, references in entry.secrets.items()
    }
    scope = "" if adapter.own_ids else name
    return Source(
        name,
        adapter,
        Way(name, entry.workspace or "", entry.channel, entry.queue or "", scope=scope),
        secrets,
        frozenset(entry.own or ()),
        entry.public_url or "",
        tuple(entry.origins or ()),
    )


def _adapter(path: str, name: str) -> Adapter:
    try:
        adapter = find(name)
    except Exception as error:  # noqa: BLE001 - a package of somebody else, which may raise anything
        raise SourcesError(f"{path}.adapter: {name} cannot be loaded: {type(error).__name__}: {error}") from None
    if adapter is None:
        raise SourcesError(f"{path}.adapter: unknown; one of {', '.join(sorted(names()))}")
    return adapter


def _resolved(path: str, references: str | list[str], resolve: Resolve) -> tuple[str, ...]:
    listed = [references] if isinstance(references, str) else references
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
