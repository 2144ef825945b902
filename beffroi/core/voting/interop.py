"""Secret operations in the 2048-bit groups, for interoperation alone: `--interop` on the command line (decision 0024).

Nothing here takes constant time: Python's integers tell a secret to who can measure. What a real election needs is
in `secret` and its callers, in Ed25519 only. Letters are those of `proofs`; a secret scalar is an integer here.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import pbkdf2_hmac, sha256

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import answers, canon, embedding, homomorphic, numbers, tally
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import BASE58, Election
from beffroi.core.voting.group import FieldGroup, Group, Point, get_group
from beffroi.core.voting.homomorphic import Claim
from beffroi.core.voting.proofs import (
    Ciphertext,
    Proof,
    add_ciphertexts,
    proof_json,
    strings,
)
from beffroi.core.voting.questions import AnyQuestion, NumbersQuestion, Question, nested

WARNING = "--interop: not in constant time, for tests with other programs; never for a real vote"
_OLD = re.compile(rf"[{BASE58}]{{3}}(-[{BASE58}]{{3}}){{4}}")
_NEW = re.compile(rf"[{BASE58}]{{5}}-[{BASE58}]{{6}}-[{BASE58}]{{5}}-[{BASE58}]{{6}}")


def interop_group(name: str) -> FieldGroup:
    """The group of this name. Raises Malformed for an unknown one, Refused "interop.group" for Ed25519."""
    group = get_group(name)
    if not isinstance(group, FieldGroup):
        raise Refused("interop.group", f"{name} needs no --interop: leave it out")
    return group


def check_election(election: Election, name: str) -> None:
    """Raises Refused "interop.group" when the election is not of the group that was allowed."""
    if interop_group(name) is not election.group:
        raise Refused("interop.group", f"the election is in {election.group.name}, --interop says {name}")


def random(group: Group) -> int:
    """A uniform scalar, 0 < s < q."""
    return 1 + secrets.randbelow(group.q - 1)


# ---------------------------------------------------------------- proofs


def prove_knowledge(group: Group, x: int, prefix: str) -> Proof:
    """Proof of knowledge of x (spec 5.1)."""
    w = random(group)
    c = group.hash_to_scalar(prefix, [group.base(w)])
    return Proof(c, (w - x * c) % group.q)


def prove_equality(group: Group, x: int, alpha: Point, prefix: str) -> Proof:
    """Proof that x*alpha was made with the x of x*G (spec 5.3)."""
    w = random(group)
    c = group.hash_to_scalar(prefix, [group.base(w), group.multiply(w, alpha)])
    return Proof(c, (w - x * c) % group.q)


def _disjunction(group: Group, y: Point, claim: Claim, genuine: int, r: int) -> tuple[Proof, ...]:
    """Proof 5.2 of a claim whose statement number `genuine` is true, its ciphertext having the nonce r."""
    faked = {k: Proof(random(group), random(group)) for k in range(len(claim.statements)) if k != genuine}
    w = random(group)
    commitments: list[Point] = []
    for k, (c, v) in enumerate(claim.statements):
        if k == genuine:
            commitments += [group.base(w), group.multiply(w, y)]
            continue
        p = faked[k]
        beta = group.sub(c.beta, group.base(v))
        commitments.append(group.commitment(p.response, group.generator, p.challenge, c.alpha))
        commitments.append(group.commitment(p.response, y, p.challenge, beta))
    total = group.hash_to_scalar(claim.prefix, commitments)
    challenge = (total - sum(p.challenge for p in faked.values())) % group.q
    real = Proof(challenge, (w - r * challenge) % group.q)
    return tuple(faked.get(k, real) for k in range(len(claim.statements)))


# ---------------------------------------------------------------- credentials


def new_credential() -> str:
    """A private credential of Belenios 2.0: five times three characters, the last one a checksum of the others."""
    drawn = [secrets.randbelow(58) for _ in range(14)]
    value = 0
    for digit in drawn:
        value = value * 58 + digit
    text = "".join(BASE58[digit] for digit in [*drawn, 53 - value % 53])
    return "-".join(text[i : i + 3] for i in range(0, 15, 3))


def derive(uuid: str, credential: str, group: Group) -> int:
    """The signing key of a private credential, of 15 characters (PBKDF2) or of 22 (spec 4.1). Raises Malformed."""
    if _OLD.fullmatch(credential):
        value = 0
        letters = credential.replace("-", "")
        for letter in letters[:14]:
            value = value * 58 + BASE58.index(letter)
        if BASE58[53 - value % 53] == letters[14]:
            raw = pbkdf2_hmac("sha256", credential.encode(), uuid.encode(), 1000, 32)
            return int.from_bytes(raw, "big") % group.q
    if not _NEW.fullmatch(credential):
        raise Malformed("credential", "another form", "15 characters with their checksum, or 22, in base 58")
    digests = [sha256(f"derive_credential|{uuid}|{i}|{credential}".encode()).digest() for i in (0, 1)]
    return int.from_bytes(b"".join(digests), "big") % group.q


def make_credentials(uuid: str, voter_numbers: Sequence[str], group: Group) -> tuple[dict[str, str], bytes]:
    """One credential for each voter number, and the public list, as `credentials.make_credentials`."""
    private: dict[str, str] = {}
    for number in voter_numbers:
        if number in private:
            raise Refused("credentials.number-twice", f"voter number {number}")
        private[number] = new_credential()
    return private, public_list(uuid, list(private.values()), group)


def public_list(uuid: str, private: Sequence[str], group: Group) -> bytes:
    """The public list of these private credentials, sorted by number."""
    points = (group.to_string(group.base(derive(uuid, credential, group))) for credential in private)
    return canon.compact([*sorted(points, key=int)])


# ---------------------------------------------------------------- ballots


def encrypt(election: Election, credential: str, choices: Sequence[Sequence[int]]) -> bytes:
    """A ballot, as `ballot.encrypt`. Raises Malformed, Refused "ballot.choices" or "interop.question" (lists)."""
    if len(choices) != len(election.questions):
        raise Refused("ballot.choices", f"{len(choices)} answers for {len(election.questions)} questions")
    for n, (question, chosen) in enumerate(zip(election.questions, choices, strict=True), 1):
        answers.check_choices(question, chosen, n)
    group = election.group
    x = derive(election.uuid, credential, group)
    K = group.to_string(group.base(x))
    S0 = f"{election.fingerprint}|{K}"
    given = (_answer(election, q, chosen, S0) for q, chosen in zip(election.questions, choices, strict=True))
    unsigned: dict[str, Json] = {
        "election_uuid": election.uuid,
        "election_hash": election.fingerprint,
        "credential": K,
        "answers": [answer.to_json(group) for answer in given],
    }
    h = canon.sha256_base64(canon.compact(unsigned))
    return canon.compact(
        unsigned | {"signature": {"hash": h, "proof": proof_json(prove_knowledge(group, x, f"sig|{h}|"))}}
    )


def _answer(election: Election, question: AnyQuestion, chosen: Sequence[int], S0: str) -> answers.Answer:
    if isinstance(question, NumbersQuestion):
        return _numbers(election, question, chosen, S0)
    if isinstance(question, Question):
        return _homomorphic(election, question, chosen, S0)
    raise Refused("interop.question", "lists are answered in Ed25519 only")


def _numbers(election: Election, question: NumbersQuestion, chosen: Sequence[int], S0: str) -> numbers.Answer:
    group, r = election.group, random(election.group)
    beta = group.add(group.multiply(r, election.key), embedding.encode(group, chosen))
    choice = Ciphertext(group.base(r), beta)
    prefix = f"raweg|{S0}|{group.to_string(election.key)},{strings(group, [choice])}|"
    return numbers.Answer(question, choice, prove_knowledge(group, r, prefix))


def _homomorphic(election: Election, question: Question, chosen: Sequence[int], S0: str) -> homomorphic.Answer:
    group, y = election.group, election.key
    nonces = [random(group) for _ in chosen]
    cipher = tuple(
        Ciphertext(group.base(r), group.add(group.multiply(r, y), group.base(m)))
        for r, m in zip(nonces, chosen, strict=True)
    )
    bare = homomorphic.Answer(question, cipher, ((),) * len(cipher), (), () if question.blank else None)
    claims = bare.claims(group, S0, "", add_ciphertexts(group, bare.counted))
    known = dict(zip(cipher, zip(nonces, chosen, strict=True), strict=True))
    first = 1 if question.blank else 0
    whole = sum(nonces[first:]), sum(chosen[first:])
    proofs: list[tuple[Proof, ...]] = []
    for claim in claims:
        openings = [(known.get(c, whole), v) for c, v in claim.statements]
        genuine = next(k for k, ((_, m), v) in enumerate(openings) if m == v)
        proofs.append(_disjunction(group, y, claim, genuine, openings[genuine][0][0]))
    individual, rest = proofs[: len(cipher)], proofs[len(cipher) :]
    return homomorphic.Answer(question, cipher, tuple(individual), rest[-1], rest[0] if question.blank else None)


# ---------------------------------------------------------------- trustees


@dataclass(frozen=True)
class InteropKey:
    """A single trustee's key pair in a 2048-bit group. The scalar never shows in a repr."""

    group: FieldGroup
    x: int = field(repr=False)

    @property
    def public_key(self) -> str:
        """The public key's string."""
        return self.group.to_string(self.group.base(self.x))

    def private_json(self) -> bytes:
        """The private key file, as belenios-tool writes it."""
        return canon.compact(str(self.x))

    def public_json(self) -> bytes:
        """The public key with its proof: what a trustee hands in."""
        text = self.public_key
        pok = prove_knowledge(self.group, self.x, f"pok|{self.group.name}|{text}|")
        return canon.compact({"pok": proof_json(pok), "public_key": text})


def new_key(group: FieldGroup) -> InteropKey:
    """A new key."""
    return InteropKey(group, random(group))


def read_private(raw: bytes, group: FieldGroup) -> InteropKey:
    """Read a private key file. Raises Malformed without repeating it."""
    try:
        number = canon.as_decimal(canon.parse(raw, "private key"), "private key", group.q)
    except Malformed:
        number = 0
    if number == 0:
        raise Malformed("private key", "another form", "a JSON string with a decimal scalar, 0 < x < q") from None
    return InteropKey(group, number)


def partial_decryption(election: Election, key: InteropKey, encrypted: bytes) -> bytes:
    """A single trustee's partial decryption of the encrypted tally. Raises Malformed, Refused "interop.group"."""
    group = election.group
    if key.group is not group:
        raise Refused("interop.group", f"the key is in {key.group.name}, the election in {group.name}")
    cells = tally.read_tally(election, encrypted)
    prefix = f"decrypt|{election.fingerprint}|{key.public_key}|"
    factors: list[Json] = []
    proofs: list[Json] = []
    for question, row in zip(election.questions, cells, strict=True):
        factors.append(nested(question, [group.to_string(group.multiply(key.x, c.alpha)) for c in row]))
        proofs.append(nested(question, [proof_json(prove_equality(group, key.x, c.alpha, prefix)) for c in row]))
    return canon.compact({"decryption_factors": factors, "decryption_proofs": proofs})
