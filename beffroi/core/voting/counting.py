"""The verifier's steps after the closing of the box: tally, decryptions, result (spec 8 and 10)."""

from collections.abc import Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import archive, canon, tally
from beffroi.core.voting.archive import Event
from beffroi.core.voting.election import Election
from beffroi.core.voting.report import Run
from beffroi.core.voting.trustees import Trustees


def check_tally(run: Run) -> None:
    """The published encrypted tally against the one recomputed from the ballots."""
    found = run.of_kind("EncryptedTally")
    if not found:
        return
    if run.election is None or len(found[0].data) != archive.DATA["EncryptedTally"]:
        run.step("tally.sum", None)
        run.step("tally.size", None)
        return
    run.tally, sized = found[0].data
    ballots = [outcome.ballot for outcome in run.checked or ()]
    known = [b for b in ballots if b is not None and b.credential in (run.weights or {})]
    if run.weights is None or len(known) != len(ballots):
        run.step("tally.sum", None)
        run.step("tally.size", None)
        return
    right = tally.encrypted_tally(run.election, known, run.weights) == run.tally
    run.step("tally.sum", [] if right else ["encrypted tally: it is not the sum of the ballots"], len(known))
    voted = {b.credential for b in known}
    run.total = sum(run.weights[credential] for credential in voted)
    run.step("tally.size", _size_faults(sized, run.tally, len(voted), run.total), len(voted))


def _size_faults(sized: bytes, encrypted: bytes, num: int, total: int) -> list[str]:
    try:
        found = tally.read_sized(sized)
    except Malformed as error:
        return [str(error)]
    names = ("num_tallied", "total_weight", "encrypted_tally")
    expected = (num, total, canon.sha256_hex(encrypted))
    return [
        f"size record: {name} is {value}, the ballots give {right}"
        for name, value, right in zip(names, found, expected, strict=True)
        if value != right
    ]


def check_decryptions(run: Run) -> None:
    """Owners and proofs of the partial decryptions."""
    found = run.of_kind("PartialDecryption")
    if not found:
        return
    if run.trustees is None:
        run.step("decryptions.owners", None)
        run.step("decryptions.proofs", None)
        return
    owners, faults = _owners(found, len(run.trustees.owner_keys()))
    run.step("decryptions.owners", faults, len(found))
    if run.tally is None or run.election is None:
        run.step("decryptions.proofs", None)
        return
    keys = [run.election.group.to_string(key) for key in run.trustees.owner_keys()]
    faults = []
    for owner, pd in owners:
        try:
            tally.check_partial_decryption(run.election, keys[owner - 1], run.tally, pd)
        except (Malformed, Refused) as error:
            faults.append(f"trustee {owner}: {error}")
    run.step("decryptions.proofs", faults, len(owners))


def _owners(found: Sequence[Event], size: int) -> tuple[list[tuple[int, bytes]], list[str]]:
    """Owner and partial decryption of each event that has both, and the faults."""
    owners: list[tuple[int, bytes]] = []
    faults: list[str] = []
    for n, event in enumerate(found, 1):
        try:
            owner, payload = tally.read_owned(event.data[-1] if event.data else b"")
        except Malformed as error:
            faults.append(f"partial decryption {n}: {error}")
            continue
        if owner > size:
            faults.append(f"partial decryption {n}: there is no trustee {owner}")
        elif payload != canon.sha256_hex(event.data[0]):
            faults.append(f"partial decryption {n}: the owner record of trustee {owner} is for another one")
        else:
            if any(owner == former for former, _ in owners):
                faults.append(f"partial decryption {n}: trustee {owner} has already handed in one")
            owners.append((owner, event.data[0]))
    return owners, faults


def check_result(run: Run) -> None:
    """The numbers against the decryptions."""
    found = run.of_kind("Result")
    if not found:
        return
    if run.election is None or run.trustees is None or run.tally is None or not found[0].data:
        run.step("result.count", None)
        return
    try:
        faults = _result_faults(run, run.election, run.trustees, run.tally, found[0].data[-1])
    except (Malformed, Refused) as error:
        faults = [f"result: {error}"]
    run.step("result.count", faults, sum(question.size for question in run.election.questions))


def _result_faults(run: Run, election: Election, trustees: Trustees, encrypted: bytes, raw: bytes) -> list[str]:
    group = election.group
    numbers = tally.read_result(raw)
    if [len(row) for row in numbers] != [question.size for question in election.questions]:
        return ["result: it has not one number for each choice"]
    owners, _ = _owners(run.of_kind("PartialDecryption"), len(trustees.owner_keys()))
    factors = tally.coefficients(trustees, [owner for owner, _ in owners], group)
    pds = {owner: tally.read_partial_decryption(election, pd) for owner, pd in owners}
    cells = tally.plaintexts(
        election, tally.read_tally(election, encrypted), [(k, pds[owner]) for owner, k in factors.items()]
    )
    return [
        f"result, question {q}, choice {i}: {n} is not the number that was decrypted"
        for q, (row, points) in enumerate(zip(numbers, cells, strict=True), 1)
        for i, (n, M) in enumerate(zip(row, points, strict=True))
        if (run.total is not None and n > run.total) or n >= group.q or group.base(n) != M
    ]
