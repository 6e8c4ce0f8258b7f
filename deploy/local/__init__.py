"""The local stack: a real broker, a real database and the services on one machine, without containers."""
