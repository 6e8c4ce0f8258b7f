"""Reading what the router has stored, for commands: the only SQL on its tables outside postgres.py."""
