// Latest: see docs/architecture.md.
