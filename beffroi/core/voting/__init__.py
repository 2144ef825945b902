"""Verifiable voting: the Belenios protocol, crypto version 1, unchanged, so that any Belenios program can audit it.

Sections cited in this room ("spec 3.2") are those of docs/specs/voting.md. Made here: elections in Ed25519 with
homomorphic questions and single trustees. Verified besides: the groups BELENIOS-2048 and RFC-3526-2048, weights and
Pedersen trustees.
"""
