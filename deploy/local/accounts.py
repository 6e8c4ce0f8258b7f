"""PostgreSQL refuses to run as root: which account it gets, and a place that this account can reach."""

import os
import pwd
import shutil
import stat
import subprocess
from hashlib import sha256
from pathlib import Path

from deploy.local.errors import SetupError

ACCOUNTS = ("postgres", "pgserver", "usher-postgres")  # Debian's own, the wheel's, ours
SHARED_FOLDER = Path("/var/tmp")  # reachable by every account, and kept over a reboot
COMMAND_SECONDS_MAX = 30.0
PRIVATE = 0o700


def account_for_postgres() -> pwd.struct_passwd | None:
    """None if this process is not root and may run PostgreSQL itself, else an unprivileged account, made if need be."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNTS[-1]],
        capture_output=True,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    )
    if made.returncode != 0:
        raise SetupError("PostgreSQL must not run as root and no account could be made: run as another user")
    return pwd.getpwnam(ACCOUNTS[-1])


def can_reach(account: pwd.struct_passwd | None, path: Path) -> bool:
    """Whether the account may enter the folder (or execute the file)."""
    if account is None:
        return os.access(path, os.X_OK)
    command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
    return _as(account, command) == 0


def reachable_binaries(account: pwd.struct_passwd | None, binaries: Path) -> Path:
    """The folder of executables itself, or a copy of the installation where a checkout of root's hides it."""
    if can_reach(account, binaries / "postgres"):
        return binaries
    target = shared_twin(binaries.parent, "postgresql")
    if not target.exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(binaries.parent, partial, symlinks=True)
        partial.chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
        try:
            partial.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(partial)
    return _owned_by_me(target) / binaries.name


def reachable_folder(account: pwd.struct_passwd | None, folder: Path) -> None:
    """Make ``folder`` a private folder of the account: itself, or a link to one where the account can go."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    home = folder
    if account is not None and not can_reach(account, folder.parent):
        home = shared_twin(folder, "data")
        # What lies there belonged to a folder that somebody has deleted since.
        shutil.rmtree(home, ignore_errors=True)
        folder.unlink(missing_ok=True)
        folder.symlink_to(home)
    home.mkdir(mode=PRIVATE)
    if account is not None:
        os.chown(home, account.pw_uid, account.pw_gid)


def remove_folder(folder: Path) -> None:
    """Delete what ``reachable_folder`` made, wherever it lies."""
    if folder.is_symlink():
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def socket_folder(account: pwd.struct_passwd | None, folder: Path, port: int) -> Path:
    """The folder itself if a socket's path fits there (107 bytes), else a private short one."""
    resolved = folder.resolve()
    if len(os.fsencode(str(resolved / f".s.PGSQL.{port}.lock"))) <= 107:
        return resolved
    short = shared_twin(folder, "socket")
    short.mkdir(mode=PRIVATE, exist_ok=True)
    if account is not None:
        os.chown(short, account.pw_uid, account.pw_gid)
    return short


def shared_twin(folder: Path, what: str) -> Path:
    """A path in the shared folder that belongs to exactly this folder of this user."""
    digest = sha256(f"{os.getuid()}:{folder.absolute()}".encode()).hexdigest()[:12]
    return SHARED_FOLDER / f"usher-{what}-{digest}"


def _owned_by_me(path: Path) -> Path:
    # The shared folder is writable by everybody: executables that another user put there are not run.
    if path.lstat().st_uid != os.geteuid() or path.is_symlink():
        raise SetupError(f"{path} belongs to another user: remove it")
    return path


def _as(account: pwd.struct_passwd, command: list[str]) -> int:
    return subprocess.run(
        command,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    ).returncode
