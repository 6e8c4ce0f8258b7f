"""The channels: one file for each provider's payload; adapter.py says what an adapter is, registry.py finds them."""
