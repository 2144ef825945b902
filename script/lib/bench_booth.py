"""`script/bench booth [TIMES]`: how long a voter waits for her ballot to be encrypted and signed; docs/benchmarks.md.

The real page in Debian's chromium, as it is served: from the press of the button to the next screen. Each time is a new
visit of a browser that has just been started, so that nothing is compiled or kept from the visit before.
"""

import json
import os
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402

django.setup()

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from beffroi.core.voting import ballot  # noqa: E402
from script.lib.bench_voting import BOOTH, FIGURES, PAGE, machine, page  # noqa: E402
from tests.browser import ARGUMENTS, DESK  # noqa: E402
from tests.stories.booth_site import Box, choose, say, serving  # noqa: E402

# From the press of the button to the moment at which the screen of the closed ballot is no longer hidden.
PRESSED = """name => new Promise(done => {
  const screen = document.querySelector('[data-screen="closed"]');
  new MutationObserver(() => { if (!screen.hidden) done(performance.now() - begun); })
    .observe(screen, { attributes: true });
  const button = [...document.querySelectorAll("button")].find(one => one.textContent.trim() === name);
  const begun = performance.now();
  button.click();
})"""


def waited(browser: Browser, box: Box) -> float:
    """Milliseconds of one ballot; the box then takes it, so it was a right one."""
    visit = browser.new_page(viewport={"width": DESK["width"], "height": DESK["height"]})
    visit.goto(box.booth)
    choose(visit, "Yes")
    visit.get_by_label(say("Your code")).fill(box.code)
    milliseconds = float(visit.evaluate(PRESSED, say("Close my ballot")))
    visit.get_by_role("button", name=say("Put in the box")).click()
    visit.locator('[data-screen="box"]').wait_for()
    visit.close()
    return milliseconds


def main(times: int) -> None:
    """Measures, keeps the figures, writes the page."""
    found: list[float] = []
    load = os.getloadavg()[0]
    with serving() as box, sync_playwright() as playwright:
        for _ in range(times):
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
            version = browser.version
            time.sleep(1)  # what the browser does when it starts is not the voter's wait
            found.append(waited(browser, box))
            browser.close()
        for raw in box.received:
            ballot.check_ballot(box.election, raw)
    assert len(box.received) == times
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    figures[BOOTH] = {
        "times": times,
        "median": median(found),
        "most": max(found),
        "browser": version,
        "machine": machine(),
        "load": load,
    }
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    PAGE.write_text(page(figures))
    print(PAGE.read_text())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
