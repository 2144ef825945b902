"""A votation's trustees make one key together: who may hand in what and when, who is named, what begins anew."""

import json
from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from beffroi.apps.roll import actions as roll
from beffroi.apps.roll import second_factor
from beffroi.apps.roll.models import Account, Role
from beffroi.apps.votations import actions, archive, group, jobs, queries, rules
from beffroi.apps.votations.models import Trustee, Votation
from beffroi.core.errors import Malformed, Refused
from beffroi.core.verdict import accepted
from beffroi.core.voting import canon, ceremony, complaint, rounds, sealing, trustees
from beffroi.core.voting.group import ED25519
from beffroi.core.voting.verify import verify
from tests.apps.votations import world as w
from tests.let_in import let_in

pytestmark = pytest.mark.django_db


def found(world: w.World) -> group.Group:
    read = group.of(world.fresh())
    assert read is not None
    return read


def hand_in(world: w.World, owner: int, raw: bytes) -> str:
    return actions.hand_in(world.fresh(), w.trustee_account(owner), raw, w.CALLED)


def until(step: str) -> w.World:
    world = w.called()
    w.named(world)
    w.ceremony(world, until=step)
    return world


def records() -> dict[str, list[bytes]]:
    made = w.made_group()
    return dict(zip(group.STEPS, (made.certificates, made.commitments, made.handed, made.outputs), strict=True))


# ---------------------------------------------------------------- the rule


def test_the_rules_that_are_frozen_say_how_many_of_how_many() -> None:
    world = w.called()
    frozen = rules.read(world.fresh().rules)
    assert (frozen.group, frozen.needed_value.proposed) == ((2, 3), True)
    assert json.loads(world.fresh().rules)["decryption"] == "2-of-3-trustees-after-the-paper-counts"
    assert rules.read(w.before_groups(world).votation.rules).group is None


@pytest.mark.parametrize(("needed", "members"), [(1, 3), (4, 3), (0, 3), (0, 0)])
def test_a_rule_that_cannot_be_kept_is_refused_at_the_call(
    needed: int, members: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = rules.Pack.parameter

    class Fixed:
        def number(self, _day: object) -> int:
            return self.value

        def __init__(self, value: int) -> None:
            self.value = value

    def parameter(pack: rules.Pack, path: str) -> object:
        return Fixed({rules.NEEDED: needed, rules.MEMBERS: members}[path]) if "trustees" in path else plain(pack, path)

    monkeypatch.setattr(rules.Pack, "parameter", parameter)
    with pytest.raises(Refused, match="trustees_rule"):
        w.called()


def test_a_group_takes_no_key_made_alone_and_single_trustees_no_ceremony() -> None:
    world = w.called()
    public = trustees.public_json(trustees.new_trustee_key())
    with pytest.raises(Refused, match="group_only"):
        actions.receive_trustee(world.votation, 1, "A", "majority", public, w.CALLED)
    w.before_groups(world)
    with pytest.raises(Refused, match="no_group"):
        w.named(world)
    with pytest.raises(Refused, match="no_group"):
        hand_in(world, 1, w.made_group().certificates[0])
    assert Client().get(f"/votations/{world.votation.number}/ceremonie").status_code == 404


# ---------------------------------------------------------------- naming


def test_members_get_the_free_numbers_one_account_one_member() -> None:
    world = w.called()
    w.named(world)
    with pytest.raises(Refused, match="group_full"):
        actions.name_trustee(world.votation, "D", "resident", w.account("Dora"), w.CALLED)
    actions.remove_trustee(world.votation, 2, w.CALLED)
    with pytest.raises(Refused, match="trustee_twice"):
        actions.name_trustee(world.votation, "E", "resident", w.trustee_account(3), w.CALLED)
    for name, side in ((" ", "resident"), ("E", "friend")):
        with pytest.raises(Refused, match=r"votations\.trustee$"):
            actions.name_trustee(world.votation, name, side, w.account(f"E{side}"), w.CALLED)
    again = actions.name_trustee(world.votation, "F", "resident", w.account("Fanny"), w.CALLED)
    assert again.owner == 2


def test_who_is_replaced_before_her_certificate_could_be_read_disturbs_nobody() -> None:
    world = w.called()
    w.named(world)
    hand_in(world, 1, w.made_group().certificates[0])
    actions.remove_trustee(world.votation, 2, w.CALLED)
    assert [member.has(group.CERTIFICATE) for member in found(world).members] == [True, False]


def test_who_is_replaced_later_makes_the_others_begin_anew_with_a_new_folder() -> None:
    world = until(group.POLYNOMIAL)
    actions.remove_trustee(world.votation, 2, w.CALLED)
    fresh = actions.name_trustee(world.votation, "F", "resident", w.account("Fanny"), w.CALLED)
    assert [(member.has(group.CERTIFICATE), member.part.attempt) for member in found(world).members] == [(False, 2)] * 3
    assert (fresh.owner, found(world).step) == (2, group.CERTIFICATE)
    actions.begin_anew(world.votation, w.CALLED)
    assert {member.part.attempt for member in found(world).members} == {3}


# ---------------------------------------------------------------- the rounds


def test_the_election_is_made_with_the_key_of_the_whole_ceremony_and_not_before() -> None:
    world = w.called()
    w.hand_in_credentials(world)
    w.named(world)
    for step in group.STEPS:
        assert found(world).step == step
        with pytest.raises(Refused, match="ceremony_open"):
            actions.make_ready(world.votation, w.CALLED)
        for owner, raw in enumerate(records()[step], 1):
            assert [member.trustee.owner for member in found(world).awaited] == [*range(owner, 4)]
            assert hand_in(world, owner, raw) == step
    assert found(world).step == ""
    with pytest.raises(Refused, match="ceremony_done"):
        hand_in(world, 1, records()[group.KEY][0])
    row = actions.make_ready(world.votation, w.CALLED)
    listed = trustees.read_trustees(bytes(row.trustees or b""), ED25519)
    assert trustees.check_trustees(listed, ED25519) == []
    assert [key["name"] for key in json.loads(bytes(row.trustees or b""))[0][1]["verification_keys"]] == [
        "Trustee 1",
        "Trustee 2",
        "Trustee 3",
    ]
    with pytest.raises(Refused, match="wrong_state"):
        hand_in(world, 1, records()[group.CERTIFICATE][0])
    with pytest.raises(Refused, match="wrong_state"):
        actions.begin_anew(world.votation, w.CALLED)


def test_nothing_of_a_round_is_shown_before_all_have_handed_it_in() -> None:
    world = w.called()
    w.named(world)
    base = f"/votations/{world.votation.number}/ceremonie/"
    for step in group.SHARED:
        for owner, raw in enumerate(records()[step], 1):
            assert Client().get(f"{base}{step}s.jsonl").status_code == 404
            hand_in(world, owner, raw)
        answer = Client().get(f"{base}{step}s.jsonl")
        assert answer.content.splitlines() == records()[step]
        assert answer["Cache-Control"] == "no-cache"
    for name in ("verification_keys", "certificate", "x", "complaints"):
        assert Client().get(f"{base}{name}.jsonl").status_code == 404


def test_a_file_may_be_replaced_until_all_have_handed_it_in() -> None:
    world = w.called()
    w.named(world)
    other = ceremony.certificate(sealing.new_seed(), 1, 2, 3)
    hand_in(world, 1, other)
    w.ceremony(world, until=group.COMMITMENT)
    with pytest.raises(Refused, match=r"ceremony\.commitment"):
        hand_in(world, 1, other)
    assert found(world).records(group.CERTIFICATE) == records()[group.CERTIFICATE]


@pytest.mark.parametrize("step", group.STEPS)
def test_what_is_wrong_is_refused_by_name_and_number_and_not_kept(step: str) -> None:
    world = until(step)
    with pytest.raises(Refused) as caught:
        hand_in(world, 2, records()[step][0])  # another member's
    assert (caught.value.rule, caught.value.at_fault) == (
        f"ceremony.{'key' if step == group.KEY else step}",
        "Trustee 2 (2)",
    )
    for raw in (b"", b"{}", b"[1]", b"\xff", b'{"message":"m"}'):
        with pytest.raises(Malformed):
            hand_in(world, 2, raw)
    assert not any(member.has(step) for member in found(world).members)


def test_no_polynomial_but_the_committed_one_is_taken() -> None:
    world = until(group.POLYNOMIAL)
    late = ceremony.polynomial(w.made_group().seeds[0], w.made_group().circle)
    with pytest.raises(Refused, match=r"ceremony\.polynomial: Trustee 1"):
        hand_in(world, 1, late)


def test_one_person_cannot_be_two_members() -> None:
    world = w.called()
    w.named(world)
    hand_in(world, 1, w.made_group().certificates[0])
    with pytest.raises(Refused, match="key_twice"):
        hand_in(world, 2, ceremony.certificate(w.made_group().seeds[0], 2, 2, 3))


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_seed_handed_in_by_mistake_is_refused_and_not_kept(end: bytes) -> None:
    world = w.called()
    w.named(world)
    with pytest.raises(Refused, match="secret_handed_in"):
        hand_in(world, 1, w.made_group().seeds[0].text.encode() + end)
    with pytest.raises(Refused, match="too_large"):
        hand_in(world, 1, b"[" * (actions.ceremony.MOST_BYTES + 1))
    assert w.made_group().seeds[0].text.encode() not in bytes(Trustee.objects.get(owner=1).public_key)


# ---------------------------------------------------------------- a complaint


def cheated(world: w.World) -> bytes:
    """Member 2 sends member 1 a share that does not open; member 1 complains."""
    made = w.made_group()
    handed = json.loads(made.handed[1])
    handed["secrets"][0] = handed["secrets"][2]
    wrong = canon.compact(handed)
    for owner, raw in ((1, made.handed[0]), (2, wrong), (3, made.handed[2])):
        hand_in(world, owner, raw)
    committed = rounds.read_commitments(made.circle, made.commitments)
    read = rounds.read_polynomials(made.circle, [made.handed[0], wrong, made.handed[2]], committed)
    return complaint.complaints(made.seeds[0], made.circle, read)[2]


def test_a_complaint_is_judged_names_who_cheats_and_stops_the_ceremony() -> None:
    world = until(group.POLYNOMIAL)
    w.hand_in_credentials(world)
    raw = cheated(world)
    with pytest.raises(Refused, match="not_her_complaint"):
        hand_in(world, 3, raw)
    assert hand_in(world, 1, raw) == "complaint"
    verdict = found(world).verdict
    assert verdict is not None
    assert (verdict.at_fault.trustee.owner, verdict.by.trustee.owner) == (2, 1)
    with pytest.raises(Refused, match="ceremony_stopped"):
        hand_in(world, 3, w.made_group().outputs[2])
    with pytest.raises(Refused, match="ceremony_open"):
        actions.make_ready(world.votation, w.CALLED)
    page = Client(headers={"accept-language": "en"}).get(f"/votations/{world.votation.number}/ceremonie")
    assert "Trustee 2 (number 2) is at fault" in page.content.decode()
    actions.remove_trustee(world.votation, 2, w.CALLED)
    assert (found(world).verdict, found(world).step) == (None, group.CERTIFICATE)


def test_who_complains_of_a_right_share_is_named_herself() -> None:
    world = until(group.KEY)
    made = w.made_group()
    share = made.polynomials[1].shares[0]
    raw = complaint._complaint(made.seeds[0], 2, 1, share, ceremony.secret.random_scalar)
    hand_in(world, 1, raw)
    verdict = found(world).verdict
    assert verdict is not None
    assert verdict.at_fault.trustee.owner == 1


# ---------------------------------------------------------------- who may: role x phase


PHASES = ("called", "ready", "tallied", "decided")


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(w.CALLED, tick=False) as clock:
        yield clock


def at_phase(phase: str) -> w.World:
    world = until(group.COMMITMENT) if phase == "called" else w.ready()
    if phase in ("tallied", "decided"):
        actions.close(world.fresh(), w.CLOSES)
        actions.forget(world.fresh(), w.CLOSES)
        actions.tally(world.fresh(), w.CLOSES)
        w.count_paper(world)
    if phase == "decided":
        w.decrypt(world)
        actions.decide(world.fresh(), w.PAPER_EVENING)
    return world


def client_of(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    let_in(client, account)
    return client


def somebody(role: str, world: w.World) -> Client:
    client = Client()
    if role == "half_way":
        client.force_login(w.trustee_account(1))
    elif role == "member":
        client = client_of(w.trustee_account(1))
    elif role == "resident":
        client = client_of(roll.open_account(world.people[0]))
    elif role != "nobody":
        client = client_of(w.account(f"Work {role}", role))
    return client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phase", PHASES)
def test_only_a_trustee_hands_in_her_file_and_only_in_its_phase(phase: str, frozen: time_machine.Traveller) -> None:
    world = at_phase(phase)
    at = f"/votations/{world.votation.number}"
    pd = w.decryption(world, w.made_group().keys[0]) if phase == "tallied" else b"{}"
    files = {"ceremonie": records()[group.COMMITMENT][0], "dechiffrement": pd}
    before = [bytes(row.public_key) for row in world.fresh().trustee_rows.all()]
    for role in ("nobody", "resident", *Role.Kind.values, "half_way", "member"):
        client = somebody(role, world)
        for page, raw in files.items():
            assert client.get(f"{at}/{page}").status_code == 200, "everybody reads where it stands"
            answer = client.post(f"{at}/{page}", {"file": SimpleUploadedFile("f", raw)})
            if role == "member":
                taken = (page, phase) in {("ceremonie", "called"), ("dechiffrement", "tallied")}
                assert answer.status_code == (302 if taken else 200)
            elif role in ("nobody", "half_way"):
                steps = {"nobody": "/connexion", "half_way": "/connexion/second-facteur"}
                assert answer["Location"].startswith(steps[role])
            else:
                assert answer.status_code == 403
        after = [bytes(row.public_key) for row in world.fresh().trustee_rows.all()]
        assert (after == before) == (role != "member" or phase != "called")
        if phase == "tallied":
            assert (world.fresh().trustee_rows.get(owner=1).decryption is not None) == (role == "member")


def test_a_member_is_asked_for_the_second_step_while_a_vote_waits_for_her() -> None:
    world = w.called()
    member = w.trustee_account(1)
    assert not second_factor.is_needed(member)
    w.named(world)
    assert second_factor.is_needed(member)
    assert not second_factor.is_needed(w.account("Other"))
    Votation.objects.update(state=Votation.State.DROPPED, rules="", rules_sha256="")
    assert not second_factor.is_needed(member)


def test_her_page_says_what_to_run_and_nobody_elses_does() -> None:
    world = until(group.POLYNOMIAL)
    path = f"/votations/{world.votation.number}/ceremonie"
    number = world.votation.number
    hers = client_of(w.trustee_account(2)).get(path).content.decode()
    assert f"beffroi trustee round 2 --folder cle-{number} --commitments commitments.jsonl" in hers
    assert f"cle-{number}/polynomial.json" in hers
    hand_in(world, 2, records()[group.POLYNOMIAL][1])
    assert "Your file is there" in client_of(w.trustee_account(2)).get(path).content.decode()
    public = Client(headers={"accept-language": "en"}).get(path).content.decode()
    assert "trustee round" not in public
    assert "Step 3 of 4: Polynomial" in public
    assert "<strong>Trustee 1</strong>, <strong>Trustee 3</strong>" in public
    assert "@example.org" not in public
    actions.begin_anew(world.votation, w.CALLED)
    again = client_of(w.trustee_account(2)).get(path).content.decode()
    assert (
        f"beffroi trustee init --out cle-{number}-2 --name &#x27;Trustee 2&#x27; --threshold 2 --members 3 --number 2"
        in again
    )


def test_who_lacks_a_step_of_signing_in_is_led_there() -> None:
    world = until(group.COMMITMENT)
    path = f"/votations/{world.votation.number}/ceremonie"
    assert f"/connexion?next={path}" in Client().get(path).content.decode()
    for role, led in (("half_way", True), ("member", False), ("resident", False)):
        page = somebody(role, world).get(path).content.decode()
        assert (f"/connexion/second-facteur?next={path}" in page) == led
        assert f"/connexion?next={path}" not in page


def test_the_secretariat_names_removes_and_begins_anew_on_its_page(frozen: time_machine.Traveller) -> None:
    world = w.called()
    path = f"/votations/{world.votation.number}/preparation"
    client = client_of(w.account("Pic", Role.Kind.CLERK))
    shared = world.people[0]
    roll.open_account(shared)

    def name(who: str, address: str) -> str:
        given = {"step": "member", "m-name": who, "m-side": "resident", "m-address": address}
        return client.post(path, given, follow=True).content.decode()

    assert "Nobody signs in with the address nobody@example.org" in name("A", "nobody@example.org")
    assert "Number 1, Anna" in name("Anna", shared.email)
    assert "is named already" in name("Anna", shared.email)
    other = world.people[1]
    type(other).objects.filter(pk__in=[other.pk, world.people[2].pk]).update(email="both@example.org")
    for person in (other, world.people[2]):
        person.refresh_from_db()
        roll.open_account(person)
    assert "Several persons share this address" in name("Somebody", "both@example.org")
    assert f"Number 2, {other}" in name(str(other), "both@example.org")
    assert found(world).members[1].part.account == str(roll.open_account(other).ref)
    client.post(path, {"step": "remove", "owner": "1"})
    assert [member.trustee.owner for member in found(world).members] == [2]
    client.post(path, {"step": "anew"})
    assert found(world).members[0].part.attempt == 2


# ---------------------------------------------------------------- the count


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("missing", [1, 2, 3])
def test_two_of_three_are_enough_whoever_is_missing(missing: int) -> None:
    world = w.ready()
    for person in world.people[:4]:
        world.cast(person)
    row = at_tally(world)
    present = [owner for owner in (3, 2, 1) if owner != missing]
    for owner in present:
        assert not queries.is_decrypted(row)
        jobs.decide(w.PAPER_EVENING)
        assert world.fresh().state == Votation.State.TALLIED
        pd = w.decryption(world, world.keys[owner - 1])
        actions.hand_in_decryption(world.fresh(), w.trustee_account(owner), pd, w.PAPER_EVENING)
    jobs.decide(w.PAPER_EVENING)
    row = world.fresh()
    assert (row.state, json.loads(row.decision)["online"]) == ("decided", {"yes": 4, "no": 0, "blank": 0})
    assert accepted(verify(b"".join(archive.archive_bytes(row)), processes=1))
    assert archive.ballots(row) == 4
    page = Client(headers={"accept-language": "en"}).get(f"/votations/{row.number}/resultat").content.decode()
    assert page.count("Was not needed") == 1
    assert "2 of the 3 persons opened the total together" in page
    assert "Not yet" not in page


def at_tally(world: w.World) -> Votation:
    actions.close(world.fresh(), w.CLOSES)
    actions.forget(world.fresh(), w.CLOSES)
    row = actions.tally(world.fresh(), w.CLOSES)
    w.count_paper(world)
    return row


@pytest.mark.django_db(transaction=True)
def test_the_first_right_ones_count_and_a_later_one_is_not_in_the_archive() -> None:
    world = w.ready()
    world.cast(world.people[0])
    at_tally(world)
    for minute, owner in enumerate((3, 1, 2)):
        pd = w.decryption(world, world.keys[owner - 1])
        at = w.PAPER_EVENING.replace(minute=minute)
        actions.hand_in_decryption(world.fresh(), w.trustee_account(owner), pd, at)
    row = actions.decide(world.fresh(), w.PAPER_EVENING)
    assert [trustee.owner for trustee in archive.counted(row)] == [1, 3]
    steps = verify(b"".join(archive.archive_bytes(row)), processes=1)
    assert accepted(steps)
    assert {step.count for step in steps if step.code == "decryptions.proofs"} == {2}


@pytest.mark.django_db(transaction=True)
def test_a_wrong_decryption_is_set_aside_by_name_until_a_right_one_comes() -> None:
    world = w.ready()
    world.cast(world.people[0])
    row = at_tally(world)
    wrong, right = (w.decryption(world, world.keys[n]) for n in (1, 0))
    account = w.trustee_account(1)
    path = f"/votations/{row.number}/dechiffrement"

    def shown() -> int:
        return Client(headers={"accept-language": "en"}).get(path).content.decode().count("Set aside")

    with pytest.raises(Refused, match=r"decryption\.proof"):
        actions.hand_in_decryption(row, account, wrong, w.PAPER_EVENING)
    assert (shown(), queries.is_decrypted(row)) == (1, False)
    with pytest.raises(Malformed):
        actions.hand_in_decryption(row, account, b"{}", w.PAPER_EVENING)
    actions.hand_in_decryption(row, account, right, w.PAPER_EVENING)
    assert shown() == 0
    with pytest.raises(Refused, match="not_a_member"):
        actions.hand_in_decryption(row, w.account("Other"), right, w.PAPER_EVENING)


@pytest.mark.django_db(transaction=True)
def test_on_the_pages_a_members_decryption_is_hers_whatever_number_is_sent(frozen: time_machine.Traveller) -> None:
    world = w.ready()
    row = at_tally(world)
    frozen.move_to(w.PAPER_EVENING)
    path = f"/votations/{row.number}/dechiffrement"
    client = client_of(w.trustee_account(2))
    assert "--sealed cle-" in client.get(path).content.decode()
    of_another = {"owner": 1, "file": SimpleUploadedFile("pd", w.decryption(world, world.keys[0]))}
    assert "for trustee 2 (" in client.post(path, of_another).content.decode()
    hers = {"owner": 1, "file": SimpleUploadedFile("pd", w.decryption(world, world.keys[1]))}
    assert client.post(path, hers).status_code == 302
    assert [bool(trustee.decryption) for trustee in world.fresh().trustee_rows.all()] == [False, True, False]
