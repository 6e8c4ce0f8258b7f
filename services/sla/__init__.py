"""The promise: one clock per contact and target, breaches as facts and metrics."""
