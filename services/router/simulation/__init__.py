"""Pure simulation of the router on a virtual clock."""
