"""A ballot that was opened tells the truth, or the check names what it hides."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from beffroi.core.errors import Malformed, Refused
from beffroi.core.voting import canon, secret
from beffroi.core.voting.ballot import encrypt
from beffroi.core.voting.credentials import new_credential
from beffroi.core.voting.election import Election, election_json, new_uuid, parse_election
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.opened import KIND, check_opened
from beffroi.core.voting.questions import Question
from beffroi.core.voting.verbs import ballot_app

QUESTION = Question("Le gué doit-il être pavé ?", ("Oui", "Non"), 1, 1, True)


@pytest.fixture(scope="module")
def election() -> Election:
    key = ED25519.to_string(secret.base(secret.random_scalar()))
    return parse_election(election_json(new_uuid(), "Gué", "", key, [QUESTION]))


@pytest.fixture
def opened(election: Election) -> dict[str, Any]:
    """As the booth writes it: an encrypted ballot less its signature, with its first three draws."""
    drawn: list[bytes] = []

    def draw() -> bytes:
        drawn.append(secret.random_scalar())
        return drawn[-1]

    ballot = json.loads(encrypt(election, new_credential(), [[0, 1, 0]], draw))
    del ballot["signature"]
    return {
        "kind": KIND,
        "hash": canon.sha256_base64(canon.compact(ballot)),
        "choices": [[0, 1, 0]],
        "randomness": [[str(secret.to_int(r)) for r in drawn[:3]]],
        "ballot": ballot,
    }


def test_an_opened_ballot_shows_its_choice(election: Election, opened: dict[str, Any]) -> None:
    assert check_opened(election, canon.compact(opened)) == [[0, 1, 0]]
    assert check_opened(election, json.dumps(opened, indent=1).encode(), opened["hash"]) == [[0, 1, 0]]


@pytest.mark.parametrize("said", [[0, 0, 1], [1, 0, 0], [0, 0, 0], [0, 2, 0]])
def test_a_ballot_that_holds_another_choice_than_it_says_is_refused(
    election: Election, opened: dict[str, Any], said: list[int]
) -> None:
    opened["choices"] = [said]
    with pytest.raises(Refused, match="question 1, choice") as told:
        check_opened(election, canon.compact(opened))
    assert told.value.rule == "opened.choice"


def test_another_ballot_than_the_one_that_was_sealed_is_refused(election: Election, opened: dict[str, Any]) -> None:
    with pytest.raises(Refused) as told:
        check_opened(election, canon.compact(opened), "A" * 43)
    assert told.value.rule == "opened.seal"
    other = copy.deepcopy(opened)
    other["ballot"]["answers"][0]["overall_proof"][0]["response"] = "1"
    with pytest.raises(Refused) as told:
        check_opened(election, canon.compact(other))
    assert told.value.rule == "opened.seal"


def test_the_ballot_of_another_election_is_refused(opened: dict[str, Any]) -> None:
    key = ED25519.to_string(secret.base(secret.random_scalar()))
    other = parse_election(election_json(new_uuid(), "Gué", "", key, [QUESTION]))
    with pytest.raises(Refused) as told:
        check_opened(other, canon.compact(opened))
    assert told.value.rule == "opened.election"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "something else"},
        {"choices": [[0, 1]]},
        {"randomness": [["1", "2"]]},
        {"randomness": [["01", "2", "3"]]},
        {"randomness": [[1, 2, 3]]},
        {"choices": []},
        {"more": 1},
    ],
)
def test_a_file_of_another_form_is_malformed(
    election: Election, opened: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises(Malformed):
        check_opened(election, canon.compact(opened | change))


def test_a_cast_ballot_is_not_an_opened_one(election: Election) -> None:
    with pytest.raises(Malformed):
        check_opened(election, encrypt(election, new_credential(), [[0, 1, 0]]))


def test_the_command_says_which_choices_were_held(election: Election, opened: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "election.json").write_bytes(election.raw)
    file = tmp_path / "opened.json"
    file.write_bytes(canon.compact(opened))
    command = ["opened", "--election", str(tmp_path / "election.json"), str(file)]
    told = CliRunner().invoke(ballot_app, [*command, "--seal", opened["hash"]])
    assert (told.exit_code, told.output.splitlines()[0]) == (0, "Le gué doit-il être pavé ? Oui")
    opened["choices"] = [[0, 0, 1]]
    file.write_bytes(canon.compact(opened))
    told = CliRunner().invoke(ballot_app, command)
    assert told.exit_code == 1
    assert "question 1, choice 1 does not hold 0" in told.output
