"""The operators' page says what the code says: settings with their defaults, metrics, topics, dead-letter reasons."""

import re

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from services.ingest.settings import IngestSettings
from services.router.settings import RouterSettings
from services.sla.settings import SlaSettings
from shared.contract.topics import all_topics, channel_topic
from shared.errors import Reason
from shared.process.settings import CommonSettings, LaneSettings
from shared.times import DAY_MS
from tests.support.documents import DOCS, ROOT, tables
from tests.support.registries import SERVICES, exported

PAGE = (DOCS / "operators.md").read_text()
SECTIONS: list[tuple[str, type[BaseSettings], type[BaseSettings]]] = [
    ("Every service", CommonSettings, BaseSettings),
    ("Router and sla", LaneSettings, CommonSettings),
    ("Router", RouterSettings, LaneSettings),
    ("Sla", SlaSettings, LaneSettings),
    ("Ingest", IngestSettings, CommonSettings),
]


def section(title: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"operators.md has no section {title}"
    return found[1]


@pytest.mark.parametrize(("title", "kind", "base"), SECTIONS, ids=[title for title, _, _ in SECTIONS])
def test_every_setting_stands_in_its_table_with_its_default(
    title: str, kind: type[BaseSettings], base: type[BaseSettings]
) -> None:
    (table,) = tables(section(title))
    real = {
        f"`USHER_{name.upper()}`": _shown(field.default)
        for name, field in kind.model_fields.items()
        if name not in base.model_fields or repr(base.model_fields[name]) != repr(field)
    }

    assert {row[0]: row[1] for row in table} == real
    assert all(row[2] for row in table)


def _shown(default: object) -> str:
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    return "(none)" if value is None else f"`{value}`" if value != "" else "(empty)"


async def test_every_metric_of_every_service_is_explained_and_no_other() -> None:
    (table,) = tables(section("Health, logs, metrics"))
    documented = {
        row[0].strip("`"): (row[1], set(SERVICES) if row[2] == "all" else set(row[2].split(", "))) for row in table
    }

    assert documented == await exported()


def test_every_topic_stands_in_the_table_with_how_long_it_is_kept() -> None:
    (table,) = tables(section("Topics"))

    assert {row[0].strip("`"): row[1] for row in table} == {
        spec.name: f"{spec.retention_ms // DAY_MS} days" for spec in all_topics(("<source>",))
    }
    assert channel_topic("<source>") in PAGE


def test_every_reason_of_a_dead_letter_is_explained() -> None:
    _, reasons = tables(section("Dead letters"))

    assert [name for row in reasons for name in re.findall(r"`(\w+)`", row[0])] == list(Reason)


def test_every_reason_for_which_a_partition_stays_closed_is_in_the_table() -> None:
    files = [*(ROOT / "shared" / "lane").glob("*.py"), ROOT / "shared" / "kafka" / "input.py"]
    sources = "".join(path.read_text() for path in files)
    sentences = re.findall(r"PartitionClosed\((.*?)\)(?: from error)?\n", sources, re.DOTALL)
    said = [" ".join(re.sub(r'"\s*f?"', "", sentence).split()) for sentence in sentences]
    explained = re.findall(r"`(.+?)`", " ".join(row[0] for row in tables(section("A closed partition"))[0]))

    assert len(said) == 10
    assert [sentence for sentence in said if not any(words in sentence for words in explained)] == []
    assert [words for words in explained if not any(words in sentence for sentence in said)] == []
