"""The parts of the webhook benchmark: signed requests of every adapter, their load, and the naive handler beside it."""
