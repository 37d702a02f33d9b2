// Kafka: see docs/architecture.md.
