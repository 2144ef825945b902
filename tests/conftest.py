"""What every test lives with: no other machine, nothing read beside the repository, no silent skip, a throwaway home.

Works where Django is not installed too: tests/core runs there (script/test).
"""

import importlib.util
import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests import guard

ROOT = Path(__file__).resolve().parent.parent
SKIPS = ROOT / "tests" / "skips.txt"
HAS_DJANGO = importlib.util.find_spec("django") is not None

# A slow machine is not a fault: no test is judged by the clock, Hypothesis's included.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

if HAS_DJANGO:
    # Playwright's loop runs in the test's own thread, and Django would refuse to be called there.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

if importlib.util.find_spec("playwright") is not None:
    pytest_plugins = ["tests.browser"]


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """pyproject.toml speaks to pytest-django, which the core's own environment does not have."""
    if not pluginmanager.hasplugin("django"):
        parser.addini("DJANGO_SETTINGS_MODULE", "for pytest-django, not here")
    parser.addoption(
        "--database-only",
        action="store_true",
        help="only what depends on the database: tests/apps, and tests marked both_databases",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The guard, and our one mark."""
    config.addinivalue_line("markers", "both_databases: outside tests/apps, but to be run on SQLite and on PostgreSQL")
    guard.install()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What --database-only leaves out was run on SQLite already."""
    if config.getoption("--database-only"):
        kept = [
            item
            for item in items
            if "apps" in item.path.relative_to(ROOT / "tests").parts[:1] or item.get_closest_marker("both_databases")
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, Any, Any]:
    """The guard watches tests and their fixtures, not pytest's own collecting."""
    guard.switch(True)
    try:
        return (yield)
    finally:
        guard.switch(False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Tells the browser's fixtures that the test failed, so that they keep what the screen showed."""
    report = yield
    if report.when == "call":
        item.user_properties.append(("failed", report.failed))
    return report


if HAS_DJANGO:

    @pytest.fixture(autouse=True)
    def own_home(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """Each test's server has an empty folder: keys of an earlier test with the same row numbers are never found."""
        home = tmp_path_factory.mktemp("home")
        settings.HOME = home
        return home

    @pytest.fixture(autouse=True)
    def own_language() -> Iterator[None]:
        """A request leaves its language active in the thread: the next test starts from the default one."""
        from django.utils import translation

        yield
        translation.deactivate()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Shows what a test measured at the end of the run: a figure is never judged, and never lost in a worker."""
    return lambda text: request.node.user_properties.append(("told", text))


def listed_skips() -> dict[str, str]:
    """tests/skips.txt: the start of a test's address, a space, the reason."""
    lines = (line.strip() for line in SKIPS.read_text().splitlines())
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))


def unlisted_skips(config: pytest.Config) -> list[str]:
    """The tests that were skipped and are not on the committed list."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    skipped = [report.nodeid for report in reporter.stats.get("skipped", [])] if reporter else []
    allowed = tuple(listed_skips())
    return [address for address in skipped if not address.startswith(allowed)]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """An unlisted skip fails the run. Script/test adds the counts of its runs."""
    if hasattr(session.config, "workerinput"):
        return
    if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.getoption("keyword"):
        session.exitstatus = pytest.ExitCode.OK  # script/test -k WORD: the word need not be in each part
    if unlisted_skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if reporter and "BEFFROI_TALLY" in os.environ:
        passed, failed, errors, skipped = (
            len(reporter.stats.get(kind, [])) for kind in ("passed", "failed", "error", "skipped")
        )
        with open(os.environ["BEFFROI_TALLY"], "a") as tally:
            tally.write(f"{passed} {failed + errors + len(unlisted_skips(session.config))} {skipped}\n")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What tests measured, and the skips that made the run fail."""
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []):
        for name, text in report.user_properties:
            if name == "told" and report.when == "call":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {text}")
    for address in unlisted_skips(config):
        terminalreporter.write_line(f"NOT ON tests/skips.txt: {address} was skipped", red=True)
