"""The SLA engine: values in, values out."""
