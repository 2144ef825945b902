"""FranceConnect and ProConnect, by OpenID Connect's authorization code flow. Which account it opens: identities.py.

Core 1.0, section by section: 3.1.2.1 the request, 3.1.3.3 the tokens, 3.1.3.7 the ID token, 5.3 the user info, plain or
signed. Discovery and keys are fetched by this server, with short waits. What the two halves share travels in a signed
cookie of the reader's browser: the server keeps nothing of a sign-in that is not finished.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from beffroi.apps.roll.sealing import same
from beffroi.core.errors import Refused

ALGORITHMS = ["ES256", "RS256"]
SECONDS = (3.05, 8)  # to connect, to answer
LEEWAY = 60
FRANCECONNECT, PROCONNECT = "franceconnect", "proconnect"
NAMES = {FRANCECONNECT: "FranceConnect", PROCONNECT: "ProConnect"}
SCOPES = {
    FRANCECONNECT: "openid given_name family_name birthdate",
    PROCONNECT: "openid email given_name usual_name",
}
#: What is asked for beside the scopes. FranceConnect wants a level; ProConnect says with which means somebody came when
#: it is asked so, and refuses any parameter that it does not know.
MORE = {
    FRANCECONNECT: {"acr_values": "eidas1"},
    PROCONNECT: {"claims": json.dumps({"id_token": {"amr": {"essential": True}}}, separators=(",", ":"))},
}
EIDAS = frozenset({"eidas1", "eidas2", "eidas3"})


@dataclass(frozen=True)
class Provider:
    """One provider, as the settings name it."""

    kind: str
    issuer: str
    client: str
    secret: str
    levels: frozenset[str]  # the acr that are accepted; empty: any

    @property
    def name(self) -> str:
        return NAMES[self.kind]


@dataclass(frozen=True)
class Ceremony:
    """What the browser keeps between leaving and coming back."""

    kind: str
    state: str
    nonce: str
    verifier: str
    after: str


@dataclass(frozen=True)
class Identity:
    """Whom the provider has recognised. `claims` are those of the ID token and of the user info together."""

    kind: str
    issuer: str
    subject: str
    id_token: str
    claims: Mapping[str, Any]


def providers() -> list[Provider]:
    """Those that this instance is registered with."""
    return [
        Provider(kind, one["issuer"], one["client"], one["secret"], _levels(kind, one["levels"]))
        for kind, one in settings.OIDC.items()
    ]


def _levels(kind: str, asked: str) -> frozenset[str]:
    return frozenset(asked.split()) or (EIDAS if kind == FRANCECONNECT else frozenset())


def provider(kind: str) -> Provider | None:
    return next((one for one in providers() if one.kind == kind), None)


def begin(of: Provider, redirect_uri: str, after: str) -> tuple[str, Ceremony]:
    """Where to send the browser, and what it keeps. `Refused("roll.provider_away")`."""
    found = discovery(of)
    state, nonce, challenged = (secrets.token_urlsafe(48) for _ in range(3))
    ceremony = Ceremony(of.kind, state, nonce, challenged, after)
    session = _session(of, redirect_uri, found)
    verifier = {"code_verifier": ceremony.verifier} if session.code_challenge_method else {}
    address, _state = session.create_authorization_url(
        found["authorization_endpoint"], state=ceremony.state, nonce=ceremony.nonce, **MORE[of.kind], **verifier
    )
    return address, ceremony


def finish(of: Provider, redirect_uri: str, ceremony: Ceremony, came: Mapping[str, str], now: datetime) -> Identity:
    """Whom the provider has recognised, everything checked.

    `Refused`: roll.provider_state, roll.provider_cancelled, roll.provider_away, roll.provider_untrue.
    """
    if ceremony.kind != of.kind or not same(ceremony.state, came.get("state", "")):
        raise Refused("roll.provider_state")
    if came.get("error") or not came.get("code"):
        raise Refused("roll.provider_cancelled")
    found = discovery(of)
    if not same(came.get("iss", of.issuer), of.issuer):  # RFC 9207: another provider's answer
        raise Refused("roll.provider_untrue")
    tokens = _tokens(of, redirect_uri, ceremony, came["code"], found)
    told = id_token_claims(of, tokens["id_token"], ceremony.nonce, now)
    more = _user_info(of, tokens["access_token"], found, now)
    if not same(str(more.get("sub", "")), told["sub"]):
        raise Refused("roll.provider_untrue")
    return Identity(of.kind, of.issuer, told["sub"], tokens["id_token"], {**more, **told})


def id_token_claims(of: Provider, token: str, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims of an ID token: signed by the provider, for this site and this very sign-in, at the level asked."""
    claims = _signed(of, token, now, exp={"essential": True}, nonce={"essential": True, "value": nonce})
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != of.client:
        raise Refused("roll.provider_untrue")
    if of.levels and claims.get("acr") not in of.levels:
        raise Refused("roll.provider_untrue")
    return claims


def end_session(kind: str, id_token: str, back: str) -> str:
    """The provider's own page of signing out; "" when it has none, or does not answer."""
    of = provider(kind)
    try:
        address = str(discovery(of).get("end_session_endpoint", "")) if of else ""
    except Refused:
        return ""
    query = {"id_token_hint": id_token, "state": secrets.token_urlsafe(32), "post_logout_redirect_uri": back}
    return f"{address}?{urlencode(query)}" if address else ""


def _session(of: Provider, redirect_uri: str, found: Mapping[str, Any]) -> Any:
    announced = "S256" in (found.get("code_challenge_methods_supported") or ())
    session = OAuth2Session(
        of.client,
        of.secret,
        scope=SCOPES[of.kind],
        redirect_uri=redirect_uri,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106
        code_challenge_method="S256" if announced else None,
    )
    session.trust_env = False  # no .netrc, no proxy of somebody else's
    return session


def _tokens(of: Provider, redirect_uri: str, ceremony: Ceremony, code: str, found: Mapping[str, Any]) -> dict[str, str]:
    session = _session(of, redirect_uri, found)
    verifier = {"code_verifier": ceremony.verifier} if session.code_challenge_method else {}
    try:
        tokens = session.fetch_token(found["token_endpoint"], code=code, timeout=SECONDS, **verifier)
    except (requests.RequestException, OSError):
        raise Refused("roll.provider_away") from None
    except (AuthlibBaseError, ValueError):  # a code used twice, or of somebody else
        raise Refused("roll.provider_state") from None
    if not all(isinstance(tokens.get(name), str) for name in ("id_token", "access_token")):
        raise Refused("roll.provider_untrue")
    return dict(tokens)


def _user_info(of: Provider, access_token: str, found: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    answer = _get(found["userinfo_endpoint"], {"Authorization": f"Bearer {access_token}"})
    if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "application/jwt":
        return _signed(of, answer.text, now)
    return _object(answer)


def _signed(of: Provider, token: str, now: datetime, **more: Any) -> dict[str, Any]:
    for fresh in (False, True):  # keys change: those of before are looked at first, then those of now
        try:
            claims = dict(jwt.decode(token, _keys(of, fresh), algorithms=ALGORITHMS).claims)
            break
        except (JoseError, ValueError, TypeError):
            if fresh:
                raise Refused("roll.provider_untrue") from None
    checks = jwt.JWTClaimsRegistry(
        lambda: int(now.timestamp()),
        LEEWAY,
        sub={"essential": True},
        iss={"essential": True, "value": of.issuer},
        aud={"essential": True, "value": of.client},
        **more,
    )
    try:
        checks.validate(claims)
    except (JoseError, ValueError, TypeError):
        raise Refused("roll.provider_untrue") from None
    return claims


def discovery(of: Provider) -> Mapping[str, Any]:
    """What the provider says of itself, kept until the process ends or it has not answered as it should."""
    return _discovery(of.issuer)


@lru_cache(maxsize=8)
def _discovery(issuer: str) -> Mapping[str, Any]:
    found = _object(_get(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
    wanted = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    if found.get("issuer") != issuer or not all(_is_safe(str(found.get(name, ""))) for name in wanted):
        raise Refused("roll.provider_untrue")
    return found


_KEYS: dict[str, KeySet] = {}


def _keys(of: Provider, fresh: bool) -> KeySet:
    if fresh or of.issuer not in _KEYS:
        try:
            _KEYS[of.issuer] = KeySet.import_key_set(_object(_get(discovery(of)["jwks_uri"])))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError):
            raise Refused("roll.provider_untrue") from None
    return _KEYS[of.issuer]


def forget() -> None:
    """What was kept of the providers: asked anew."""
    _discovery.cache_clear()
    _KEYS.clear()


def _is_safe(address: str) -> bool:
    """HTTPS, or this machine, where tests run a provider."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"})


def _get(address: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    if not _is_safe(address):
        raise Refused("roll.provider_untrue")
    session = requests.Session()
    session.trust_env = False
    try:
        answer = session.get(address, headers=dict(headers or {}), timeout=SECONDS, allow_redirects=False)
    except requests.RequestException:
        raise Refused("roll.provider_away") from None
    if answer.status_code != 200:
        raise Refused("roll.provider_away")
    return answer


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("roll.provider_untrue")
    return found
