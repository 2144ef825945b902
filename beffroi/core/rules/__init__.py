"""Dated values with their source, and the reader of a commune's pack (docs/specs/pack.md).

A commune is data: what a number is, since when it holds and who says so stand in files that a lawyer can read.
"""

from beffroi.core.rules.examples import Decided, Example, Threshold, read_examples
from beffroi.core.rules.pack import Assembly, Neighbourhood, Pack, Station, Table, read_pack
from beffroi.core.rules.values import UNITS, DatedValue, Parameter, parse_share

__all__ = [
    "UNITS",
    "Assembly",
    "DatedValue",
    "Decided",
    "Example",
    "Neighbourhood",
    "Pack",
    "Parameter",
    "Station",
    "Table",
    "Threshold",
    "parse_share",
    "read_examples",
    "read_pack",
]
