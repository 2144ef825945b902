"""The committed script, in the real browser, makes the bytes that the core makes from the same draws.

Other kinds of questions: beffroi/web/booth/test (node) and tests/core/voting/test_booth_vectors.py.
"""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from beffroi.core.voting import ballot, secret
from tests.stories.booth_site import Box, choose, close, heading, press, say, serving

CHOICES = {"Blank": [1, 0, 0], "Yes": [0, 1, 0], "No": [0, 0, 1]}

# The booth draws 32 bytes at a time; the library's own 16 bytes, which blind its multiplications, change no result.
DICTATE = """
    const draws = %s;
    const own = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = (target) => {
        if (target.length !== 32) return own(target);
        target.set(draws.shift());
        return target;
    };
"""


@pytest.fixture
def box() -> Iterator[Box]:
    with serving() as box:
        yield box


@pytest.mark.parametrize("answer", CHOICES)
def test_the_same_draws_give_the_same_bytes(desk: Page, box: Box, answer: str) -> None:
    draws = [secret.random_scalar() for _ in range(19)]
    desk.add_init_script(DICTATE % json.dumps([list(drawn) for drawn in draws]))
    desk.goto(box.booth)
    choose(desk, answer)
    close(desk, box.code)
    press(desk, "Put in the box")
    heading(desk, "Your ballot is in the box")
    left = iter(draws)
    assert box.received == [ballot.encrypt(box.election, box.code, [CHOICES[answer]], lambda: next(left))]
    assert not list(left), "the core and the browser use every draw"


def test_twenty_ballots_of_the_browser_are_accepted_by_the_core(desk: Page, box: Box) -> None:
    desk.goto(box.booth)
    for answer in list(CHOICES) * 6 + ["Yes", "No"]:
        choose(desk, answer)
        close(desk, box.code)
        press(desk, "Put in the box")
        heading(desk, "Your ballot is in the box")
        press(desk, "Vote again")
    assert len({ballot.check_ballot(box.election, raw).tracker for raw in box.received}) == 20


def test_how_long_a_ballot_takes(desk: Page, box: Box) -> None:
    """Printed, not judged: from the button to the closed ballot, the first time, tables included, and the second."""
    took = []
    desk.goto(box.booth)
    for _ in range(2):
        choose(desk, "Yes")
        desk.get_by_label(say("Your code")).fill(box.code)
        before: float = desk.evaluate("performance.now()")
        press(desk, "Close my ballot")
        heading(desk, "Your ballot is closed")
        took.append(desk.evaluate("performance.now()") - before)
        press(desk, "Open to check")
        press(desk, "Close a new ballot")
    print(f"\na ballot of three choices closed in {took[0]:.0f} ms, the next in {took[1]:.0f} ms, clicks included")
    assert took
