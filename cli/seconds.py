"""Seconds in options: how long a command waits or watches."""

import argparse
import math

__all__ = ["above_zero", "add_wait", "not_negative"]


def add_wait(parser: argparse.ArgumentParser, default: float, summary: str = "at most so long") -> None:
    """The option ``--wait``: 0 looks once."""
    parser.add_argument("--wait", type=not_negative, default=default, metavar="SECONDS", help=summary)


def not_negative(text: str) -> float:
    """A number of seconds, 0 or more; for argparse."""
    return _seconds(text, "0 or more", 0.0)


def above_zero(text: str) -> float:
    """A number of seconds above 0; for argparse."""
    return _seconds(text, "above 0", math.ulp(0.0))


def _seconds(text: str, which: str, least: float) -> float:
    """Never NaN nor infinite: with these a deadline is one that no clock reaches."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not least <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds, {which}")
    return seconds
