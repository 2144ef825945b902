"""From the tally to the decision: who decrypts and when, the decision at its limits, and the words for each."""

import json

import pytest
from django.test import Client
from django.utils.translation import override

from beffroi.apps.gazette.models import Entry
from beffroi.apps.votations import actions, archive, explain, jobs, queries, steps
from beffroi.apps.votations.models import Votation
from beffroi.core.errors import Refused
from beffroi.core.voting.second_proof import read_published
from beffroi.core.voting.tally import check_partial_decryption
from beffroi.core.voting.trustees import new_trustee_key
from beffroi.core.voting.verify import verify
from beffroi.web.refusals import sentence
from tests.apps.votations import world as w
from tests.core.voting import decryptions

pytestmark = pytest.mark.django_db(transaction=True)


def tallied(world: w.World) -> Votation:
    actions.close(world.fresh(), w.CLOSES)
    actions.forget(world.fresh(), w.CLOSES)
    return actions.tally(world.fresh(), w.CLOSES)


def words(row: Votation) -> str:
    with override("en"):
        told = explain.read(row.decision)
    return " ".join((told.verdict, *told.reasons, told.consequence))


def test_nobody_decrypts_before_every_station_is_agreed() -> None:
    world = w.ready()
    world.cast(world.people[0])
    tallied(world)
    with pytest.raises(Refused, match="paper_first"):
        w.decrypt(world)
    w.count_paper(world)
    w.decrypt(world)


def test_nothing_is_decided_while_a_decryption_is_missing() -> None:
    world = w.ready(together=False)
    tallied(world)
    w.count_paper(world)
    world.keys, last = world.keys[:2], world.keys[2]
    w.decrypt(world)
    with pytest.raises(Refused, match="decryption_missing"):
        actions.decide(world.fresh(), w.PAPER_EVENING)
    jobs.decide(w.PAPER_EVENING)
    assert world.fresh().state == Votation.State.TALLIED
    actions.receive_decryption(world.fresh(), 3, w.handed_in(world.fresh(), last), w.PAPER_EVENING)
    jobs.decide(w.PAPER_EVENING)
    assert world.fresh().state == Votation.State.DECIDED


def test_a_decryption_by_another_key_is_refused_and_names_the_rule() -> None:
    world = w.ready()
    tallied(world)
    w.count_paper(world)
    row = world.fresh()
    handed = w.handed_in(row, new_trustee_key())
    with pytest.raises(Refused, match=r"decryption\.proof: 1 \(Trustee 1\)"):
        actions.receive_decryption(row, 1, handed, w.PAPER_EVENING)
    with pytest.raises(Refused, match="no_such_trustee"):
        actions.receive_decryption(row, 4, handed, w.PAPER_EVENING)
    assert not Entry.objects.filter(kind="votation.decrypted").exists()


def test_a_decryption_that_leads_to_no_result_is_refused_and_its_trustee_named() -> None:
    world = w.ready()
    world.cast(world.people[0])
    tallied(world)
    w.count_paper(world)
    row, key = world.fresh(), world.keys[1]
    election, encrypted = queries.election(row), bytes(row.encrypted_tally or b"")
    pd = decryptions.blocking(election, key, encrypted)
    check_partial_decryption(election, key.public_key, encrypted, pd)
    for handed, rule in (
        (decryptions.handed_in(election, key, encrypted, pd), "decryption.bound"),
        (pd, "decryption.alone"),
    ):
        with pytest.raises(Refused) as refused:
            actions.receive_decryption(row, 2, handed, w.PAPER_EVENING)
        assert (refused.value.rule, refused.value.at_fault) == (rule, "2 (Trustee 2)")
        assert "2 (Trustee 2)" in sentence(refused.value)
    assert not row.trustee_rows.exclude(decryption=None).exists()
    w.decrypt(world)
    assert actions.decide(world.fresh(), w.PAPER_EVENING).state == Votation.State.DECIDED


def test_the_second_proofs_are_published_with_the_decision_and_verified_with_the_archive() -> None:
    world = w.ready()
    world.cast(world.people[0])
    tallied(world)
    w.count_paper(world)
    w.decrypt(world)
    path = f"/votations/{world.votation.number}/second-proofs.json"
    assert Client().get(path).status_code == 404
    assert path not in Client().get(f"/votations/{world.votation.number}/dechiffrement").content.decode()
    row = actions.verify(actions.decide(world.fresh(), w.PAPER_EVENING), w.PAPER_EVENING)
    assert path in Client().get(f"/votations/{world.votation.number}/dechiffrement").content.decode()
    raw = b"".join(archive.archive_bytes(row))
    step = next(s for s in verify(raw, second_proofs=read_published([Client().get(path).content])) if "bound" in s.code)
    assert (step.passed, step.count) == (True, 2)
    assert {"code": "decryptions.bound", "passed": True}.items() <= next(
        found for found in json.loads(row.verification) if found["code"] == "decryptions.bound"
    ).items()
    row.trustee_rows.filter(owner=1).update(second_proof=None)  # taken before second proofs were asked for
    assert Client().get(path).status_code == 404


def test_only_the_last_ballot_of_each_voter_is_counted() -> None:
    world = w.ready()
    for choice in (w.YES, w.NO, w.BLANK, w.NO):
        world.cast(world.people[0], choice)
    world.cast(world.people[1], w.YES)
    row = w.close_and_count(world)
    assert json.loads(row.decision)["online"] == {"yes": 1, "no": 1, "blank": 0}


def test_exactly_the_minimum_is_enough_and_the_words_say_so() -> None:
    world = w.ready(w.town(10))  # 20 % of ten: two
    world.cast(world.people[0])
    world.cast(world.people[1], w.BLANK)
    said = words(w.close_and_count(world))
    assert said.startswith("Yes. 2 persons voted. This is exactly the minimum, and it is enough.")
    assert "There are more yes (1) than no (0)." in said


def test_one_less_than_the_minimum_binds_nobody_and_the_words_say_how_many_lacked() -> None:
    world = w.ready(w.town(10))
    world.cast(world.people[0])
    said = words(w.close_and_count(world))
    assert said.startswith("Not decided. 1 person voted. 2 were needed. One was missing.")
    assert "not bound" in said


def test_a_tie_refuses_and_the_words_say_so() -> None:
    world = w.ready()
    world.cast(world.people[0], w.YES)
    world.cast(world.people[1], w.NO)
    said = words(w.close_and_count(world))
    assert said.startswith("No. 2 persons voted.")
    assert "As many yes as no: 1 each. When they are equal, the answer is no." in said


def test_all_blank_refuses_and_the_words_say_so() -> None:
    world = w.ready()
    for person in world.people[:3]:
        world.cast(person, w.BLANK)
    said = words(w.close_and_count(world))
    assert said.startswith("No. 3 persons voted. This is more than the minimum of 2.")
    assert "Every ballot is blank" in said


def test_where_nobody_came_nothing_is_decided() -> None:
    row = w.close_and_count(w.ready())
    assert words(row).startswith("Not decided. 0 persons voted. 2 were needed. 2 were missing. Nobody voted")
    assert Client().get(f"/votations/{row.number}/resultat").status_code == 200


def test_every_reason_that_the_core_can_give_has_its_words_in_both_languages() -> None:
    numbers = dict.fromkeys(("participants", "registered", "needed", "yes", "no", "blank", "cast"), 3)
    for language in ("en", "fr"):
        with override(language):
            said = [explain.sentence(code, numbers) for code in explain._SENTENCES]
        assert len(set(said)) == len(said)


def test_the_decision_is_published_with_the_fingerprint_of_the_archive() -> None:
    world = w.ready()
    world.cast(world.people[0])
    row = w.close_and_count(world)
    leaf = json.loads(Entry.objects.get(kind="votation.decided").leaf)["data"]
    assert leaf["archive_sha256"] == json.loads(row.decision)["archive"]["sha256"]
    assert leaf["head"] == row.head
    assert (leaf["registered"], leaf["participants"], leaf["yes"]) == (6, 1, 1)


def test_the_steps_of_our_own_verification_are_kept_and_all_have_words() -> None:
    world = w.ready()
    world.cast(world.people[0])
    w.close_and_count(world)
    jobs.decide(w.PAPER_EVENING)
    found = json.loads(world.fresh().verification)
    assert all(step["passed"] for step in found)
    assert {step["code"] for step in found} <= set(steps.TITLES)


def test_a_ballot_altered_in_the_database_shows_in_the_verification_with_its_number() -> None:
    world = w.ready()
    world.cast(world.people[0])
    row = w.close_and_count(world)
    sealed = row.sealed.get()
    raw = bytes(sealed.raw)
    row.sealed.update(raw=raw.replace(b'"challenge":"', b'"challenge":"1', 1))
    actions.verify(world.fresh(), w.PAPER_EVENING)
    wrong = [step for step in steps.read(world.fresh().verification) if step.passed is False]
    assert any("ballot 1" in fault for step in wrong for fault in step.faults), wrong
    page = Client().get(f"/votations/{row.number}/resultat", headers={"accept-language": "en"}).content.decode()
    assert "Wrong" in page
    assert b"".join(archive.archive_bytes(row))
