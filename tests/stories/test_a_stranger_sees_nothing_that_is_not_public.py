"""A stranger tries every address of the site, and reads to the end whatever opens."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.stories.history import History, addresses, born, patterns, played, publics
from tests.stories.village import Village, heading, press, say

# Whoever carries a petition is named with it, and so is whoever signs an argument: they know it when they write.
NAMED = {"Nour Alouette", "Odette Pinson", "Paul Linotte"}


@pytest.fixture
def history(village: Village) -> History:
    return played(village)


def personal(village: Village, text: str) -> set[str]:
    """What the roll knows of the village's people and this text says: names, streets, addresses, births."""
    found = set()
    for person in village.people.values():
        private = [person.street, person.roll_number, str(person.ref), *born(person.birth_date)]
        private += [person.email] if person.email else []
        if f"{person.first_name} {person.last_name}" not in NAMED:
            private += [f"{person.first_name} {person.last_name}", person.last_name, person.last_name.upper()]
        found |= {one.strip() for one in private if one in text}
    return found


def test_a_stranger_opens_what_is_public_and_reads_nothing_personal(
    desk: Page, village: Village, history: History
) -> None:
    public = {name for name, listed in publics().items() if "anyone" in listed}
    seen: dict[str, set[int]] = {}
    told: dict[str, set[str]] = {}
    for name, path in addresses(history):
        answer = desk.request.get(village.url + path, max_redirects=0)
        seen.setdefault(name, set()).add(answer.status)
        away = answer.status == 302 and urlsplit(answer.headers["location"]).path == "/connexion"
        if name not in public:
            assert away or answer.status in {403, 404, 405}, f"{path} answered {answer.status}"
        else:
            assert answer.status in {200, 302, 404, 405}, f"{path} answered {answer.status}"
        headers = " ".join(answer.headers.values())
        if name != "web:source":  # the source of this very test names them
            text = answer.body().decode(errors="replace") + headers
            told[path] = personal(village, text)
    assert {path: found for path, found in told.items() if found} == {}
    # The doors that are open did open, on one thing at least (posting is for the others).
    posted = {"web:language", "web:theme", "roll:sign_out", "votations:ballots"}
    later = {"roll:code", "roll:who"}  # they follow the sign-in page
    later |= {"roll:enrol_code", "roll:enrol_form", "roll:enrol_sent"}  # and these the page of enrolment
    later |= {"roll:provider", "roll:provider_back"}  # a link to a provider leads there, and comes back
    assert {name for name in public if 200 not in seen[name]} <= posted | later
    assert set(seen) == {name for name, _ in patterns()}


def test_the_search_for_personal_words_finds_them_where_they_are(
    desk: Page, village: Village, history: History
) -> None:
    village.let_in(desk, village.people["lea"])
    mine = (
        desk.request.get(f"{village.url}/mon-espace").text()
        + desk.request.get(f"{village.url}/mon-espace/donnees.json").text()
    )
    lea = village.people["lea"]
    assert {lea.street, lea.email, "Léa Fauvette", "1998-05-17", "17\u00a0mai 1998"} <= personal(village, mine)


def test_a_resident_finds_her_own_data_and_nobody_elses(
    phone: Page, axe: Callable[[Page], None], village: Village, history: History
) -> None:
    village.let_in(phone, village.people["lea"])
    village.open(phone, "/mon-espace")
    axe(phone)
    for path in ("/mon-espace", "/mon-espace/donnees.json", f"/petitions/{history.petition.number}/signee"):
        text = phone.request.get(village.url + path).text()
        others = [one for name, one in village.people.items() if name != "lea"]
        assert not [one for one in others if one.street in text or (one.email and one.email in text)]


def test_a_stranger_who_follows_a_closed_door_signs_in_and_comes_back_there(
    no_js: Page, village: Village, history: History
) -> None:
    village.open(no_js, "/mon-espace")
    heading(no_js, "Sign in")
    village.send_code(no_js, "lea@village.example")
    village.type_code(no_js)
    no_js.wait_for_url("**/mon-espace")
    expect(no_js.locator("main")).to_contain_text("Léa Fauvette")


def test_nobody_learns_from_the_sign_in_page_who_lives_here(no_js: Page, village: Village) -> None:
    told = []
    for address in ("lea@village.example", "nobody@village.example"):
        village.open(no_js, "/connexion")
        village.send_code(no_js, address)
        no_js.wait_for_load_state()  # its style decides where the lines of its text break
        told.append(no_js.locator("main").inner_text().replace(address, "…"))
    assert told[0] == told[1]
    assert len(village.mailbox.messages) == 1


def test_a_page_that_is_not_there_says_so_in_the_sites_own_frame(
    phone: Page, axe: Callable[[Page], None], village: Village, allow: list[str]
) -> None:
    allow += ["answered 404", "status of 404"]
    for path in ("/nothing", "/petitions/2026-999", "/votations/V-2026-99", "/journal/999", "/conseils/2026-S9"):
        village.open(phone, path)
        expect(phone.get_by_role("navigation", name=say("Sections"))).to_be_visible()
        axe(phone)


def test_the_reader_chooses_language_and_appearance_without_javascript(no_js: Page, village: Village) -> None:
    village.open(no_js, "/petitions")
    expect(no_js.locator("html")).to_have_attribute("lang", "fr")
    press(no_js, "Dark")
    expect(no_js.locator("html")).to_have_attribute("data-theme", "dark")
    no_js.locator("details.langs summary").click()
    no_js.get_by_role("button", name="English").click()
    expect(no_js.locator("html")).to_have_attribute("lang", "en")
    expect(no_js.locator("html")).to_have_attribute("data-theme", "dark")
    assert urlsplit(no_js.url).path == "/petitions"


def test_a_search_finds_what_is_public_and_no_person(
    phone: Page, axe: Callable[[Page], None], village: Village, history: History
) -> None:
    for words, expected in (("tilleul", True), ("Fauvette", False), ("lea@village.example", False)):
        village.open(phone, "/chercher")
        phone.locator("main").get_by_role("searchbox").fill(words)
        phone.locator("main").get_by_role("button").first.click()
        axe(phone)
        assert (phone.locator("main a[href*='2026-']").count() > 0) == expected
