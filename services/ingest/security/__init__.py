"""Who we are to the broker."""
