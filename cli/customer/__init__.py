"""The commands about customers: who somebody is, merging and splitting, forgetting."""
