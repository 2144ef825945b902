"""The booth's script as the page announces it: a browser runs it only if it has this hash."""

from base64 import b64encode
from functools import cache
from hashlib import sha384
from pathlib import Path

SCRIPT = Path(__file__).parent / "static" / "booth" / "booth.js"


@cache
def integrity() -> str:
    """The value of the script's `integrity` attribute: sha384-… of the committed bundle."""
    return "sha384-" + b64encode(sha384(SCRIPT.read_bytes()).digest()).decode()
