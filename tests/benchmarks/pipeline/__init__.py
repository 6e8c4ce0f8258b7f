"""The pipeline benchmark: this design against the naive one, real Kafka and PostgreSQL, the same work per contact."""
