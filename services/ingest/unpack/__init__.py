"""Compressed batches, unpacked within bounds."""
