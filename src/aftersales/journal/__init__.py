"""The append-only, hash-chained record of every command, and the answers kept for idempotency keys."""
