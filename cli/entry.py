"""Where the installed ``usher`` begins."""

from typing import NoReturn

from cli.interrupt import importing


def main() -> NoReturn:
    """Run the command line; exits with its status."""
    with importing():
        from cli import main as command_line  # noqa: PLC0415 - what is imported at the top may be interrupted
    command_line.main()
