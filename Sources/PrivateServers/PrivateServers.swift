// PrivateServers: see docs/architecture.md.
