// Events: see docs/architecture.md.
