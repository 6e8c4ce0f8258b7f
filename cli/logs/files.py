"""Log files: read from the beginning, and then as they grow, are cut or come new."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from cli.output import UsageError

__all__ = ["Tail", "Tails", "lines_of"]

LINE_BYTES_MAX = 1024 * 1024  # a longer line is no log line of ours


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file; UsageError names a file that cannot be read."""
    try:
        with path.open("rb") as file:
            yield from iter(lambda: file.readline(LINE_BYTES_MAX), b"")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; name log files of services") from None


class Tail:
    """Whole lines of a file from where reading stopped; a file that was cut is read from its beginning."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._half = b""

    def more(self) -> Iterator[bytes]:
        """The whole lines that are there by now."""
        if os.fstat(self._file.fileno()).st_size < self._file.tell():
            self._file.seek(0)
            self._half = b""
        while piece := self._file.readline(LINE_BYTES_MAX):
            self._half += piece
            if self._half.endswith(b"\n") or len(self._half) >= LINE_BYTES_MAX:
                whole, self._half = self._half, b""
                yield whole

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Tails:
    """The files that a caller names anew each time: new ones are read too."""

    def __init__(self, paths: Callable[[], Sequence[Path]]) -> None:
        self._paths = paths
        self._open: dict[tuple[Path, int], Tail] = {}

    def more(self) -> Iterator[bytes]:
        """The whole lines that came since; a file that was put in the place of another is read from its beginning."""
        for path in self._paths():
            try:
                key = (path, path.stat().st_ino)
                if key not in self._open:
                    self._open[key] = Tail(path.open("rb"))
            except OSError as error:
                if isinstance(error, FileNotFoundError):
                    continue  # between two of a rotation
                raise UsageError(f"{path}: {error.strerror}; name log files of services") from None
        for tail in self._open.values():
            yield from tail.more()

    def close(self) -> None:
        """Close all files."""
        for tail in self._open.values():
            tail.close()
