"""Budget ballots as approvals in pabulib's .pb format (https://pabulib.org/format; Faliszewski et al. 2023).

Each answer of the question is a slot that holds a project's number, or 0. The projects are the file's own.
"""

from collections.abc import Iterable, Sequence

from beffroi.core.errors import Malformed


def approvals(ballot: Sequence[int], projects: Iterable[int]) -> tuple[int, ...] | None:
    """The projects of one ballot, in the order of its slots; None when one is unknown or named twice."""
    named = [number for number in ballot if number]
    return tuple(named) if len(set(named)) == len(named) and set(named) <= set(projects) else None


def with_votes(head: str, ballots: Sequence[Sequence[int]]) -> tuple[str, int]:
    """The whole file, from its META and PROJECTS sections; and how many ballots are invalid and so left out.

    `num_votes` of META is set. Voters are numbered in the order of the last shuffle, which says nothing of them. Raises
    Malformed when the sections are not there or a project's number cannot be written in a slot.
    """
    lines = [line.rstrip() for line in head.splitlines() if line.strip()]
    if "META" not in lines or "PROJECTS" not in lines or "VOTES" in lines:
        raise Malformed("projects", "other sections", "the sections META and PROJECTS, without VOTES")
    start = lines.index("PROJECTS")
    projects = [_number(line.split(";")[0]) for line in lines[start + 2 :]]
    valid = [found for ballot in ballots if (found := approvals(ballot, projects)) is not None]
    meta = [line for line in lines[:start] if not line.startswith("num_votes;")]
    votes = [f"{n};{','.join(map(str, found))}" for n, found in enumerate(valid, 1)]
    whole = [*meta, f"num_votes;{len(valid)}", *lines[start:], "VOTES", "voter_id;vote", *votes]
    return "\n".join(whole) + "\n", len(ballots) - len(valid)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 255):
        raise Malformed("projects", repr(text[:40]), "project numbers from 1 to 255: what a slot of a ballot can hold")
    return int(text)
