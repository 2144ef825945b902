"""The verifier's steps after the closing of the box: tally, shuffles, decryptions, result (spec 8 and 10)."""

from collections.abc import Mapping, Sequence

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import archive, canon, embedding, second_proof, shuffle, tally
from beffroi.core.voting.archive import Event
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import Group, Point
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
    last = run.last_ballots()
    if run.weights is None or run.sums is None or run.malformed or not run.weights.keys() >= last.keys():
        run.step("tally.sum", None)
        run.step("tally.size", None)
        return
    run.step("tally.sum", _sum_faults(run, run.election, last, run.weights, run.sums), len(run.board.box))
    run.total = sum(run.weights[credential] for credential in last)
    run.step("tally.size", _size_faults(sized, run.tally, len(last), run.total), len(last))


def _sum_faults(
    run: Run, election: Election, last: Mapping[str, int], weights: Mapping[str, int], sums: tally.Tally
) -> list[str]:
    try:
        for credential, n in last.items():
            tally.check_weight(election, weights[credential], run.board.box.tracker(n))
    except Refused as error:  # a weight on a ballot that is shuffled
        return [f"encrypted tally: {error}"]
    return [] if tally.written(election, sums) == run.tally else ["encrypted tally: it is not the sum of the ballots"]


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


def check_shuffles(run: Run) -> None:
    """Owners and proofs of the shuffles; what the last one left is what is decrypted."""
    run.decrypted = run.tally
    if run.election is None or not run.election.is_shuffled or not run.of_kind("EncryptedTally"):
        return
    found = run.of_kind("Shuffle")
    ended = bool(run.of_kind("EndShuffles"))
    run.decrypted = None
    if run.trustees is None or run.tally is None:
        run.step("shuffles.owners", None)
        run.step("shuffles.proofs", None)
        return
    owners, faults = _owners(found, len(run.trustees.owner_keys()), "shuffle")
    run.step("shuffles.owners", faults, len(found))
    current, faults = _shuffle_faults(run.election, run.tally, owners)
    if not ended and run.of_kind("PartialDecryption"):
        faults.append("ballots were decrypted before their shuffles were ended")
    run.step("shuffles.proofs", faults, len(owners))
    run.decrypted = current if ended and not faults else None


def _shuffle_faults(
    election: Election, encrypted: bytes, owners: Sequence[tuple[int, bytes]]
) -> tuple[bytes, list[str]]:
    """The tally after the last shuffle that could be read, and the faults. Each is checked against the one before."""
    faults: list[str] = []
    for owner, raw in owners:
        try:
            before = tally.shuffled_rows(election, encrypted)
            read = shuffle.read_shuffle(election, raw)
            for e, e_, proof in zip(before, read.ciphertexts, read.proofs, strict=True):
                shuffle.check_shuffle(election.group, election.key, election.fingerprint, e, e_, proof)
            encrypted = tally.shuffled_tally(election, encrypted, raw)
        except (Malformed, Refused) as error:
            faults.append(f"trustee {owner}: {error}")
    return encrypted, faults


def check_decryptions(run: Run) -> None:
    """Owners and proofs of the partial decryptions."""
    found = run.of_kind("PartialDecryption")
    if not found:
        return
    if run.trustees is None:
        run.step("decryptions.owners", None)
        run.step("decryptions.proofs", None)
        return
    owners, faults = _owners(found, len(run.trustees.owner_keys()), "partial decryption")
    run.step("decryptions.owners", faults, len(found))
    if run.decrypted is None or run.election is None:
        run.step("decryptions.proofs", None)
        return
    keys = [run.election.group.to_string(key) for key in run.trustees.owner_keys()]
    faults = []
    for owner, pd in owners:
        try:
            tally.check_partial_decryption(run.election, keys[owner - 1], run.decrypted, pd)
        except (Malformed, Refused) as error:
            faults.append(f"trustee {owner}: {error}")
    run.step("decryptions.proofs", faults, len(owners))


def check_second_proofs(run: Run, given: Mapping[str, bytes]) -> None:
    """Every decryption against the second proof that was published beside the archive, by the decryption's hash."""
    found = run.of_kind("PartialDecryption")
    if not found and not given:
        return
    if run.trustees is None or run.election is None or run.decrypted is None:
        run.step("decryptions.bound", None)
        return
    keys = [run.election.group.to_string(key) for key in run.trustees.owner_keys()]
    owners, _ = _owners(found, len(keys), "partial decryption")
    faults: list[str] = []
    for owner, pd in owners:
        proof = given.get(canon.sha256_hex(pd))
        if proof is None:
            faults.append(f"trustee {owner}: no second proof of her decryption was given")
            continue
        try:
            second_proof.check(run.election, keys[owner - 1], run.decrypted, pd, proof)
        except (Malformed, Refused) as error:
            faults.append(f"trustee {owner}: {error}")
    known = {canon.sha256_hex(pd) for _, pd in owners}
    faults += [
        f"second proof of {name[:16]}…: the archive has no such decryption" for name in given if name not in known
    ]
    run.step("decryptions.bound", faults, len(owners))


def _owners(found: Sequence[Event], size: int, what: str) -> tuple[list[tuple[int, bytes]], list[str]]:
    """Owner and payload (a shuffle, a partial decryption) of each event that has both, and the faults."""
    owners: list[tuple[int, bytes]] = []
    faults: list[str] = []
    for n, event in enumerate(found, 1):
        try:
            owner, payload = tally.read_owned(event.data[-1] if event.data else b"")
        except Malformed as error:
            faults.append(f"{what} {n}: {error}")
            continue
        if owner > size:
            faults.append(f"{what} {n}: there is no trustee {owner}")
        elif payload != canon.sha256_hex(event.data[0]):
            faults.append(f"{what} {n}: the owner record of trustee {owner} is for another one")
        else:
            if any(owner == former for former, _ in owners):
                faults.append(f"{what} {n}: trustee {owner} has already handed in one")
            owners.append((owner, event.data[0]))
    return owners, faults


def check_result(run: Run) -> None:
    """The numbers against the decryptions."""
    found = run.of_kind("Result")
    if not found:
        return
    if run.election is None or run.trustees is None or run.decrypted is None or not found[0].data:
        run.step("result.count", None)
        return
    try:
        faults = _result_faults(run, run.election, run.trustees, run.decrypted, found[0].data[-1])
    except (Malformed, Refused) as error:
        faults = [f"result: {error}"]
    run.step("result.count", faults, sum(question.size for question in run.election.questions))


def _result_faults(run: Run, election: Election, trustees: Trustees, encrypted: bytes, raw: bytes) -> list[str]:
    group = election.group
    numbers = tally.read_result(election, raw)
    owners, _ = _owners(run.of_kind("PartialDecryption"), len(trustees.owner_keys()), "partial decryption")
    factors = tally.coefficients(trustees, [owner for owner, _ in owners], group)
    cells = tally.read_tally(election, encrypted)
    pds = {owner: tally.read_partial_decryption(election, pd, cells) for owner, pd in owners}
    opened = tally.plaintexts(election, cells, [(k, pds[owner]) for owner, k in factors.items()])
    faults: list[str] = []
    for q, (row, points) in enumerate(zip(numbers, opened, strict=True), 1):
        if len(row) != len(points):
            faults.append(f"result, question {q}: {len(row)} ballots, {len(points)} were decrypted")
            continue
        for i, (n, M) in enumerate(zip(row, points, strict=True)):
            if not _is_opened(run, group, n, M):
                faults.append(f"result, question {q}, choice {i}: {_shown(n)} is not the number that was decrypted")
    return faults


def _is_opened(run: Run, group: Group, n: tally.Number, M: Point) -> bool:
    if isinstance(n, tuple):
        return embedding.decode(group, M, len(n)) == list(n)
    return (run.total is None or n <= run.total) and n < group.q and group.base(n) == M


def _shown(n: tally.Number) -> str:
    return str(n) if isinstance(n, int) else ",".join(map(str, n))[:80]
