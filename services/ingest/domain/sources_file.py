"""The sources file: checked as a whole, every fault at once with its path and the fix, and never a secret in it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from services.ingest.domain.channels.adapter import Adapter
from services.ingest.domain.channels.registry import find, names
from services.ingest.domain.phones import REGIONS
from services.ingest.domain.signatures import SCHEMES
from services.ingest.domain.sources import Credential, Source, Sources
from services.ingest.domain.sources_entries import ApiKeyEntry, SourceEntry, WorkspaceEntry
from services.ingest.domain.types import Right
from services.ingest.domain.way import Way
from shared.contract.ids import WORKSPACE_PATTERN
from shared.contract.topics import CHANNELS
from shared.policy.errors import PolicyError, PolicyErrors, did_you_mean
from shared.policy.faults import Loc, faults_of, path_of

__all__ = ["Resolve", "SourcesError", "read_sources"]

TOPIC_SAFE = re.compile(r"[A-Za-z0-9._-]{1,64}")  # a source's name is part of its topic's name

_WORKSPACE = re.compile(WORKSPACE_PATTERN)
_ADDRESS = re.compile(r"[^@\s<>]*@[^@\s<>]+")
_ORIGIN = re.compile(r"https?://[^/\s]+")
_SECRET_FIELDS = frozenset({"secrets", "sha256"})
_SECTIONS = ("workspaces", "sources")

Resolve = Callable[[str], str]
_Model = TypeVar("_Model", bound=BaseModel)


class SourcesError(PolicyErrors):
    """The file cannot be used; ``errors`` are its faults, none of which repeats a secret."""


def read_sources(document: Any, resolve: Resolve, *, with_channels: bool) -> Sources:
    """The sources of a parsed file; ``resolve`` turns ``env:NAME`` and ``file:PATH`` into secrets (ValueError if not).

    ``with_channels`` adds a canonical source for each channel that the file does not define itself. SourcesError names
    every fault of the file.
    """
    reading = _Reading(resolve)
    sections = reading.sections(document)
    credentials = reading.credentials(sections["workspaces"])
    by_name = reading.sources(sections["sources"])
    if reading.faults:
        raise SourcesError(reading.faults)
    if with_channels:
        canonical = find("canonical")
        assert canonical is not None, "the adapter of this repository"
        for channel in CHANNELS:
            by_name.setdefault(channel, Source(channel, canonical, Way(source=channel)))
    return Sources(by_name, credentials, reading.regions)


class _Reading:
    """One pass over a document; what is right is read, and what is not becomes a fault."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self.faults: list[PolicyError] = []
        self.regions: dict[str, str] = {}
        self._addresses_taken: set[str] = set()

    def sections(self, document: Any) -> dict[str, Mapping[Any, Any]]:
        """The parts of the document by name; () becomes empty, what is no mapping a fault."""
        given = {} if document is None else document
        if not isinstance(given, dict):
            self._fault((), "must be a mapping", "workspaces: and sources:")
            given = {}
        for name in given.keys() - set(_SECTIONS):
            self._fault((str(name),), f"unknown key {name!r}", did_you_mean(str(name), _SECTIONS))
        found = {name: {} if given.get(name) is None else given[name] for name in _SECTIONS}
        for name, section in found.items():
            if not isinstance(section, dict):
                self._fault((name,), "must be a mapping", "a name, and below it what it is")
                found[name] = {}
        return found

    # ---- workspaces ----

    def credentials(self, section: Mapping[Any, Any]) -> dict[bytes, Credential]:
        """The keys of all workspaces by their hash; notes the regions."""
        credentials: dict[bytes, Credential] = {}
        for name, given in section.items():
            loc: Loc = ("workspaces", str(name))
            if not isinstance(name, str) or _WORKSPACE.fullmatch(name) is None:
                self._fault(loc, "is no name of a workspace", "up to 64 of a-z, 0-9 and -")
            entry = self._entry(WorkspaceEntry, given, loc)
            if entry is None:
                continue
            self._region(str(name), entry.region, loc)
            for index, key in enumerate(entry.api_keys):
                self._key(credentials, str(name), key, (*loc, "api_keys", index))
        return credentials

    def _region(self, workspace: str, region: str | None, loc: Loc) -> None:
        if region is None:
            return
        if region in REGIONS:
            self.regions[workspace] = region
        else:
            self._fault((*loc, "region"), f"{region} is no country code of two letters", "as ES")

    def _key(self, credentials: dict[bytes, Credential], workspace: str, key: ApiKeyEntry, loc: Loc) -> None:
        digest = bytes.fromhex(key.sha256)
        if digest in credentials:
            other = credentials[digest].workspace
            self._fault((*loc, "sha256"), f"the same key stands for {other} too", "a key of its own for each")
        credentials[digest] = Credential(key.name, workspace, digest, frozenset(map(Right, key.may)))

    # ---- sources ----

    def sources(self, section: Mapping[Any, Any]) -> dict[str, Source]:
        """The connections by name, in the order of the file."""
        found: dict[str, Source] = {}
        for name, given in section.items():
            loc: Loc = ("sources", str(name))
            if not isinstance(name, str) or TOPIC_SAFE.fullmatch(name) is None:
                self._fault(loc, "is no name of a source", "up to 64 of letters, digits, . _ and -: a topic bears it")
            entry = self._entry(SourceEntry, given, loc)
            adapter = self._adapter(entry.adapter, loc) if entry is not None else None
            if entry is not None and adapter is not None:
                self._check(entry, adapter, loc, given)
                found[str(name)] = self._source(str(name), entry, adapter, loc)
        return found

    def _adapter(self, name: str, loc: Loc) -> Adapter | None:
        try:
            adapter = find(name)
        except Exception as error:  # noqa: BLE001 - a package of somebody else, which may raise anything
            detail = f"{name} cannot be loaded: {type(error).__name__}: {error}"
            self._fault((*loc, "adapter"), detail, "mend or remove its package")
            return None
        if adapter is None:
            self._fault((*loc, "adapter"), f"unknown adapter {name!r}", did_you_mean(name, sorted(names())))
            return None
        odd = next((scheme for scheme in adapter.schemes if scheme not in SCHEMES), None)  # a package may write any
        if odd is not None:
            detail = f"the adapter {name} is signed by {odd!r}, which nobody knows"
            self._fault((*loc, "adapter"), detail, f"mend its package: {did_you_mean(odd, sorted(SCHEMES))}")
            return None
        return adapter

    def _check(self, entry: SourceEntry, adapter: Adapter, loc: Loc, given: Mapping[Any, Any]) -> None:
        """What the fields of a source say together with its adapter; ``given`` has also those that are faults."""
        if given.get("workspace") is None and not adapter.own_ids:
            self._fault((*loc, "workspace"), "is missing", "name the workspace that its contacts belong to")
        for field, taken in _taken_by(adapter):
            if getattr(entry, field) is not None and not taken:
                self._fault((*loc, field), f"the adapter {adapter.name} does not take it", "remove it")
        named = given.get("secrets")
        for name in map(str, named if isinstance(named, dict) else ()):
            if name not in adapter.secrets:
                known = sorted(adapter.secrets)
                self._fault(
                    (*loc, "secrets", name), f"the adapter {adapter.name} does not take it", did_you_mean(name, known)
                )
        if adapter.name != "canonical":
            self._addresses(entry, loc)

    def _addresses(self, entry: SourceEntry, loc: Loc) -> None:
        if entry.public_url is not None and _ORIGIN.match(entry.public_url) is None:
            self._fault((*loc, "public_url"), "is no address", "as https://hooks.example.com")
        for index, address in enumerate(entry.addresses or ()):
            at = (*loc, "addresses", index)
            if _ADDRESS.fullmatch(address) is None:
                self._fault(at, "is no address", "as help@shop.example.net, or @shop.example.net for a whole domain")
            elif address.lower() in self._addresses_taken:
                self._fault(at, f"{address} stands in the file twice", "one source for each address")
            self._addresses_taken.add(address.lower())
        for index, origin in enumerate(entry.origins or ()):
            if _ORIGIN.fullmatch(origin) is None:
                self._fault((*loc, "origins", index), "is no origin", "as https://www.example.com, without a path")

    def _source(self, name: str, entry: SourceEntry, adapter: Adapter, loc: Loc) -> Source:
        secrets = {
            secret: self._resolved(references, (*loc, "secrets", secret))
            for secret, references in entry.secrets.items()
            if secret in adapter.secrets
        }
        scope = "" if adapter.own_ids else name
        return Source(
            name,
            adapter,
            Way(name, entry.workspace or "", entry.channel, entry.queue or "", scope=scope),
            secrets,
            frozenset((*(entry.own or ()), *(entry.addresses or ()))),
            entry.public_url or "",
            frozenset(origin.lower() for origin in entry.origins or ()),
            entry.site_key or "",
            frozenset(address.lower() for address in entry.addresses or ()),
        )

    def _resolved(self, references: Sequence[str], loc: Loc) -> tuple[str, ...]:
        found = []
        for reference in references:
            try:
                found.append(self._resolve(reference))
            except ValueError as error:
                self._fault(loc, str(error), "set it where ingest runs")
        return tuple(found)

    # ---- faults ----

    def _entry(self, model: type[_Model], given: Any, loc: Loc) -> _Model | None:
        """The entry without the fields that are faults: the others are looked at too. None where it is none then."""
        try:
            return model.model_validate({} if given is None else given)
        except ValidationError as error:
            faults = list(faults_of(error, model))
            self.faults += (_without_secrets(given, at, found, loc) for at, _, found in faults)
        wrong = {at[0] for at, _, _ in faults if at}
        if not isinstance(given, dict) or not wrong:
            return None
        try:
            return model.model_validate({name: value for name, value in given.items() if str(name) not in wrong})
        except ValidationError:
            return None

    def _fault(self, loc: Loc, message: str, hint: str) -> None:
        self.faults.append(PolicyError(path_of(loc), message, hint))


def _taken_by(adapter: Adapter) -> Iterable[tuple[str, bool]]:
    provider = adapter.name != "canonical"
    return (
        ("origins", adapter.origins),
        ("site_key", adapter.origins),
        ("public_url", provider),
        ("own", provider),
        ("addresses", adapter.name == "email_mime"),
    )


def _without_secrets(given: Any, at: Loc, found: PolicyError, loc: Loc) -> PolicyError:
    """The fault below ``loc``; what was written in place of a reference may be the secret itself, and is not repeated.

    The one item of what is no list in the file has no index there.
    """
    if at[:1] == ("secrets",) and len(at) == 3 and not isinstance(given["secrets"].get(at[1]), list):
        at = at[:2]
    message = found.message.partition(", not ")[0] if _SECRET_FIELDS & set(at) else found.message
    return PolicyError(path_of((*loc, *at)), message, found.hint)
