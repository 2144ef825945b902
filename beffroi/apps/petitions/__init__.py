"""Petitions with verified signatures that climb a ladder of effects, on the web, at the counter and on paper.

`core.suffrage` computes thresholds and ages. Bases and thresholds are frozen when a petition opens. Signing writes one
row; a batch counts; a crossing is judged in full before its effect fires, once. The legal right of petition is
CGCT L1112-16; the other rungs are promises.
"""
