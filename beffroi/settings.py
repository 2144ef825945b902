"""Settings of one instance. Everything that differs between instances is an environment variable read here.

BEFFROI_HOME       folder of this server's own files: database, log key, secret key, voting keys (default: var/server)
BEFFROI_DATABASE   sqlite:////path/file or postgresql://user:password@host:port/name (?host=/socket/folder)
BEFFROI_PACK       folder of the commune's pack (default: the first of packs/)
BEFFROI_HOSTS      host names, separated by commas (default: localhost,127.0.0.1)
BEFFROI_HTTPS      1 behind HTTPS: secure cookies and HSTS
BEFFROI_ADDRESS    the site's address as letters write it (default: https:// or http:// and the first host)
BEFFROI_SHOW_CODES 1 shows sign-in codes on screen; refused unless the database is marked as a demonstration
BEFFROI_SMTP       host:port of the mail server (default: localhost:25); BEFFROI_MAIL_FROM the sender
BEFFROI_FRANCECONNECT_ISSUER, _CLIENT, _SECRET_FILE   residents sign in by FranceConnect too; without them, no button
BEFFROI_PROCONNECT_ISSUER, _CLIENT, _SECRET_FILE      accounts at work sign in by ProConnect too
BEFFROI_FRANCECONNECT_ACR, BEFFROI_PROCONNECT_ACR     the levels that are accepted, with spaces (eidas1 to eidas3; any)
BEFFROI_MAIL_FOLDER beside BEFFROI_SHOW_CODES=1 only: each mail becomes a file of this folder and is not sent
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("BEFFROI_HOME", ROOT / "var" / "server")).resolve()
HOME.mkdir(parents=True, exist_ok=True, mode=0o700)


def secret_key(path: Path) -> str:
    """The instance's secret, made once, readable by its owner only."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text()


def database(url: str) -> dict[str, Any]:
    """Django's dictionary for a database address. SQLite waits for its turn and never loses an acknowledged commit."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:] if parts.path.startswith("//") else parts.path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;",
            },
        }
    if parts.scheme != "postgresql":
        raise ValueError(f"BEFFROI_DATABASE: {parts.scheme!r} is neither sqlite nor postgresql")
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": query.get("port", [str(parts.port or "")])[0],
        # What a connection has run three times is planned once: a third of the work of PostgreSQL for a signature.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }


SECRET_KEY = secret_key(HOME / "secret.key")
DEBUG = False
HTTPS = os.environ.get("BEFFROI_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("BEFFROI_HOSTS", "localhost,127.0.0.1").split(",")

ADDRESS = os.environ.get("BEFFROI_ADDRESS", "") or f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0]}"
#: What is the same for every visitor who has not signed in is made once in so many seconds (beffroi/web/still.py).
STILL_SECONDS = 3

PACK = Path(os.environ.get("BEFFROI_PACK") or min((ROOT / "packs").glob("*/pack.toml")).parent)
SHOW_CODES = os.environ.get("BEFFROI_SHOW_CODES") == "1"
SOURCE_URL = os.environ.get("BEFFROI_SOURCE_URL", "")
# Letters know a recipient by an opaque reference; the roll, one floor up, gives the address at the moment of sending.
ADDRESS_BOOK = "beffroi.apps.roll.queries.address_of"
# Whom the roll asks for a second factor beside those who have a role: the floors above know their own powers.
POWERS = ("beffroi.apps.assemblies.perms.holds_a_seat", "beffroi.apps.votations.perms.holds_a_key")


def oidc(issuer: str | None, client: str | None, secret: str | None, levels: str) -> dict[str, str] | None:
    """A provider of identities, when all of it is set. The secret lies in a file of its own, not in the environment."""
    if not (issuer and client and secret):
        return None
    return {"issuer": issuer, "client": client, "secret": Path(secret).read_text().strip(), "levels": levels}


_providers = {
    "franceconnect": oidc(
        os.environ.get("BEFFROI_FRANCECONNECT_ISSUER"),
        os.environ.get("BEFFROI_FRANCECONNECT_CLIENT"),
        os.environ.get("BEFFROI_FRANCECONNECT_SECRET_FILE"),
        os.environ.get("BEFFROI_FRANCECONNECT_ACR", ""),
    ),
    "proconnect": oidc(
        os.environ.get("BEFFROI_PROCONNECT_ISSUER"),
        os.environ.get("BEFFROI_PROCONNECT_CLIENT"),
        os.environ.get("BEFFROI_PROCONNECT_SECRET_FILE"),
        os.environ.get("BEFFROI_PROCONNECT_ACR", ""),
    ),
}
OIDC = {kind: one for kind, one in _providers.items() if one}

INSTALLED_APPS = [
    "beffroi.web",
    "beffroi.apps.gazette",
    "beffroi.apps.letters",
    "beffroi.apps.roll",
    "beffroi.apps.assemblies",
    "beffroi.apps.votations",
    "beffroi.apps.petitions",
    "beffroi.apps.portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "beffroi.web.middleware.sizes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "beffroi.apps.roll.middleware.acting",
    "beffroi.web.middleware.refusals",
]

ROOT_URLCONF = "beffroi.urls"
WSGI_APPLICATION = "beffroi.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "beffroi.web.context.frame",
                "beffroi.apps.gazette.context.journal_head",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "beffroi.web.templatetags.beffroi"],
        },
    }
]

# A connection lives as long as its thread: opening one costs more than a signature does.
KEPT = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DATABASES = {"default": KEPT | database(os.environ.get("BEFFROI_DATABASE", f"sqlite:///{HOME / 'beffroi.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "roll.Account"
AUTHENTICATION_BACKENDS = ["beffroi.apps.roll.backend.AccountBackend"]
LOGIN_URL = "roll:sign_in"
SESSION_ENGINE = "beffroi.web.sessions"
SESSION_COOKIE_NAME = "beffroi_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MOST_BYTES_OF_A_BODY = 65 * 1024 * 1024  # a list of 500,000 credentials is 34 MB
CSRF_FAILURE_VIEW = "beffroi.web.views.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "beffroi_language"
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Paris"
USE_THOUSAND_SEPARATOR = False  # figures are written by the `number` filter, with French spaces

STATIC_URL = "/static/"
STATIC_ROOT = None  # served by WhiteNoise from where they lie
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

_smtp_host, _colon, _smtp_port = os.environ.get("BEFFROI_SMTP", "localhost:25").partition(":")
EMAIL_HOST, EMAIL_PORT = _smtp_host, int(_smtp_port or 25)
EMAIL_TIMEOUT = 10
# Under the lock of the codes on screen: mails hold addresses and codes.
EMAIL_FILE_PATH = os.environ.get("BEFFROI_MAIL_FOLDER") if SHOW_CODES else None
EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if EMAIL_FILE_PATH else 'smtp'}.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("BEFFROI_MAIL_FROM", "beffroi@localhost")

# No address, name, code or tracker is ever logged; requests are not logged at all (docs/threat-model.md).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "CRITICAL"}, "django.server": {"level": "CRITICAL"}},
}
