"""The public journal: an append-only log of every public act that anybody can check alone (docs/specs/journal.md)."""
