"""The failures of the local stack; every message is one line that names the fix.

* LocalStackError - something did not come up or stay up; the command answers no
  * SetupError - the machine or the options must change first; the command was used wrongly
"""

__all__ = ["LocalStackError", "SetupError"]


class LocalStackError(Exception):
    """A part of the local stack failed; the message names the part, the log file and the way out."""


class SetupError(LocalStackError):
    """Nothing was started: a tool is missing, an option is wrong or the state folder cannot be used."""
