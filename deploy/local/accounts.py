"""PostgreSQL refuses to run as root: which account it gets, and a place that this account can reach."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

from deploy.local.errors import SetupError

ACCOUNTS = ("postgres", "pgserver", "usher-postgres")  # Debian's own, the wheel's, ours
SHARED_FOLDER = Path("/var/lib/usher")  # only root needs it, and only for a checkout that no other account can enter
SOCKET_PATH_BYTES_MAX = 107  # of sun_path, without its end
COMMAND_SECONDS_MAX = 30.0
PRIVATE = 0o700
READABLE = 0o444
EXECUTABLE = 0o111


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


def reachable_binaries(account: pwd.struct_passwd | None, binaries: Path) -> Path:
    """The folder of executables itself, or a copy of the installation where a checkout of root's hides it."""
    if account is None or _runs(account, binaries):
        return binaries
    package, install = binaries.parents[1], binaries.parent
    facts = (binaries / "postgres").stat()
    target = _twin(binaries, "postgresql", f"{facts.st_mtime_ns}:{facts.st_size}")
    copy = target / package.name / install.name / binaries.name
    if not target.exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(install, partial / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # where a wheel keeps what its executables load
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        _open_to_all(partial)
        try:
            partial.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(partial)
    if not _runs(account, copy):
        raise SetupError(
            f"{account.pw_name} cannot run {binaries}/postgres, nor its copy in {target}: check their modes"
        )
    return copy


def reachable_folder(account: pwd.struct_passwd | None, folder: Path) -> None:
    """Make ``folder`` a private folder of the account: itself, or a link to one where the account can go."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    home = folder
    if account is not None and not _enters(account, folder.parent):
        home = _twin(folder, "data")
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
    if len(os.fsencode(str(resolved / f".s.PGSQL.{port}.lock"))) <= SOCKET_PATH_BYTES_MAX:
        return resolved
    short = Path(tempfile.gettempdir()) / f"usher-{sha256(os.fsencode(resolved)).hexdigest()[:12]}"
    short.mkdir(mode=PRIVATE, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid not in {os.geteuid(), account.pw_uid if account else os.geteuid()}:
        raise SetupError(f"{short} belongs to another user: remove it")
    if account is not None:
        os.chown(short, account.pw_uid, account.pw_gid)
    return short


def _twin(path: Path, what: str, *facts: str) -> Path:
    """A path that every account can reach and that belongs to exactly this path."""
    digest = sha256(":".join([str(path.absolute()), *facts]).encode()).hexdigest()[:12]
    try:
        if not SHARED_FOLDER.exists():
            SHARED_FOLDER.mkdir(parents=True)
            _open_to_all(SHARED_FOLDER)
    except OSError as error:
        raise SetupError(f"{SHARED_FOLDER} cannot be made ({error.strerror}): run as a user other than root") from None
    return SHARED_FOLDER / f"{what}-{digest}"


def _open_to_all(folder: Path) -> None:
    """Whatever root's umask was: everybody may read, and execute what its owner may."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | READABLE | (EXECUTABLE if mode & stat.S_IXUSR else 0))


def _runs(account: pwd.struct_passwd, binaries: Path) -> bool:
    return _as(account, [str(binaries / "postgres"), "--version"])


def _enters(account: pwd.struct_passwd, folder: Path) -> bool:
    return _as(account, ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)])


def _as(account: pwd.struct_passwd, command: list[str]) -> bool:
    """Whether a command succeeds under the account."""
    try:
        done = subprocess.run(
            command,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            timeout=COMMAND_SECONDS_MAX,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0
