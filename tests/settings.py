"""The settings of the test processes: those of the product, with a home of their own that is thrown away."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Read by beffroi.settings, so set before it. One home for each process: workers running side by side never share files.
_home = Path(tempfile.mkdtemp(prefix="beffroi-tests-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["BEFFROI_HOME"] = str(_home)
(_home / "static").mkdir()  # WhiteNoise warns when it is not there

from beffroi.settings import *  # noqa: E402, F403
from beffroi.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: threads that race need real connections.
    DATABASES["default"]["TEST"] = {"NAME": str(_home / "test.sqlite3")}

STILL_SECONDS = 0  # a test reads what it has just done; tests/apps/web/test_still.py turns the copies on
