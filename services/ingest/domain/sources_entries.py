"""The entries of the sources file, each by itself: fields, types, and the form of what stands for a secret."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from services.ingest.domain.fields import Id, Name, Workspace
from services.ingest.domain.types import Right
from shared.contract.topics import Channel
from shared.policy.errors import did_you_mean
from shared.policy.fields import fault

__all__ = ["ApiKeyEntry", "SourceEntry", "WorkspaceEntry"]

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def _reference(text: str) -> str:
    if _REFERENCE.fullmatch(text) is None:
        raise fault("is no reference to a secret", "env:NAME or file:PATH; the secret itself never stands in this file")
    return text


def _digest(text: str) -> str:
    if _SHA256.fullmatch(text) is None:
        raise fault("is no SHA-256", "64 hexadecimal digits: printf %s KEY | sha256sum; the key itself stays elsewhere")
    return text


def _right(text: str) -> Right:
    try:
        return Right(text)
    except ValueError:
        raise fault(f"unknown right {text!r}", did_you_mean(text, tuple(map(str, Right)))) from None


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


References = Annotated[list[Annotated[str, AfterValidator(_reference)]], BeforeValidator(_listed), Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class ApiKeyEntry(_Entry):
    """One key of a workspace; the file holds its SHA-256 only."""

    name: Id
    sha256: Annotated[str, AfterValidator(_digest)]
    may: Annotated[list[Annotated[str, AfterValidator(_right)]], Field(min_length=1)]


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
    secrets: dict[str, References] = {}
    public_url: str | None = None
    own: list[str] | None = None
    origins: list[str] | None = None
    site_key: str | None = None
    addresses: list[str] | None = None
