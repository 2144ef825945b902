"""The guard of the tests (tests/guard.py) can itself refuse."""

import contextlib
import socket
from pathlib import Path

import pytest

from tests import guard


@pytest.fixture
def _in_a_busy_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the repository were /beside/of/repository and other things lay in /beside/of."""
    monkeypatch.setattr(guard, "PARENT", "/beside/of")
    monkeypatch.setattr(guard, "OWN", ("/beside/of/repository/", "/beside/of/python/"))


@pytest.mark.usefixtures("_in_a_busy_folder")
def test_a_test_that_reads_beside_the_repository_fails_even_if_it_hides_errors() -> None:
    with pytest.raises(pytest.fail.Exception, match="outside the repository"), contextlib.suppress(OSError):
        Path("/beside/of/another/file").read_text()


@pytest.mark.usefixtures("_in_a_busy_folder")
@pytest.mark.parametrize(
    "path", ["/beside/of/repository/README.md", "/beside/of/python/lib/os.py", "/etc/hostname", "/beside/of/.cache/x"]
)
def test_the_repository_and_the_system_may_be_read(path: str) -> None:
    assert not guard.outside(path)


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "2001:db8::1"])
def test_a_test_that_reaches_another_machine_fails(host: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="another machine"), contextlib.suppress(OSError):
        socket.create_connection((host, 80), timeout=1)


def test_loopback_may_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]):
        pass


def test_a_local_socket_may_be_reached() -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("\0beffroi-guard-test")
        server.listen()
        client.connect("\0beffroi-guard-test")
