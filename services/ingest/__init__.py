"""The door: verifies, normalises and publishes canonical events, or rejects with a reason."""
