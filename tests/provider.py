"""oidc-provider (npm, as script/lib/node.sh installed it) on a port of its own, as FranceConnect or as ProConnect.

Gives what a commune would be given when it registers: an issuer, a client and a secret.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from joserfc.jwk import ECKey, RSAKey

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "var" / "node"
CLIENT, SECRET = "beffroi-in-tests", "the-secret-of-the-tests-0123456789"


@dataclass
class Provider:
    """A provider that runs. `key` is its own signing key: attacks need it."""

    base: str
    kind: str
    key: Any
    alg: str

    @property
    def issuer(self) -> str:
        return f"{self.base}/api/v2"

    def settings(self, levels: str = "") -> dict[str, dict[str, str]]:
        return {self.kind: {"issuer": self.issuer, "client": CLIENT, "secret": SECRET, "levels": levels}}

    def be(self, **person: Any) -> None:
        """Whoever comes next is this person."""
        requests.get(f"{self.base}/be", {"person": json.dumps(person)}, timeout=10).raise_for_status()

    def visit(self, there: str) -> str:
        """What a browser does there: follows the provider's own pages, and stops where it leaves them."""
        browser = requests.Session()
        browser.trust_env = False
        for _ in range(10):
            answer = browser.get(there, allow_redirects=False, timeout=10)
            assert answer.status_code in {302, 303}, answer.text[:500]
            there = requests.compat.urljoin(there, answer.headers["Location"])
            if not there.startswith(self.base):
                return there
        raise AssertionError("the provider never sent the browser back")


def came(address: str) -> dict[str, str]:
    """The parameters with which a browser comes back."""
    return dict(parse_qsl(urlsplit(address).query))


@contextmanager
def running(kind: str, site: str, *, alg: str = "ES256", amr: Any = None, signed: bool = True) -> Iterator[Provider]:
    """Starts a provider that knows the site at the address `site`."""
    node = shutil.which("node", path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if node is None or not (MODULES / "node_modules" / "oidc-provider").exists():
        pytest.fail("oidc-provider is missing: script/test installs it, or sh script/lib/node.sh axe")
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = ECKey.generate_key("P-256") if alg == "ES256" else RSAKey.generate_key(2048)
    key = {**made.as_dict(private=True), "kid": "one", "use": "sig", "alg": alg}
    client = {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [f"{site}/connexion/avec/{kind}/retour"],
        "post_logout_redirect_uris": [f"{site}/"],
        "scope": "openid given_name family_name birthdate email usual_name",
    }
    asked = {
        "modules": str(MODULES),
        "port": port,
        "clients": [client],
        "jwks": {"keys": [key]},
        "alg": alg,
        "acr": "eidas1",
        "amr": amr,
        "signedUserInfo": signed,
    }
    program = subprocess.Popen(
        [node, "--no-warnings", str(ROOT / "tests" / "node" / "provider.mjs")],
        env={"PROVIDER": json.dumps(asked), "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # what .venv/bin/node is may start the true one
    )
    try:
        assert program.stdout is not None
        said = ""
        while "ready" not in said:
            line = program.stdout.readline()
            assert line, said
            said += line
        yield Provider(f"http://127.0.0.1:{port}", kind, type(made).import_key(key), alg)
    finally:
        os.killpg(program.pid, signal.SIGTERM)
        program.communicate(timeout=10)
