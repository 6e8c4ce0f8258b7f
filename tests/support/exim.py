"""Debian's mail server exim, as an ordinary user of this machine, with one route: to the SMTP door."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.producers import fetch
from tests.support import servers

__all__ = ["Exim"]

NOBODY = 65_534  # who it is where the tests run as root, for whom exim delivers nothing
DELIVERED_SECONDS_MAX = 60.0
CONFIGURATION = """
exim_path = {folder}/exim
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
primary_hostname = mail.example.com
never_users =
untrusted_set_sender = *
local_from_check = false
keep_environment =
allow_utf8_domains = true
begin routers
door:
  driver = manualroute
  transport = door
  route_list = * 127.0.0.1::{port}
  self = send
begin transports
door:
  driver = smtp
  allow_localhost
  hosts_avoid_tls = *
"""


class Exim:
    """One mail server with a spool of its own. ``close`` it afterwards."""

    def __init__(self, port: int) -> None:
        unpacked = fetch.exim()
        assert unpacked is not None, "the caller has asked"
        self.folder = servers.temporary_folder()
        self._user = NOBODY if os.geteuid() == 0 else None
        for name in ("spool", "log"):
            (self.folder / name).mkdir()
        self._write(
            "passwd", f"Debian-exim:x:{self._user or os.geteuid()}:{self._user or os.getegid()}::/:/bin/false\n"
        )
        self._write("group", f"Debian-exim:x:{self._user or os.getegid()}:\n")
        self._write("exim.conf", CONFIGURATION.format(folder=self.folder, port=port))
        self._write("exim", _wrapper(unpacked, self.folder), mode=0o755)
        self.folder.chmod(0o755)
        if self._user is not None:
            for name in ("spool", "log"):
                os.chown(self.folder / name, self._user, self._user)

    def send(self, letter: bytes, sender: str, recipients: Sequence[str]) -> str:
        """Hand over a letter, as a program on this machine does; what exim's log says once it has tried to deliver."""
        before = len(self._log())
        subprocess.run(
            [str(self.folder / "exim"), "-C", str(self.folder / "exim.conf"), "-odf", "-oi", "-f", sender, *recipients],
            input=letter.replace(b"\r\n", b"\n"), check=True, timeout=DELIVERED_SECONDS_MAX, cwd="/",
            user=self._user, group=self._user, extra_groups=None if self._user is None else [],
        )  # fmt: skip
        return self._log()[before:]

    def close(self) -> None:
        """Nothing runs: every delivery was waited for."""
        servers.remove(self.folder)

    def _log(self) -> str:
        file = self.folder / "log" / "mainlog"
        return file.read_text() if file.exists() else ""

    def _write(self, name: str, text: str, mode: int = 0o644) -> None:
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(mode)


def _wrapper(unpacked: Path, folder: Path) -> str:
    """It calls itself to deliver, with an emptied environment: so what it needs of one is said here."""
    (library,) = unpacked.glob("usr/lib/*/libnss_wrapper.so")
    return (
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={library.parent} LD_PRELOAD={library}"
        f" NSS_WRAPPER_PASSWD={folder}/passwd NSS_WRAPPER_GROUP={folder}/group\n"
        f'exec {unpacked}/usr/sbin/exim4 "$@"\n'
    )
