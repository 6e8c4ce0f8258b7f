"""The usher command: the only code that may know all services."""
