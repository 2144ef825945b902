"""Everything that decides, without Django: an auditor can read it and run it alone.

Rooms (`voting`, `journal`, `rules`, `suffrage`) do not import one another; `cli` stands above them, `errors` and
`verdict` below.
"""
