"""``usher keys``: the API keys of the public door."""
