"""How far a training is, for who watches it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress_bar"]


@contextmanager
def progress_bar(learners: int, folds: int, encoder: bool) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr; without a terminal nothing, so that a refusal stays the only line."""
    from lab.training.build import steps

    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=steps(learners + encoder, folds, encoder))

        def advance(step: str) -> None:
            bar.update(task, description=step, advance=1)

        yield advance
