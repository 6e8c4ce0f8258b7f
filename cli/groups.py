"""The consumer groups of a deployment's services, as the environment of a command names them."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contract.rights import Service
from shared.process.settings import PREFIX, CommonSettings

__all__ = ["group_of"]


class _Groups(BaseSettings):
    """What the services were told as USHER_GROUP, where it is not the default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)

    ingest_group: str = ""
    router_group: str = ""
    sla_group: str = ""


def group_of(settings: CommonSettings) -> dict[Service, str]:
    """By service: USHER_<SERVICE>_GROUP, else the default; ingest's groups begin with its name."""
    groups = _Groups()
    named: dict[Service, str] = {"ingest": groups.ingest_group, "router": groups.router_group, "sla": groups.sla_group}
    return {service: name or f"{settings.topic_prefix}usher.{service}" for service, name in named.items()}
