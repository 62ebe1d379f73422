"""The front door, with a real Kafka and a real database behind it."""
