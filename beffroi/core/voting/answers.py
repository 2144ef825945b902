"""An answer of whatever kind: by its question's kind, to the module that knows it."""

from collections.abc import Sequence

from beffroi.core.voting import homomorphic, lists, numbers
from beffroi.core.voting.canon import Json
from beffroi.core.voting.election import Election
from beffroi.core.voting.group import Group
from beffroi.core.voting.proofs import Draw
from beffroi.core.voting.questions import AnyQuestion, ListsQuestion, NumbersQuestion

Answer = homomorphic.Answer | numbers.Answer | lists.Answer


def check_choices(question: AnyQuestion, chosen: Sequence[int], n: int) -> None:
    """Raises Refused "ballot.choices" when question n does not allow them."""
    if isinstance(question, NumbersQuestion):
        numbers.check_choices(question, chosen, n)
    elif isinstance(question, ListsQuestion):
        lists.check_choices(question, chosen, n)
    else:
        homomorphic.check_choices(question, chosen, n)


def encrypt(election: Election, question: AnyQuestion, chosen: Sequence[int], S0: str, draw: Draw) -> Answer:
    """Encrypt the choices and prove them allowed (Ed25519)."""
    if isinstance(question, NumbersQuestion):
        return numbers.encrypt(election, question, chosen, S0, draw)
    if isinstance(question, ListsQuestion):
        return lists.encrypt(election, question, chosen, S0, draw)
    return homomorphic.encrypt(election, question, chosen, S0, draw)


def read(value: Json, question: AnyQuestion, where: str, group: Group) -> Answer:
    """Raises Malformed. Checks no proof."""
    if isinstance(question, NumbersQuestion):
        return numbers.read(value, question, where, group)
    if isinstance(question, ListsQuestion):
        return lists.read(value, question, where, group)
    return homomorphic.read(value, question, where, group)
