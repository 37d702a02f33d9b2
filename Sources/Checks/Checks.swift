// Checks: see docs/architecture.md.
