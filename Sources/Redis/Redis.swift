// Redis: see docs/architecture.md.
