"""The lane: one ordered, fenced way from a partition of a log to one commit and to what is published."""
