"""Programs of strangers that send to the door: Kafka's console producer, KafkaJS and a mail server."""
