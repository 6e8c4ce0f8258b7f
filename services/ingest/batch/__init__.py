"""Batches as FastStream hands them over."""
