"""FranceConnect and ProConnect, against a real provider set up as they are documented; and those who cheat on the way.

The provider signs truly: what is false here was made false by the test, with the provider's own key where it needs one.
"""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from beffroi.apps.roll import actions, oidc
from beffroi.apps.roll.models import AccessTrace, Account, ForeignIdentity, Person
from tests.apps.roll.conftest import enrol
from tests.provider import CLIENT, SECRET, Provider, came, running

pytestmark = pytest.mark.django_db
SITE = "http://testserver"
ODETTE = {"sub": "fc-odette", "given_name": "Odette Marie", "family_name": "FAUVETTE", "birthdate": "1951-03-03"}
LEAVE, BACK = "/connexion/avec/{}", "/connexion/avec/{}/retour"


@pytest.fixture(scope="module")
def france() -> Iterator[Provider]:
    with running("franceconnect", SITE) as provider:
        yield provider


@pytest.fixture(scope="module")
def pro() -> Iterator[Provider]:
    with running("proconnect", SITE, alg="RS256", amr=["pwd"], signed=True) as provider:
        yield provider


@pytest.fixture
def franceconnect(france: Provider, settings: Any) -> Provider:
    settings.OIDC = france.settings()
    oidc.forget()
    return france


@pytest.fixture
def proconnect(pro: Provider, settings: Any) -> Provider:
    settings.OIDC = pro.settings()
    oidc.forget()
    return pro


def go(client: Client, provider: Provider, after: str = "", **person: Any) -> str:
    """Leaves for the provider as this person: the address with which the browser comes back."""
    provider.be(**person)
    answer = client.get(LEAVE.format(provider.kind), {"next": after} if after else {})
    assert answer.status_code == 302
    return provider.visit(answer["Location"])


def come(client: Client, provider: Provider, back: str, **more: str) -> Any:
    return client.get(BACK.format(provider.kind), came(back) | more)


def signed_in(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


def account(person: Person) -> int:
    return Account.objects.get(person=person).pk


# The way.


def test_a_resident_signs_in_by_franceconnect_and_is_led_back(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    answer = come(client, franceconnect, go(client, franceconnect, "/petitions", **ODETTE))
    assert answer["Location"] == "/petitions"
    assert signed_in(client) == account(odette)
    assert [row.kind for row in AccessTrace.objects.filter(account__person=odette)] == ["identity_linked"]


def test_the_second_time_the_identity_alone_opens_the_account_even_under_another_name(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    """She has married, and the civil registry knows it before the roll does."""
    come(client, franceconnect, go(client, franceconnect, **ODETTE))
    later = Client()
    come(later, franceconnect, go(later, franceconnect, **ODETTE | {"family_name": "PINSON"}))
    assert signed_in(later) == account(odette)
    assert ForeignIdentity.objects.count() == 1


def test_what_is_asked_of_franceconnect_is_what_its_documentation_asks_for(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    asked = dict(parse_qsl(urlsplit(client.get(LEAVE.format("franceconnect"))["Location"]).query))
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT
    assert asked["scope"].split() == ["openid", "given_name", "family_name", "birthdate"]
    assert asked["acr_values"] == "eidas1"
    assert asked["redirect_uri"] == SITE + BACK.format("franceconnect")
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    assert SECRET not in str(asked)


def test_no_challenge_is_sent_to_a_provider_that_does_not_announce_it(
    client: Client, town: None, proconnect: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ProConnect refuses any parameter that it does not know."""
    whole = dict(oidc.discovery(oidc.providers()[0]))
    monkeypatch.setattr(oidc, "discovery", lambda of: whole | {"code_challenge_methods_supported": None})
    asked = dict(parse_qsl(urlsplit(client.get(LEAVE.format("proconnect"))["Location"]).query))
    assert set(asked) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims"}
    assert json.loads(asked["claims"]) == {"id_token": {"amr": {"essential": True}}}


@pytest.mark.parametrize("signed", [True, False])
def test_the_user_info_may_be_signed_or_plain(client: Client, odette: Person, settings: Any, signed: bool) -> None:
    with running("franceconnect", SITE, alg="RS256", signed=signed) as provider:
        settings.OIDC = provider.settings()
        oidc.forget()
        come(client, provider, go(client, provider, **ODETTE))
    assert signed_in(client) == account(odette)


def test_signing_out_offers_to_sign_out_of_franceconnect_too(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    come(client, franceconnect, go(client, franceconnect, **ODETTE))
    page = client.post("/deconnexion")
    there = page.context["there"]
    asked = dict(parse_qsl(urlsplit(there).query))
    assert there.startswith(franceconnect.issuer)
    assert asked["post_logout_redirect_uri"] == SITE + "/"
    assert asked["id_token_hint"].count(".") == 2
    assert len(asked["state"]) >= 32
    assert signed_in(client) is None


def test_without_settings_there_is_no_button_and_no_page(client: Client, town: None, settings: Any) -> None:
    settings.OIDC = {}
    assert "FranceConnect" not in client.get("/connexion").content.decode()
    assert client.get(LEAVE.format("franceconnect")).status_code == 404
    assert client.get(BACK.format("franceconnect")).status_code == 404


def test_a_provider_that_does_not_answer_gives_a_sentence(client: Client, town: None, settings: Any) -> None:
    dead = {"issuer": "http://127.0.0.1:9/api", "client": "x", "secret": "x", "levels": ""}
    settings.OIDC = {"franceconnect": dead}
    oidc.forget()
    answer = client.get(LEAVE.format("franceconnect"))
    assert answer.status_code == 422
    assert answer.context["rule"] == "roll.provider_away"


def test_whoever_does_not_confirm_comes_back_to_a_sentence(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    answer = come(client, franceconnect, go(client, franceconnect, refuses=True, **ODETTE))
    assert answer.context["rule"] == "roll.provider_cancelled"
    assert signed_in(client) is None


# Who it is.


@pytest.mark.parametrize(
    "changed",
    [{"given_name": "Odile"}, {"family_name": "Fauvet"}, {"birthdate": "1951-03-04"}, {"birthdate": "1951-00-00"}],
)
def test_whoever_fits_nobody_of_the_roll_exactly_gets_no_account_and_is_told_what_to_do(
    client: Client, odette: Person, franceconnect: Provider, changed: dict[str, str]
) -> None:
    before = Account.objects.count()
    person = ODETTE | {"sub": f"fc-{changed}"} | changed
    answer = come(client, franceconnect, go(client, franceconnect, **person))
    assert answer.context["rule"] == "roll.identity_unknown"
    assert signed_in(client) is None
    assert Account.objects.count() == before
    assert Person.objects.count() == 1


def test_two_homonyms_born_the_same_day_are_not_told_apart_by_franceconnect(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    enrol("9", "Fauvette", "Odette", date(1951, 3, 3))
    answer = come(client, franceconnect, go(client, franceconnect, **ODETTE | {"sub": "fc-homonym"}))
    assert answer.context["rule"] == "roll.identity_unknown"
    assert not ForeignIdentity.objects.exists()


def test_somebody_without_an_address_and_without_an_account_gets_hers(
    client: Client, town: None, franceconnect: Provider
) -> None:
    rose = enrol("5", "Bruant", "Rose", date(1944, 12, 6))
    person = {"sub": "fc-rose", "given_name": "Rose", "family_name": "Bruant", "birthdate": "1944-12-06"}
    come(client, franceconnect, go(client, franceconnect, **person))
    assert signed_in(client) == account(rose)


def test_somebody_who_has_left_is_let_in_neither_the_first_time_nor_later(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    come(client, franceconnect, go(client, franceconnect, **ODETTE))
    actions.leave(odette, date(2024, 1, 1))
    later = Client()
    answer = come(later, franceconnect, go(later, franceconnect, **ODETTE))
    assert answer.context["rule"] == "roll.identity_unknown"


def test_a_person_is_linked_with_one_identity_of_a_provider_only(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    come(client, franceconnect, go(client, franceconnect, **ODETTE))
    other = Client()
    answer = come(other, franceconnect, go(other, franceconnect, **ODETTE | {"sub": "fc-somebody-else"}))
    assert answer.context["rule"] == "roll.identity_other"
    assert signed_in(other) is None


def test_the_database_knows_no_identity_of_franceconnect(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    come(client, franceconnect, go(client, franceconnect, **ODETTE))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM roll_foreignidentity")
        stored = str(cursor.fetchall())
    stored += str([row.get_decoded() for row in Session.objects.all()])
    assert "fc-odette" not in stored
    assert base64.b64encode(b'"fc-odette"').decode().rstrip("=")[:8] not in stored


def test_proconnect_opens_the_account_at_work_with_that_address_and_asks_for_the_second_step(
    client: Client, agent: Account, proconnect: Provider
) -> None:
    answer = come(client, proconnect, go(client, proconnect, sub="pc-claude", email="Guichet@Example.org"))
    assert answer["Location"] == "/connexion/second-facteur"
    assert signed_in(client) == agent.pk


def test_whom_proconnect_has_asked_for_two_factors_is_not_asked_again(
    client: Client, agent: Account, settings: Any
) -> None:
    with running("proconnect", SITE, amr=["pwd", "mfa"]) as provider:
        settings.OIDC = provider.settings()
        oidc.forget()
        answer = come(client, provider, go(client, provider, sub="pc-claude", email="guichet@example.org"))
    assert answer["Location"] == "/guichet"
    assert client.get("/guichet").status_code == 200


def test_proconnect_opens_no_residents_account(client: Client, odette: Person, proconnect: Provider) -> None:
    answer = come(client, proconnect, go(client, proconnect, sub="pc-odette", email="odette@example.org"))
    assert answer.context["rule"] == "roll.identity_unknown"
    assert signed_in(client) is None


def test_a_level_that_the_commune_has_not_asked_for_is_refused(
    client: Client, agent: Account, proconnect: Provider, settings: Any
) -> None:
    settings.OIDC = proconnect.settings(levels="eidas2 eidas3")
    answer = come(client, proconnect, go(client, proconnect, sub="pc-claude", email="guichet@example.org"))
    assert answer.context["rule"] == "roll.provider_untrue"


# Those who cheat.


def test_a_way_back_that_this_browser_did_not_begin_signs_nobody_in(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    """Login forgery: somebody sends a victim the address with which he himself came back."""
    his = go(client, franceconnect, **ODETTE)
    victim = Client()
    assert come(victim, franceconnect, his).context["rule"] == "roll.provider_state"
    go(victim, franceconnect, **ODETTE)  # even when she has a sign-in of her own under way
    assert come(victim, franceconnect, his).context["rule"] == "roll.provider_state"
    assert signed_in(victim) is None


@pytest.mark.parametrize("state", ["", "x", "é"])
def test_another_state_signs_nobody_in(client: Client, odette: Person, franceconnect: Provider, state: str) -> None:
    back = go(client, franceconnect, **ODETTE)
    assert come(client, franceconnect, back, state=state).context["rule"] == "roll.provider_state"
    assert signed_in(client) is None


def test_the_same_way_back_does_not_serve_twice(client: Client, odette: Person, franceconnect: Provider) -> None:
    back = go(client, franceconnect, **ODETTE)
    kept = client.cookies["beffroi_provider"].value
    come(client, franceconnect, back)
    client.logout()
    assert come(client, franceconnect, back).context["rule"] == "roll.provider_state"
    client.cookies["beffroi_provider"] = kept  # a thief who has kept the cookie too: the provider's code is spent
    assert come(client, franceconnect, back).context["rule"] == "roll.provider_state"
    assert signed_in(client) is None


def test_a_cookie_that_somebody_wrote_himself_is_not_believed(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    back = go(client, franceconnect, **ODETTE)
    client.cookies["beffroi_provider"] = client.cookies["beffroi_provider"].value[:-3] + "abc"
    assert come(client, franceconnect, back).context["rule"] == "roll.provider_state"


def test_the_answer_of_one_provider_is_not_taken_for_anothers(
    client: Client, odette: Person, agent: Account, france: Provider, pro: Provider, settings: Any
) -> None:
    settings.OIDC = france.settings() | pro.settings()
    oidc.forget()
    back = go(client, france, **ODETTE)
    assert come(client, pro, back).context["rule"] == "roll.provider_state"
    back = go(client, france, **ODETTE)
    assert come(client, france, back, iss=pro.issuer).context["rule"] == "roll.provider_untrue"
    assert signed_in(client) is None


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_way_back_never_leads_out_of_the_site(
    client: Client, odette: Person, franceconnect: Provider, there: str
) -> None:
    answer = come(client, franceconnect, go(client, franceconnect, there, **ODETTE))
    assert answer["Location"] == "/mon-espace"


Forge = Callable[[Provider, dict[str, Any]], str]


def signed(provider: Provider, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
    return jwt.encode(
        {"alg": provider.alg, "kid": "one", **header},
        claims,
        key or provider.key,
        algorithms=[header.get("alg", provider.alg)],
    )


def unsigned(provider: Provider, claims: dict[str, Any]) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}."


def by_secret(provider: Provider, claims: dict[str, Any]) -> str:
    """HS256 with the public key as its secret: the confusion of algorithms."""
    public = json.dumps(provider.key.as_dict(private=False)).encode()
    return signed(provider, claims, OctKey.import_key(public), alg="HS256")


def changed(provider: Provider, claims: dict[str, Any]) -> str:
    head, _, signature = signed(provider, claims).split(".")
    return f"{head}.{unsigned(provider, claims | {'sub': 'x'}).split('.')[1]}.{signature}"


FORGERIES: dict[str, Forge] = {
    "no signature": unsigned,
    "signed with a secret": by_secret,
    "signed by somebody else": lambda provider, claims: signed(provider, claims, ECKey.generate_key("P-256")),
    "changed after signing": changed,
    "another audience": lambda provider, claims: signed(provider, claims | {"aud": "another-site"}),
    "two audiences, not ours the party": lambda provider, claims: signed(
        provider, claims | {"aud": [CLIENT, "another-site"], "azp": "another-site"}
    ),
    "another issuer": lambda provider, claims: signed(provider, claims | {"iss": "https://elsewhere.example"}),
    "too old": lambda provider, claims: signed(provider, claims | {"exp": claims["iat"] - 3600}),
    "without an end": lambda provider, claims: signed(provider, {k: v for k, v in claims.items() if k != "exp"}),
    "the nonce of another sign-in": lambda provider, claims: signed(provider, claims | {"nonce": "n" * 64}),
    "without a nonce": lambda provider, claims: signed(provider, {k: v for k, v in claims.items() if k != "nonce"}),
    "without a subject": lambda provider, claims: signed(provider, {k: v for k, v in claims.items() if k != "sub"}),
    "of somebody else than the user info": lambda provider, claims: signed(provider, claims | {"sub": "fc-other"}),
    "a level too low": lambda provider, claims: signed(provider, claims | {"acr": "eidas0"}),
    "no token": lambda provider, claims: "x",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_false_id_token_signs_nobody_in(
    client: Client, odette: Person, franceconnect: Provider, monkeypatch: pytest.MonkeyPatch, forgery: str
) -> None:
    true = oidc._tokens

    def false(*given: Any) -> dict[str, str]:
        tokens = true(*given)
        claims = dict(jwt.decode(tokens["id_token"], franceconnect.key, algorithms=[franceconnect.alg]).claims)
        return tokens | {"id_token": FORGERIES[forgery](franceconnect, claims)}

    monkeypatch.setattr(oidc, "_tokens", false)
    answer = come(client, franceconnect, go(client, franceconnect, **ODETTE))
    assert answer.status_code == 422
    assert answer.context["rule"] == "roll.provider_untrue"
    assert signed_in(client) is None
    assert not ForeignIdentity.objects.exists()


def test_the_forgeries_are_made_from_a_token_that_is_taken_when_nothing_is_false(
    client: Client, odette: Person, franceconnect: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = oidc._tokens

    def again(*given: Any) -> dict[str, str]:
        tokens = true(*given)
        claims = dict(jwt.decode(tokens["id_token"], franceconnect.key, algorithms=[franceconnect.alg]).claims)
        return tokens | {"id_token": signed(franceconnect, claims)}

    monkeypatch.setattr(oidc, "_tokens", again)
    come(client, franceconnect, go(client, franceconnect, **ODETTE))
    assert signed_in(client) == account(odette)


@pytest.mark.parametrize("false", ["signed by somebody else", "another audience", "no signature"])
def test_a_false_user_info_signs_nobody_in(
    client: Client, odette: Person, franceconnect: Provider, monkeypatch: pytest.MonkeyPatch, false: str
) -> None:
    true = oidc._get

    def cheat(address: str, headers: Any = None) -> Any:
        answer = true(address, headers)
        if headers:
            claims = dict(jwt.decode(answer.text, franceconnect.key, algorithms=[franceconnect.alg]).claims)
            answer._content = FORGERIES[false](franceconnect, claims).encode()
        return answer

    monkeypatch.setattr(oidc, "_get", cheat)
    answer = come(client, franceconnect, go(client, franceconnect, **ODETTE))
    assert answer.context["rule"] == "roll.provider_untrue"
    assert signed_in(client) is None


def test_new_keys_of_the_provider_are_fetched_when_the_known_ones_do_not_fit(
    client: Client, odette: Person, franceconnect: Provider
) -> None:
    from joserfc.jwk import KeySet

    oidc._KEYS[franceconnect.issuer] = KeySet([ECKey.generate_key("P-256", {"kid": "one"})])
    come(client, franceconnect, go(client, franceconnect, **ODETTE))
    assert signed_in(client) == account(odette)


@pytest.mark.parametrize("address", ["http://elsewhere.example/x", "ftp://127.0.0.1/x", "", "file:///etc/passwd"])
def test_a_provider_is_spoken_to_over_https_only(address: str) -> None:
    assert not oidc._is_safe(address)
