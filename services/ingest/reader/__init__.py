"""A consumer that a single odd record cannot stop."""
