"""The decision on admissibility and its appeal: who decides, what is published, what silence does, what is withheld."""

import hashlib
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies.models import Official
from beffroi.apps.gazette.models import Entry
from beffroi.apps.letters.models import Letter
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.models import Appeal, Decision, Petition, Withheld
from beffroi.apps.roll import actions as roll
from beffroi.apps.roll.models import Account, Person, Role
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHY = "La question ne dit pas ce qui serait fait."
SAYS = "La question dit bien : des bancs, sur la place, cette année."


@pytest.fixture
def member(commune: None) -> Official:
    """Of the bureau, without presiding."""
    row = town.councillor(roll.open_work_account("Rachid Sansonnet", "rachid@conseil.example.org"))
    assemblies.designate_bureau(row.assembly, [row.pk], NOON)
    row.refresh_from_db()
    return row


@pytest.fixture
def refused(author: Person, clerk: Account) -> Petition:
    return actions.refuse(town.filed(author), clerk, "unclear", WHY, NOON)


@pytest.fixture
def appealed(refused: Petition) -> Petition:
    actions.appeal(refused, town.herself(refused.author), SAYS, NOON + DAY)
    return refused


def state(petition: Petition) -> str:
    return Petition.objects.get(pk=petition.pk).state


def rule(act: Any) -> str:
    with pytest.raises(Refused) as told:
        act()
    return told.value.rule


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


# --- The decision


def test_who_decided_is_kept_and_the_journal_names_the_office_only(
    refused: Petition, clerk: Account, author: Person
) -> None:
    row = Decision.objects.get(petition=refused)
    assert (row.clerk, row.code, row.note) == (clerk, "unclear", WHY)
    leaf = Entry.objects.get(kind="petition.refused").leaf
    assert hashlib.sha256(f"{WHY}\n".encode()).hexdigest() in leaf
    assert "Pic" not in leaf
    admitted = town.opened(author, clerk)
    assert (admitted.decision.clerk, admitted.decision.code) == (clerk, "")


@pytest.mark.parametrize(
    "note", ["", "Non.", "a" * 601, "Écrivez à odette@example.org pour savoir.", "Appelez le 03 86 12 34 56 demain."]
)
def test_a_refusal_says_why_in_a_sentence_that_gives_nobody_away(author: Person, clerk: Account, note: str) -> None:
    petition = town.filed(author)
    with pytest.raises((Malformed, Refused)):
        actions.refuse(petition, clerk, "unclear", note, NOON)
    assert state(petition) == "filed"


def test_nobody_decides_on_a_petition_that_she_carries(author: Person, clerk: Account, member: Official) -> None:
    own = town.open_account(author)
    Role.objects.create(account=own, kind="clerk")
    petition = town.filed(author)
    assert rule(lambda: actions.admit(petition, own, NOON)) == "petitions.decides_on_her_own"
    actions.refuse(petition, clerk, "unclear", WHY, NOON)
    actions.appeal(petition, town.herself(author), SAYS, NOON)
    Official.objects.filter(pk=member.pk).update(account=own)
    hers = Official.objects.get(pk=member.pk)
    assert rule(lambda: actions.decide_appeal(petition, hers, "admitted", SAYS, NOON)) == "petitions.decides_on_her_own"
    friend = town.person(1)
    Official.objects.filter(pk=member.pk).update(account=town.open_account(friend))
    code = actions.invite(petition, town.herself(author))
    actions.join(petition, town.herself(friend), code, NOON)
    hers = Official.objects.get(pk=member.pk)
    assert rule(lambda: actions.decide_appeal(petition, hers, "admitted", SAYS, NOON)) == "petitions.decides_on_her_own"


def test_the_clock_of_the_decision_is_on_the_public_page(author: Person, at_noon: Any) -> None:
    petition = town.filed(author)
    said = words(town.browser(None).get(f"/petitions/{petition.number}"))
    assert "by 11 November 2026" in said
    assert "Still 30 days." in said


# --- Withholding


def test_a_text_that_attacks_somebody_is_shown_nowhere_and_its_fingerprint_stays(
    author: Person, clerk: Account, at_noon: Any
) -> None:
    told = actions.Words(
        "Madame Zibeline vole",
        "Zibeline prend tout.",
        "Chasser Zibeline ?",
        [{"title": "Zibeline", "url": "https://z.fr"}],
    )
    petition = actions.file_words(town.herself(author), told, NOON)
    digest = hashlib.sha256(actions.text_bytes(petition)).hexdigest()
    actions.refuse(petition, clerk, "personal_attack", WHY, NOON, withhold=True)
    stranger = town.browser(None)
    for path in (
        "/petitions",
        f"/petitions/{petition.number}",
        f"/petitions/{petition.number}/texte.txt",
        f"/initiatives/{petition.number}",
        "/chercher?q=Zibeline",
        "/",
        "/journal",
    ):
        shown = stranger.get(path).content.decode().replace("q=Zibeline", "").replace("“Zibeline”", "")
        assert "vole" not in shown, path
        assert "prend tout" not in shown, path
    assert stranger.get(f"/petitions/{petition.number}/texte.txt").status_code == 410
    assert digest in Entry.objects.get(kind="petition.withheld").leaf
    assert digest in Entry.objects.get(kind="petition.filed").leaf
    assert "no longer shown" in words(stranger.get(f"/petitions/{petition.number}"))
    home = town.browser(town.open_account(author))
    assert "prend tout" in words(home.get(f"/petitions/{petition.number}/contester"))  # what she defends


@pytest.mark.parametrize("code", ["unclear", "not_communal", "same_as_open", "advertising", "against_rights"])
def test_a_text_is_not_withheld_because_it_displeases(author: Person, clerk: Account, code: str) -> None:
    petition = town.filed(author)
    told = rule(lambda: actions.refuse(petition, clerk, code, WHY, NOON, withhold=True))
    assert told == "petitions.nothing_to_withhold"
    assert not Withheld.objects.exists()


def test_a_withheld_text_comes_back_when_its_appeal_is_won(author: Person, clerk: Account, member: Official) -> None:
    petition = town.filed(author)
    before = actions.text_bytes(petition)
    actions.refuse(petition, clerk, "personal_attack", WHY, NOON, withhold=True)
    assert actions.text_bytes(Petition.objects.get(pk=petition.pk)) != before
    actions.appeal(petition, town.herself(author), SAYS, NOON)
    actions.decide_appeal(petition, member, "admitted", SAYS, NOON)
    row = Petition.objects.get(pk=petition.pk)
    assert actions.text_bytes(row) == before
    assert hashlib.sha256(before).hexdigest() in Entry.objects.get(kind="petition.opened").leaf
    assert not Withheld.objects.exists()


# --- The appeal


@pytest.mark.parametrize("at_counter", [False, True], ids=["web", "counter"])
def test_the_author_contests_a_refusal_once_at_home_or_at_the_counter(
    refused: Petition, agent: Account, at_counter: bool
) -> None:
    author = refused.author
    acting = town.at_counter(author, agent) if at_counter else town.herself(author)
    row = actions.appeal(refused, acting, SAYS, NOON + DAY)
    assert (row.due_on, row.agent) == (date(2026, 11, 12), agent if at_counter else None)
    assert '"due":"2026-11-12"' in Entry.objects.get(kind="petition.appealed").leaf
    assert rule(lambda: actions.appeal(refused, acting, SAYS, NOON + DAY)) == "petitions.already_appealed"


def test_nobody_else_contests_it_nor_too_late_nor_what_is_not_refused(
    refused: Petition, petition: Petition, author: Person
) -> None:
    other, mine = town.herself(town.person(1)), town.herself(author)
    assert rule(lambda: actions.appeal(refused, other, SAYS, NOON)) == "petitions.not_the_author"
    assert rule(lambda: actions.appeal(petition, mine, SAYS, NOON)) == "petitions.not_refused"
    waiting = town.filed(author)
    assert rule(lambda: actions.appeal(waiting, mine, SAYS, NOON)) == "petitions.not_refused"
    late = NOON.replace(hour=0) + timedelta(days=61)
    assert rule(lambda: actions.appeal(refused, mine, SAYS, late)) == "petitions.too_late_to_appeal"
    with pytest.raises(Malformed):
        actions.appeal(refused, mine, "Non.", NOON)
    actions.appeal(refused, mine, SAYS, NOON.replace(hour=23) + timedelta(days=60))


def test_the_bureau_admits_and_the_refusal_stays_in_sight(appealed: Petition, member: Official, at_noon: Any) -> None:
    actions.decide_appeal(appealed, member, "admitted", "La question est claire pour nous.", NOON + 2 * DAY)
    row = Petition.objects.get(pk=appealed.pk)
    assert (row.state, row.refusal_code, row.rungs.count()) == ("open", "", 3)
    assert (row.decision.code, row.decision.note) == ("unclear", WHY)
    at_noon.move_to(NOON + 3 * DAY)
    said = words(town.browser(None).get(f"/petitions/{row.number}"))
    for expected in ("First refused, then admitted", WHY, SAYS, "La question est claire pour nous."):
        assert expected in said
    assert '"outcome":"admitted"' in Entry.objects.get(kind="petition.appeal_decided").leaf
    assert "petition_admitted" in set(Letter.objects.values_list("kind", flat=True))


def test_the_bureau_keeps_the_refusal_and_says_why(appealed: Petition, member: Official, at_noon: Any) -> None:
    actions.decide_appeal(appealed, member, "upheld", "Elle reste trop vague pour voter.", NOON + 2 * DAY)
    assert state(appealed) == "refused"
    assert "petition_upheld" in set(Letter.objects.values_list("kind", flat=True))
    again = rule(lambda: actions.decide_appeal(appealed, member, "admitted", SAYS, NOON))
    assert again == "petitions.already_decided"
    actions.open_unanswered(NOON + 100 * DAY)
    assert state(appealed) == "refused"
    assert "trop vague" in words(town.browser(None).get(f"/petitions/{appealed.number}"))


def test_what_the_bureau_does_not_decide_in_time_opens_by_itself_and_leaves_its_trace(appealed: Petition) -> None:
    actions.open_unanswered(NOON + 31 * DAY)  # its last day is 12 November
    assert state(appealed) == "refused"
    for _ in range(2):
        actions.open_unanswered(NOON + 32 * DAY)
    assert state(appealed) == "open"
    row = Appeal.objects.get()
    assert (row.outcome, row.official, row.answer) == ("by_itself", None, "")
    assert Entry.objects.filter(kind="petition.opened").count() == 1


def test_only_members_of_the_bureau_in_office_decide(appealed: Petition, member: Official) -> None:
    for change in ({"in_bureau": False}, {"until": NOON.date()}, {"since": NOON.date() + DAY}):
        with transaction.atomic():
            Official.objects.filter(pk=member.pk).update(**change)
            row = Official.objects.get(pk=member.pk)
            assert (
                rule(lambda row=row: actions.decide_appeal(appealed, row, "admitted", SAYS, NOON))
                == "petitions.not_of_the_bureau"
            )
            Official.objects.filter(pk=member.pk).update(in_bureau=True, until=None, since=date(2026, 3, 22))
    Official.objects.filter(pk=member.pk).update(in_bureau=False, presides=True)
    presides = Official.objects.get(pk=member.pk)
    assert actions.decide_appeal(appealed, presides, "admitted", SAYS, NOON).outcome == "admitted"


def test_whoever_refused_a_petition_does_not_decide_on_its_appeal(author: Person, member: Official) -> None:
    """A councillor may also work at the secretariat: she is then two, but not for one petition."""
    assert member.account is not None
    row = actions.refuse(town.filed(author), member.account, "unclear", WHY, NOON)
    actions.appeal(row, town.herself(author), SAYS, NOON)
    with pytest.raises(Refused, match="refused_it_herself"):
        actions.decide_appeal(row, member, "upheld", SAYS, NOON)


def test_the_database_refuses_an_appeal_that_is_not_whole(appealed: Petition, member: Official) -> None:
    for broken in (
        {"outcome": "admitted"},
        {"answer": "x"},
        {"outcome": "upheld", "decided_at": NOON, "official": member},
        {"outcome": "by_itself", "decided_at": NOON, "answer": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.update(note="")


# --- The pages, role by role


def test_each_page_opens_to_whom_it_is_for(
    visitors: dict[str, Client], appealed: Petition, member: Official, author: Person
) -> None:
    browsers = visitors | {
        "author": town.browser(town.open_account(author)),
        "bureau": town.browser(member.account),
    }
    pages = {
        "contester": {"anonymous": 302, "agent": 403, "clerk": 403, "bureau": 403, "author": 200},
        "bureau": {"anonymous": 302, "bureau": 200},
        "porter": {"anonymous": 302, "agent": 403, "clerk": 403, "bureau": 403},
    }
    for page, answers in pages.items():
        usual = 200 if page == "porter" else 403
        for role, client in browsers.items():
            answer = client.get(f"/petitions/{appealed.number}/{page}")
            assert (page, role, answer.status_code) == (page, role, answers.get(role, usual))


@pytest.mark.parametrize("role", ["anonymous", "resident", "agent", "counter", "clerk", "councillor"])
def test_nobody_else_decides_on_an_appeal(visitors: dict[str, Client], appealed: Petition, role: str) -> None:
    path = f"/petitions/{appealed.number}/bureau"
    answer = town.post(visitors[role], path, outcome="admitted", answer=SAYS)
    assert answer.status_code == (302 if role == "anonymous" else 403)
    assert state(appealed) == "refused"


def test_a_member_of_the_bureau_finds_the_appeal_in_her_space_and_decides(
    appealed: Petition, member: Official, at_noon: Any
) -> None:
    client, path = town.browser(member.account), f"/petitions/{appealed.number}/bureau"
    assert path in client.get("/mon-espace").content.decode()
    assert SAYS in words(client.get(path))
    assert town.post(client, path, outcome="admitted", answer="Oui.").status_code == 400
    assert town.post(client, path, outcome="admitted", answer=SAYS).status_code == 302
    assert state(appealed) == "open"
    assert town.post(client, path, outcome="upheld", answer=SAYS).status_code == 422


def test_the_secretariat_designates_the_bureau_and_nobody_else(visitors: dict[str, Client], petition: Petition) -> None:
    official = Official.objects.get()
    path = f"/conseils/{official.assembly.slug}/bureau"
    for role in ("resident", "agent", "counter", "councillor"):
        assert town.post(visitors[role], path, members=str(official.pk)).status_code == 403
    assert not Official.objects.get().in_bureau
    assert town.post(visitors["clerk"], path, members=str(official.pk)).status_code == 302
    assert Official.objects.get().in_bureau
    assert '"members":1' in Entry.objects.get(kind="assembly.bureau").leaf
    assert town.post(visitors["clerk"], path, members="424242").status_code == 400
    town.post(visitors["clerk"], path)
    assert not Official.objects.get().in_bureau


# --- Who carries it


def test_somebody_joins_with_the_code_in_her_own_name_and_takes_it_off_again(
    visitors: dict[str, Client], petition: Petition, author: Person
) -> None:
    home, path = town.browser(town.open_account(author)), f"/petitions/{petition.number}/porter"
    town.post(home, path, step="invite")
    shown = "".join(re.findall(r"<span>([0-9A-Z]{1,4})</span>", home.get(path).content.decode()))
    assert len(shown) == 26
    assert shown not in "".join(re.findall(r"<span>([0-9A-Z]{1,4})</span>", home.get(path).content.decode()))
    assert "tick this box" in words(town.post(visitors["resident"], path, step="join", code=shown))
    for role in ("resident", "counter"):
        assert town.post(visitors[role], path, step="join", code=shown.lower(), named="on").status_code == 302
        assert town.post(visitors[role], path, step="join", code=shown, named="on").status_code == 400
    names = [f"Prénom{number} " for number in (town.RESIDENT, town.VISITOR)]
    said = words(visitors["anonymous"].get(f"/petitions/{petition.number}"))
    assert all(name in said for name in names)
    assert '"carriers":3' in Entry.objects.filter(kind="petition.carried").latest("pk").leaf
    town.post(visitors["resident"], path, step="leave")
    said = words(visitors["anonymous"].get(f"/petitions/{petition.number}"))
    assert [name in said for name in names] == [False, True]
    assert petition.co_petitioners.get(left_at__isnull=False).name == ""
    assert town.post(visitors["resident"], path, step="join", code=shown, named="on").status_code == 302


def test_a_wrong_an_old_or_a_closed_code_opens_nothing(petition: Petition, author: Person) -> None:
    someone = town.herself(town.person(1))
    old = actions.invite(petition, town.herself(author))
    new = actions.invite(petition, town.herself(author))
    assert rule(lambda: actions.join(petition, someone, old, NOON)) == "petitions.unknown_invitation"
    assert rule(lambda: actions.invite(petition, someone)) == "petitions.not_the_author"
    assert rule(lambda: actions.join(petition, town.herself(author), new, NOON)) == "petitions.is_the_author"
    child = town.herself(town.person(2, born=date(2015, 1, 1)))
    assert rule(lambda: actions.join(petition, child, new, NOON)) == "petitions.too_young"
    actions.uninvite(petition, town.herself(author))
    assert rule(lambda: actions.join(petition, someone, new, NOON)) == "petitions.unknown_invitation"
    assert rule(lambda: actions.step_back(petition, someone, NOON)) == "petitions.does_not_carry"


# --- Forgetting


def test_the_files_of_a_refused_petition_are_kept_while_it_can_be_contested_then_removed(
    author: Person, clerk: Account, member: Official, settings: Any
) -> None:
    from pathlib import Path

    from beffroi.web import uploads
    from tests.apps.petitions.test_write import picture

    draft = actions.begin_draft(author, actions.Words("Un banc", "Ici.", "Un banc ?"), NOON)
    actions.attach(draft, uploads.read(picture()), "Une photo")
    petition = actions.file_words(town.herself(author), actions.Words("Un banc", "Ici.", "Un banc ?"), NOON, draft)
    actions.refuse(petition, clerk, "unclear", WHY, NOON)
    actions.appeal(petition, town.herself(author), SAYS, NOON + 59 * DAY)
    folder = Path(settings.HOME) / "uploads" / "petitions"
    for day, left in ((60, 1), (200, 1)):  # an appeal that waits keeps them
        actions.forget_files(NOON + day * DAY)
        assert len(list(folder.iterdir())) == left
    actions.decide_appeal(petition, member, "upheld", SAYS, NOON + 80 * DAY)
    actions.forget_files(NOON + 169 * DAY)
    assert len(list(folder.iterdir())) == 1
    actions.forget_files(NOON + 171 * DAY)
    assert not list(folder.iterdir())
    assert not petition.attachments.exists()
