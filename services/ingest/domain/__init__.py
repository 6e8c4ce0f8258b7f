"""What a valid event is, channel by channel: pure functions from bytes to canonical events."""
