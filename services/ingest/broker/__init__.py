"""All subscriptions of the process on one FastStream broker."""
