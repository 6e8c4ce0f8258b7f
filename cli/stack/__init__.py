"""The commands about the running system: up, down, services, schema, topics, sources, articles."""
