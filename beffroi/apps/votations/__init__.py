"""Votations: frozen rules, a body at a date, a secret ballot that anyone can verify, paper counts, a decision in words.

`core.voting` makes and checks ballots, tally and archive (Belenios, crypto version 1); `core.suffrage` decides. By
promise the result leads to a fresh council vote (an association of the public, CRPA L131-1). While the vote is open the
server knows which credential belongs to whom; at closing, before any decryption, it forgets (docs/threat-model.md).
"""
