"""The steps of the verifier in the words of the pages. The command line says them in English (core.voting.report)."""

import json
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, str | Promise] = {
    "archive.records": _("Records of the archive, each named by its own fingerprint"),
    "archive.chain": _("Chain of events, without a gap"),
    "archive.events": _("Order of events, as the protocol says"),
    "setup.election": _("Public parameters of the election"),
    "setup.trustees": _("Each trustee has proved that her key is hers"),
    "setup.key": _("Ballots are closed with the key of these trustees"),
    "setup.credentials": _("List of credentials, none twice"),
    "ballots.form": _("Ballots well formed, and made for this vote"),
    "ballots.credentials": _("Each ballot comes from a credential of the list"),
    "ballots.signatures": _("Each ballot is signed by its credential"),
    "ballots.proofs": _("Each ballot is proved to hold one allowed answer"),
    "ballots.unique": _("No ballot appears twice"),
    "tally.sum": _("Encrypted total, added up again"),
    "tally.size": _("Number of ballots in the total"),
    "shuffles.owners": _("Each shuffle belongs to one trustee"),
    "shuffles.proofs": _("Each shuffle is proved to hold the same ballots in another order"),
    "decryptions.owners": _("Each decryption belongs to one trustee"),
    "decryptions.proofs": _("Each trustee has proved that her decryption is right"),
    "decryptions.bound": _("Each decryption has a second proof, which names every ciphertext and every factor"),
    "result.count": _("Published result, opened again"),
    "announced.fingerprint": _("The election is the one that the journal announced"),
    "announced.credentials": _("The credentials are those that the journal announced"),
    "announced.trustees": _("The trustees are those that the journal announced"),
    "announced.heads": _("The box passed through the states that the journal announced"),
    "announced.ballots": _("As many ballots as the journal announced"),
    "announced.archive": _("The file is the one that the journal announced"),
    "announced.last": _("The archive ends where the journal says"),
}

# What the steps with the same beginning check together.
GROUPS: dict[str, str | Promise] = {
    "archive": _("The archive is whole, its events chained"),
    "setup": _("Election, trustees and credentials"),
    "ballots": _("Ballots: form, signatures, proofs"),
    "tally": _("Encrypted total, added up again"),
    "shuffles": _("Shuffles, with their proofs"),
    "decryptions": _("Decryptions, with their proofs"),
    "result": _("Published result, opened again"),
    "announced": _("All as the journal announced it"),
}
# Where the most objects that one step checked says something to a reader.
COUNTED = {"ballots", "decryptions"}


@dataclass(frozen=True)
class Shown:
    """One step as a page shows it. `passed` is None when it could not run."""

    title: str | Promise
    passed: bool | None
    count: int
    faults: tuple[str, ...]
    group: str


@dataclass(frozen=True)
class Group:
    """Several steps as one line: passed when all have; `count` says how many objects, 0 when it is not said."""

    title: str | Promise
    passed: bool | None
    count: int


def read(verification: str) -> list[Shown]:
    """The stored steps; none while nothing was verified."""
    found = json.loads(verification) if verification else []
    return [
        Shown(
            TITLES.get(step["code"], step["title"]),
            step["passed"],
            step["count"],
            tuple(step["faults"]),
            step["code"].partition(".")[0],
        )
        for step in found
    ]


def groups(shown: list[Shown]) -> list[Group]:
    """The steps by what they check together, in their order."""
    listed = []
    for code, title in GROUPS.items():
        of_it = [step for step in shown if step.group == code]
        if of_it:
            failed = any(step.passed is False for step in of_it)
            passed = False if failed else True if all(step.passed for step in of_it) else None
            counted = max(step.count for step in of_it) if code in COUNTED else 0
            listed.append(Group(title, passed, counted))
    return listed
