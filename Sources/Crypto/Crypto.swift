// Crypto: see docs/architecture.md.
