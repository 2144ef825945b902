"""The second step: who needs it, what passes it, what it keeps shut until then."""

import re
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pyotp
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from beffroi.apps.assemblies import actions as assemblies
from beffroi.apps.assemblies.perms import is_councillor
from beffroi.apps.roll import actions, second_factor
from beffroi.apps.roll.models import AccessTrace, Account, CounterSession, Person, RecoveryCode, SecondFactor
from beffroi.core.errors import Refused
from beffroi.web import pack
from tests.apps.roll.conftest import NOW, Mailbox
from tests.let_in import let_in

pytestmark = pytest.mark.django_db
STEP = timedelta(seconds=30)
ROLES = ("agent", "clerk", "scrutineer", "panel", "administrator")


def app_of(account: Account, now: Any = NOW) -> pyotp.TOTP:
    """The account sets up an app."""
    sealed = second_factor.new_secret()
    app = pyotp.TOTP(second_factor.reading(sealed, account, "x")[0])
    second_factor.set_up(account, sealed, app.at(now), now)
    return app


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def half(client: Client, agent: Account, noon: Any) -> Client:
    """The agent's browser after the first step."""
    client.force_login(agent)
    return client


@pytest.mark.parametrize("role", ROLES)
def test_whoever_has_a_role_is_asked_for_a_second_step(town: None, role: str) -> None:
    assert second_factor.is_needed(actions.open_work_account("Claude", "claude@example.org", role))


def test_whoever_sits_in_an_assembly_is_asked_while_in_office_only(odette: Person) -> None:
    assemblies.build(pack.current(), NOW)
    account = actions.open_account(odette)
    assert not second_factor.is_needed(account)
    council = assemblies.Assembly.objects.all()[0]
    seat = assemblies.appoint(council, "Odette Fauvette", "opposition", account, date(2026, 3, 22))
    with time_machine.travel(NOW):
        assert second_factor.is_needed(account)
    seat.until = date(2026, 11, 1)
    seat.save()
    with time_machine.travel(NOW):
        assert not second_factor.is_needed(account)


def test_before_the_second_step_a_councillor_writes_no_answer_and_is_led_to_it(
    client: Client, town: None, noon: Any
) -> None:
    assemblies.build(pack.current(), NOW)
    account = actions.open_work_account("Rachid", "rachid@example.org")
    council = assemblies.Assembly.objects.all()[0]
    assemblies.appoint(council, "Rachid", "opposition", account, date(2026, 3, 22))
    client.force_login(account)
    assert client.get("/mon-espace")["Location"] == "/connexion/second-facteur?next=%2Fmon-espace"
    assert client.get("/connexion/second-facteur")["Location"] == "/connexion/second-facteur/nouveau"
    account = client.get("/").wsgi_request.account
    assert not is_councillor(account, NOW.date())
    let_in(client, account)
    assert is_councillor(client.get("/").wsgi_request.account, NOW.date())


def test_a_resident_without_a_task_is_never_asked(client: Client, odette: Person, mailbox: Mailbox) -> None:
    client.post("/connexion", {"email": "odette@example.org"})
    assert client.post("/connexion/code", {"code": mailbox.code()})["Location"] == "/mon-espace"
    assert client.get("/connexion/second-facteur")["Location"] == "/mon-espace"


def test_before_the_second_step_no_role_is_there_and_the_desk_leads_to_it(half: Client) -> None:
    assert half.get("/guichet")["Location"] == "/connexion/second-facteur?next=%2Fguichet"
    assert half.get("/").wsgi_request.roles == frozenset()


def test_before_the_second_step_an_agent_opens_no_session_for_anybody(half: Client, odette: Person) -> None:
    half.post(f"/guichet/personne/{odette.ref}/ouvrir", {"proof": "passport"})
    assert not CounterSession.objects.exists()


def test_before_the_second_step_an_open_session_at_the_counter_is_not_hers(
    half: Client, agent: Account, odette: Person
) -> None:
    """Somebody who reads the agent's mail signs in while the agent is acting for a person."""
    actions.begin_counter_session(agent, odette, "passport", NOW)
    assert half.get("/").wsgi_request.acting is None


def test_the_first_time_the_app_is_set_up_and_opens_the_desk_with_ten_recovery_codes(
    half: Client, agent: Account
) -> None:
    assert half.get("/connexion/second-facteur?next=/guichet")["Location"] == (
        "/connexion/second-facteur/nouveau?next=%2Fguichet"
    )
    page = half.get("/connexion/second-facteur/nouveau?next=/guichet").content.decode()
    secret = re.search(r'data-secret="([A-Z2-7]{32})"', page)
    assert secret
    answer = half.post("/connexion/second-facteur/nouveau", {"code": pyotp.TOTP(secret[1]).at(NOW), "next": "/guichet"})
    assert len(set(answer.context["codes"])) == 10
    assert 'href="/guichet"' in answer.content.decode()
    assert half.get("/guichet").status_code == 200
    assert [row.kind for row in AccessTrace.objects.filter(account=agent)] == ["factor_set"]


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_same_secret(half: Client) -> None:
    def secret() -> Any:
        return re.search(
            r'data-secret="([A-Z2-7]{32})"', half.get("/connexion/second-facteur/nouveau").content.decode()
        )

    before = secret()[1]
    assert half.post("/connexion/second-facteur/nouveau", {"code": "000000"}).status_code == 422
    assert secret()[1] == before
    assert not SecondFactor.objects.exists()


def test_the_code_of_the_app_passes_the_second_step_and_leads_back(half: Client, agent: Account) -> None:
    app = app_of(agent, NOW - STEP)
    answer = half.post("/connexion/second-facteur", {"code": app.at(NOW), "next": "/guichet"})
    assert answer["Location"] == "/guichet"
    assert half.get("/guichet").status_code == 200


def test_the_sessions_key_changes_at_the_second_step(half: Client, agent: Account) -> None:
    app, before = app_of(agent, NOW - STEP), half.session.session_key
    half.post("/connexion/second-facteur", {"code": app.at(NOW)})
    assert half.session.session_key != before


def test_the_second_step_leads_nowhere_outside(half: Client, agent: Account) -> None:
    app = app_of(agent, NOW - STEP)
    answer = half.post("/connexion/second-facteur", {"code": app.at(NOW), "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/guichet"


def test_whoever_has_a_second_factor_cannot_put_another_one_in_its_place_before_showing_it(
    half: Client, agent: Account
) -> None:
    app_of(agent, NOW - STEP)
    before = SecondFactor.objects.get().sealed_secret
    for path in ("/connexion/second-facteur/nouveau", "/connexion/cle/demande", "/connexion/codes-de-secours"):
        assert half.post(path, {"code": "123456"})["Location"].startswith("/connexion/second-facteur")
    assert SecondFactor.objects.get().sealed_secret == before
    assert RecoveryCode.objects.count() == 10


def test_a_code_works_once_even_within_its_thirty_seconds(agent: Account) -> None:
    app = app_of(agent, NOW - STEP)
    second_factor.check(agent, app.at(NOW), NOW)
    with pytest.raises(Refused, match="wrong_second_code"):
        second_factor.check(agent, app.at(NOW), NOW)


def test_a_code_of_before_the_last_one_no_longer_works(agent: Account) -> None:
    app = app_of(agent, NOW - 3 * STEP)
    second_factor.check(agent, app.at(NOW), NOW)
    with pytest.raises(Refused, match="wrong_second_code"):
        second_factor.check(agent, app.at(NOW - STEP), NOW)


@pytest.mark.parametrize(("away", "works"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_whose_clock_is_thirty_seconds_wrong_still_opens(agent: Account, away: int, works: bool) -> None:
    app = app_of(agent, NOW - 10 * STEP)
    if works:
        second_factor.check(agent, app.at(NOW + away * STEP), NOW)
    else:
        with pytest.raises(Refused):
            second_factor.check(agent, app.at(NOW + away * STEP), NOW)


def test_after_five_wrong_codes_the_right_one_waits_a_quarter_of_an_hour(agent: Account) -> None:
    app = app_of(agent, NOW - STEP)
    for _ in range(5):
        with pytest.raises(Refused, match="wrong_second_code"):
            second_factor.check(agent, "000000", NOW)
    with pytest.raises(Refused, match="second_factor_waits"):
        second_factor.check(agent, app.at(NOW), NOW)
    later = NOW + timedelta(minutes=15)
    second_factor.check(agent, app.at(later), later)


def test_a_recovery_code_replaces_the_telephone_once_however_it_is_written(agent: Account) -> None:
    app_of(agent)
    code = second_factor.new_recovery_codes(agent)[0]
    second_factor.check(agent, f"{code[:4].lower()} {code[4:8]}-{code[8:]}", NOW)
    with pytest.raises(Refused, match="wrong_second_code"):
        second_factor.check(agent, code, NOW)
    assert RecoveryCode.objects.count() == 9


def test_the_recovery_code_of_one_account_opens_no_other(agent: Account) -> None:
    other = actions.open_work_account("Andrée", "andree@example.org", "agent")
    app_of(agent)
    app_of(other)
    with pytest.raises(Refused, match="wrong_second_code"):
        second_factor.check(other, second_factor.new_recovery_codes(agent)[0], NOW)


def test_a_thief_of_the_database_reads_no_secret_and_no_recovery_code(agent: Account) -> None:
    sealed = second_factor.new_secret()
    secret = second_factor.reading(sealed, agent, "x")[0]
    codes = second_factor.set_up(agent, sealed, pyotp.TOTP(secret).at(NOW), NOW)
    with connection.cursor() as cursor:
        stolen = ""
        for table in ("roll_secondfactor", "roll_recoverycode", "roll_accesstrace"):
            cursor.execute(f"SELECT * FROM {table}")
            stolen += str(cursor.fetchall())
    assert secret not in stolen
    assert not any(code in stolen for code in codes)


def test_another_instances_key_opens_nothing(agent: Account, settings: Any) -> None:
    """A copy of the database under another SECRET_KEY: the app's own codes no longer pass either."""
    app = app_of(agent, NOW - STEP)
    settings.SECRET_KEY = "another" * 9
    with pytest.raises(Refused, match="wrong_second_code"):
        second_factor.check(agent, app.at(NOW), NOW)


def test_an_administrator_takes_a_second_factor_away_with_a_trace_and_the_sessions_end(
    half: Client, agent: Account
) -> None:
    app_of(agent)
    let_in(half, agent)
    assert half.get("/guichet").status_code == 200
    boss = actions.open_work_account("Ada", "ada@example.org", "administrator")
    second_factor.reset(agent, boss, NOW)
    assert half.get("/guichet")["Location"].startswith("/connexion?")
    assert not second_factor.is_set(agent)
    assert not RecoveryCode.objects.exists()
    last = AccessTrace.objects.filter(account=agent)[0]
    assert (last.kind, last.by) == ("factor_reset", boss)


def test_nobody_takes_her_own_second_factor_away() -> None:
    boss = actions.open_work_account("Ada", "ada@example.org", "administrator")
    with pytest.raises(Refused, match="own_reset"):
        second_factor.reset(boss, boss, NOW)


def test_the_server_takes_a_second_factor_away_when_no_administrator_can(agent: Account, mailbox: Mailbox) -> None:
    app_of(agent)
    call_command("second_factor", "reset", "Guichet@example.org", stdout=StringIO())
    assert not second_factor.is_set(agent)
    assert AccessTrace.objects.filter(account=agent, kind="factor_reset", by=None).count() == 1
    assert mailbox.recipients == ["guichet@example.org"]
    with pytest.raises(CommandError, match="0 accounts"):
        call_command("second_factor", "reset", "guichet@example.org")


def test_the_pages_of_the_second_step_are_for_whoever_has_signed_in(client: Client, town: None) -> None:
    for path in ("/connexion/second-facteur", "/connexion/second-facteur/nouveau", "/connexion/codes-de-secours"):
        assert client.get(path)["Location"].startswith("/connexion")


def test_reading_a_page_of_the_second_step_uses_nothing_up(half: Client, agent: Account) -> None:
    app_of(agent)
    before = (list(SecondFactor.objects.values()), RecoveryCode.objects.count())
    for path in ("/connexion/second-facteur", "/connexion/codes-de-secours"):
        half.get(path)
        half.head(path)
    assert (list(SecondFactor.objects.values()), RecoveryCode.objects.count()) == before


@pytest.mark.parametrize("demonstration", [True, False])
def test_the_code_is_on_screen_in_a_demonstration_only(
    half: Client, agent: Account, settings: Any, demonstration: bool
) -> None:
    call_command("build", pack=settings.PACK, demonstration=demonstration, verbosity=0)
    settings.SHOW_CODES = True
    app = app_of(agent)
    assert half.get("/connexion/second-facteur").context["shown"] == (app.at(NOW) if demonstration else "")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"answer": 3}', '{"answer": {}}', '{"answer": {"id": "x"}}'])
def test_what_is_no_answer_of_a_key_is_refused(client: Client, agent: Account, body: str) -> None:
    let_in(client, agent)
    for path in ("/connexion/cle", "/connexion/cle/reponse"):
        answer = client.post(path, body, content_type="application/json")
        assert answer.status_code in {400, 422}
    client.post("/connexion/cle/demande", "{}", content_type="application/json")
    assert client.post("/connexion/cle", body, content_type="application/json").status_code in {400, 422}
