"""The commands about partitions: where each stands, opening one that is kept closed."""
