"""What every process has: settings, logs, metrics, health and a clean start and stop."""
