// Projections: see docs/architecture.md.
