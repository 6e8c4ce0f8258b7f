"""The policy as the engine reads it."""
