"""What more than one service needs: events, topics, the lane, and the edges to Kafka, PostgreSQL and the process."""
