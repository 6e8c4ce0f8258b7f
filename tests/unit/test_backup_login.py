"""usher-backup.sh logs in as the services do, wherever the environment says how."""

import os
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from shared.process.settings import CommonSettings

SCRIPT = Path(__file__).resolve().parents[2] / "deploy/backup/usher-backup.sh"
# Stands in for pg_dump: notes the DSN and the login that libpq reads beside it, and makes the file that is moved.
PG_DUMP = """#!/bin/sh
for word in "$@"; do
    case $word in
    --dbname=*) printf '%s\\n%s\\n%s\\n' "${word#--dbname=}" "${PGUSER:-}" "${PGPASSWORD:-}" >"$TOLD" ;;
    --file=*) : >"${word#--file=}" ;;
    esac
done
"""
DSNS = [
    "postgresql://db/usher",
    "postgresql://ana@db/usher?sslmode=prefer",
    "postgresql://ana:old%40@one:1,two:2/usher?user=ben&connect_timeout=3",
    "postgresql://ana:old@[::1]:5433/usher",
    "postgresql:///usher?host=/run/pg&user=ana&user=ben",
    "postgresql:///usher?password=old&host=/run/pg",
    "postgresql://ana@%2Frun%2Fpg/usher",
]
Login = tuple[str, str, str, str, dict[str, list[str]]]


def _login(dsn: str, user: str, password: str) -> Login:
    """Who comes where; ``user`` and ``password``: what holds where the DSN says nothing."""
    parts = urlsplit(dsn)
    options = parse_qs(parts.query)
    asked, word = options.pop("user", [user]), options.pop("password", [password])
    where = parts.netloc.rpartition("@")[2]
    return (
        unquote(parts.username or "") or asked[-1],
        unquote(parts.password or "") or word[-1],
        where,
        parts.path,
        options,
    )


@pytest.mark.parametrize("dsn", DSNS)
@pytest.mark.parametrize("in_files", [False, True], ids=["variables", "files"])
@pytest.mark.parametrize(("user", "password"), [("", "p@/ :%"), ("o'hara@example.com", ""), ("me/&?", "p:#"), ("", "")])
def test_the_backup_logs_in_as_the_services_do(
    dsn: str, in_files: bool, user: str, password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pg_dump").write_text(PG_DUMP)
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    for name in ("PGUSER", "PGPASSWORD", "USHER_POSTGRES_DSN", "USHER_POSTGRES_USER", "USHER_POSTGRES_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    given = {"DSN": dsn, "PASSWORD": password}
    for name, value in given.items():
        if value and in_files:
            (tmp_path / name).write_text(f"{value}\n")
            monkeypatch.setenv(f"USHER_POSTGRES_{name}_FILE", str(tmp_path / name))
        elif value:
            monkeypatch.setenv(f"USHER_POSTGRES_{name}", value)
    monkeypatch.setenv("USHER_POSTGRES_USER", user)

    subprocess.run(["sh", str(SCRIPT), "dump", str(tmp_path / "usher.dump")], check=True, capture_output=True)

    said, pg_user, pg_password = (tmp_path / "told").read_text().split("\n")[:3]
    services = CommonSettings().postgres_dsn.get_secret_value()
    assert _login(said, pg_user, pg_password) == _login(services, "", "")
    assert (tmp_path / "usher.dump").exists()
