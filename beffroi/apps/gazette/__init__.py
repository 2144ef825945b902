"""Stores and publishes the journal: every public act, in an append-only log that anyone can check (core.journal)."""
