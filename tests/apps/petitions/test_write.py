"""Drafts: saved, taken up again, shared, given documents, filed, forgotten; and nobody else's business."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from beffroi.apps.gazette.models import Entry
from beffroi.apps.petitions import actions
from beffroi.apps.petitions.actions.texts import checked_sources, printable
from beffroi.apps.petitions.models import Attachment, Draft, PaperLine, Petition, Signature
from beffroi.apps.roll.models import Person
from beffroi.core.errors import Malformed, Refused
from tests.apps import town
from tests.apps.town import NOON

pytestmark = pytest.mark.django_db
WORDS = {"title": "Un marché", "text": "Le mercredi.\n\nTous.", "question": "Un marché ?"}
HOUR = timedelta(hours=1)


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).replace("&nbsp;", " ").split())


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "JPEG")
    return SimpleUploadedFile("C:\\photos\\chez moi.jpg", out.getvalue(), "text/html")


def begin(client: Client, **more: str) -> Draft:
    before = set(Draft.objects.values_list("pk", flat=True))
    town.post(client, "/petitions/ecrire", step="save", **{**WORDS, **more})
    return Draft.objects.exclude(pk__in=before).get()


def page(draft: Draft) -> str:
    return f"/petitions/brouillons/{draft.ref}"


def save(client: Client, draft: Draft, step: str = "save", **more: Any) -> Any:
    return town.post(client, page(draft), step=step, **{**WORDS, "version": str(draft.version), **more})


# --- Writing, saving, filing


@pytest.mark.parametrize(("role", "at_counter"), [("resident", False), ("counter", True)])
def test_a_petition_is_written_read_again_and_filed_at_home_and_at_the_counter(
    visitors: dict[str, Client], petition: Petition, role: str, at_counter: bool
) -> None:
    client = visitors[role]
    answer = town.post(client, "/petitions/ecrire", step="review", **WORDS)
    draft = Draft.objects.get()
    assert answer["Location"] == f"{page(draft)}/relire"
    assert "Not filed yet" in words(client.get(answer["Location"]))
    assert "carried by a named person" in words(town.post(client, answer["Location"], version="1"))
    assert Petition.objects.count() == 1
    done = town.post(client, answer["Location"], version="1", named="on")
    row = Petition.objects.get(title="Un marché")
    assert done["Location"] == f"/petitions/{row.number}"
    assert (row.state, row.text, row.filed_by is not None) == ("filed", "Le mercredi.\n\nTous.", at_counter)
    assert "waits for a decision" in words(visitors["anonymous"].get(done["Location"]))
    assert not Draft.objects.exists()
    assert "text_sha256" in Entry.objects.filter(kind="petition.filed").latest("pk").leaf


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "Write a title."),
        ({"title": "a" * 121}, "Shorten the title"),
        ({"text": "a" * 5001}, "Shorten the text by 1 signs."),
        ({"text": "a" * 200_000}, "Shorten the text by 195000 signs."),
        ({"question": "\x1b"}, "cannot be printed"),
        ({"title": "a\u202eb"}, "cannot be printed"),
        ({"text": "a\0b"}, "Null characters are not allowed."),
        ({"sources": "Une blague javascript:alert(1)"}, "Source 1: write a short title"),
        ({"sources": "\n".join(f"S{n} https://a.fr/{n}" for n in range(11))}, "Keep 10 sources at most."),
        ({"place": "elsewhere"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_in_a_text_is_said_beside_the_field_and_nothing_is_lost(
    visitors: dict[str, Client], petition: Petition, change: dict[str, str], said: str
) -> None:
    answer = town.post(visitors["resident"], "/petitions/ecrire", step="review", **(WORDS | change))
    assert (answer.status_code, said in words(answer)) == (400, True)
    assert "Un marché" in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_draft_may_have_gaps_and_a_petition_none(visitors: dict[str, Client], petition: Petition) -> None:
    draft = begin(visitors["resident"], question="", text="")
    assert save(visitors["resident"], draft, "review", question="").status_code == 400
    assert town.post(visitors["resident"], f"{page(draft)}/relire", named="on", version="1").status_code == 400
    assert Petition.objects.count() == 1


def test_a_draft_saved_in_two_windows_shows_both_texts(visitors: dict[str, Client], petition: Petition) -> None:
    draft = begin(visitors["resident"])
    assert save(visitors["resident"], draft, text="De la première.").status_code == 302
    late = save(visitors["resident"], draft, text="De la seconde.")
    assert late.status_code == 409
    assert {"De la première.", "De la seconde."} <= set(re.findall(r"De la \w+\.", late.content.decode()))
    assert Draft.objects.get().text == "De la première."
    draft.refresh_from_db()
    assert save(visitors["resident"], draft, text="De la seconde.").status_code == 302
    assert Draft.objects.get().text == "De la seconde."


def test_what_is_filed_is_what_was_read_again(visitors: dict[str, Client], petition: Petition) -> None:
    draft = begin(visitors["resident"])
    save(visitors["resident"], draft, text="Changé ailleurs.")
    answer = town.post(visitors["resident"], f"{page(draft)}/relire", version="1", named="on")
    assert answer["Location"] == f"{page(draft)}/relire"
    assert Petition.objects.count() == 1


def test_a_draft_is_filed_once(visitors: dict[str, Client], petition: Petition) -> None:
    draft = begin(visitors["resident"])
    acting = town.herself(draft.author)
    stale = Draft.objects.get()
    actions.file_words(acting, actions.Words(**WORDS), NOON, draft)
    with pytest.raises(Refused) as refused:
        actions.file_words(acting, actions.Words(**WORDS), NOON, stale)
    assert refused.value.rule == "petitions.draft_gone"
    assert Petition.objects.count() == 2


def test_somebody_keeps_ten_drafts_at_most(author: Person) -> None:
    for _ in range(10):
        actions.begin_draft(author, actions.Words("a", "", ""), NOON)
    with pytest.raises(Refused) as refused:
        actions.begin_draft(author, actions.Words("a", "", ""), NOON)
    assert refused.value.rule == "petitions.too_many_drafts"


# --- Who may


@pytest.mark.parametrize("role", ["anonymous", "agent", "clerk", "councillor", "counter"])
def test_nobody_else_reads_changes_files_or_deletes_a_draft(
    visitors: dict[str, Client], petition: Petition, role: str
) -> None:
    draft = begin(visitors["resident"])
    for path in (page(draft), f"{page(draft)}/relire", f"{page(draft)}/supprimer"):
        for answer in (visitors[role].get(path), town.post(visitors[role], path, step="share", **WORDS, version="1")):
            assert answer.status_code == {"anonymous": 302, "agent": 403, "clerk": 403}.get(role, 404)
            assert "Un marché" not in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.version, draft.link_hash) == (1, None)
    assert Petition.objects.count() == 1


def test_a_resident_takes_her_draft_up_again_from_her_space_and_the_agent_with_her_at_the_counter(
    visitors: dict[str, Client], petition: Petition
) -> None:
    draft = begin(visitors["counter"])
    assert page(draft) in visitors["counter"].get("/petitions/ecrire").content.decode()
    home = town.browser(town.open_account(draft.author))
    assert page(draft) in home.get("/mon-espace").content.decode()
    assert "Le mercredi." in home.get(page(draft)).content.decode()


@pytest.mark.parametrize("path", ["", "/relire", "/supprimer"])
def test_a_forged_request_changes_no_draft(visitors: dict[str, Client], petition: Petition, path: str) -> None:
    draft = begin(visitors["resident"])
    answer = visitors["resident"].post(page(draft) + path, {"step": "share", "named": "on", **WORDS, "version": "1"})
    assert answer.status_code == 403
    assert Draft.objects.get().link_hash is None


# --- The shared address


def test_a_shared_address_is_read_by_anybody_tells_no_name_and_is_kept_out_of_searches(
    visitors: dict[str, Client], petition: Petition
) -> None:
    draft = begin(visitors["resident"])
    save(visitors["resident"], draft, "share")
    shown = re.search(r"/petitions/a-relire/([\w-]+)", visitors["resident"].get(page(draft)).content.decode())
    assert shown is not None
    assert len(shown[1]) >= 32
    assert shown[0] not in visitors["resident"].get(page(draft)).content.decode()  # once
    answer = visitors["anonymous"].get(shown[0])
    assert "Le mercredi." in words(answer)
    assert draft.author.first_name not in words(answer)
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    draft.refresh_from_db()
    assert draft.link_hash == actions.link_hash(shown[1])
    assert shown[1] not in str(Draft.objects.values())
    assert visitors["anonymous"].get("/petitions/a-relire/" + str(draft.link_hash)).status_code == 404


@pytest.mark.parametrize("step", ["share", "unshare"])
def test_a_revoked_or_replaced_address_leads_nowhere(
    visitors: dict[str, Client], petition: Petition, step: str
) -> None:
    draft = begin(visitors["resident"])
    secret = actions.share_draft(draft)
    path = f"/petitions/a-relire/{secret}"
    assert visitors["anonymous"].get(path).status_code == 200
    save(visitors["resident"], draft, step)
    assert visitors["anonymous"].get(path).status_code == 404


# --- Sources


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://a.fr/%0aalert(1)",
        "data:text/html,x",
        "https://",
        "https://localhost",
        "//a.fr",
        "ftp://a.fr",
        "https://a.fr@evil.example/",
        'https://a.fr/"onload="x',
        "https://a.fr/\u202egpj.exe",
        "https://[::1",
        "https://a.fr/" + "a" * 500,
    ],
)
def test_only_a_plain_web_address_is_a_source(url: str) -> None:
    with pytest.raises(Malformed):
        checked_sources([{"title": "Titre", "url": url}])


def test_sources_are_read_line_by_line_and_shown_as_links_that_vouch_for_nothing(
    visitors: dict[str, Client], petition: Petition
) -> None:
    lines = "Rapport <b>2025</b>, https://a.example/r?x=1&y=2\nhttp://b.example"
    draft = begin(visitors["resident"], sources=lines)
    assert draft.sources == [
        {"title": "Rapport <b>2025</b>", "url": "https://a.example/r?x=1&y=2"},
        {"title": "b.example", "url": "http://b.example"},
    ]
    town.post(visitors["resident"], f"{page(draft)}/relire", version="1", named="on")
    row = Petition.objects.get(title="Un marché")
    actions.admit(row, town.agent("Autre Personne"), NOON)
    shown = visitors["anonymous"].get(f"/petitions/{row.number}").content.decode()
    assert '<a href="https://a.example/r?x=1&amp;y=2" rel="nofollow noopener noreferrer ugc">' in shown
    assert "<b>2025" not in shown
    exact = visitors["anonymous"].get(f"/petitions/{row.number}/texte.txt").content.decode()
    assert "http://b.example" in exact  # everybody signs the sources too


@given(st.text(max_size=60))
def test_a_kept_text_is_always_printable_and_kept_again_unchanged(text: str) -> None:
    try:
        kept = actions.texts.written("text", text, 60)
    except Malformed:
        return
    assert printable(kept)
    assert actions.texts.written("text", kept, 60) == kept


# --- Documents


def attach(client: Client, draft: Draft, file: object, shows: str = "La place en été") -> Any:
    return save(client, draft, "attach", file=file, shows=shows)


def test_a_document_is_taken_clean_shown_once_the_petition_is_open_and_only_ever_downloaded(
    visitors: dict[str, Client], petition: Petition
) -> None:
    draft = begin(visitors["resident"])
    assert attach(visitors["resident"], draft, picture()).status_code == 302
    town.post(visitors["resident"], f"{page(draft)}/relire", version="2", named="on")
    row = Petition.objects.get(title="Un marché")
    path = f"/petitions/{row.number}/pieces/1"
    before = {role: visitors[role].get(path).status_code for role in visitors}
    assert before == {
        "anonymous": 404,
        "resident": 200,
        "agent": 404,
        "counter": 404,
        "clerk": 200,
        "councillor": 404,
    }
    assert "La place en été" not in words(visitors["anonymous"].get(f"/petitions/{row.number}"))
    actions.admit(row, town.agent("Autre Personne"), NOON)
    assert "La place en été" in words(visitors["anonymous"].get(f"/petitions/{row.number}"))
    answer = visitors["anonymous"].get(path)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == f'attachment; filename="petition-{row.number}-1.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><script>alert(1)</script>", "cannot be read"),
        (b"%PDF-1.7 /JavaScript (x) %%EOF", "contains a program"),
        (b"%PDF-1.7 " + b"x" * (5 * 1024 * 1024) + b"%%EOF", "5 megabytes at most"),
    ],
)
def test_what_is_no_harmless_document_is_refused_and_the_text_is_saved(
    visitors: dict[str, Client], petition: Petition, content: bytes, said: str
) -> None:
    draft = begin(visitors["resident"])
    answer = save(
        visitors["resident"],
        draft,
        "attach",
        text="Gardé.",
        shows="Un plan",
        file=SimpleUploadedFile("plan.pdf", content),
    )
    assert (answer.status_code, said in words(answer)) == (400, True)
    assert not Attachment.objects.exists()
    assert Draft.objects.get().text == "Gardé."


def test_a_document_needs_words_for_those_who_cannot_see_it(visitors: dict[str, Client], petition: Petition) -> None:
    draft = begin(visitors["resident"])
    answer = attach(visitors["resident"], draft, picture(), shows="")
    assert "Say in a few words what the document shows." in words(answer)
    assert "Choose a document first." in words(attach(visitors["resident"], Draft.objects.get(), ""))


def test_a_draft_has_three_documents_at_most_and_gives_up_the_one_that_is_removed(
    visitors: dict[str, Client], petition: Petition, settings: Any
) -> None:
    draft = begin(visitors["resident"])
    for _ in range(3):
        draft.refresh_from_db()
        attach(visitors["resident"], draft, picture())
    draft.refresh_from_db()
    assert "three documents at most" in words(attach(visitors["resident"], draft, picture()))
    folder = Path(settings.HOME) / "uploads" / "petitions"
    assert len(list(folder.iterdir())) == 3
    draft.refresh_from_db()
    save(visitors["resident"], draft, "detach-2")
    assert sorted(Attachment.objects.values_list("place", flat=True)) == [1, 3]
    assert len(list(folder.iterdir())) == 2
    town.post(visitors["resident"], f"{page(draft)}/supprimer")
    assert not list(folder.iterdir())
    assert not Draft.objects.exists()


def test_the_document_of_another_petition_is_not_found_under_this_number(
    visitors: dict[str, Client], petition: Petition
) -> None:
    draft = begin(visitors["resident"])
    attach(visitors["resident"], draft, picture())
    assert visitors["resident"].get(f"/petitions/{petition.number}/pieces/1").status_code == 404
    assert visitors["resident"].get(f"/petitions/{petition.number}/pieces/99999999999999999999").status_code == 404


# --- Neighbourhoods


def test_a_neighbourhoods_petition_without_a_known_number_of_inhabitants_promises_nothing_and_says_so(
    visitors: dict[str, Client], petition: Petition
) -> None:
    person = Person.objects.get(roll_number=f"T-{town.RESIDENT:05d}")
    draft = begin(visitors["resident"], place=person.neighbourhood.slug)
    said = words(visitors["resident"].get(f"{page(draft)}/relire"))
    assert "nothing is promised" in said
    town.post(visitors["resident"], f"{page(draft)}/relire", version="1", named="on")
    row = Petition.objects.get(title="Un marché")
    actions.admit(row, town.agent("Autre Personne"), NOON)
    assert not row.rungs.exists()
    shown = words(visitors["anonymous"].get(f"/petitions/{row.number}"))
    for told in ("nothing is promised", "Where the signatures come from", "Nobody has chosen to be named yet"):
        assert told in shown
    for false in ("if the commune votes", "legal request", "thresholds are frozen"):
        assert false not in shown
    client, there = visitors["resident"], f"/petitions/{row.number}"
    assert "Nothing is promised." in words(client.get(f"{there}/signer"))
    assert town.post(client, f"{there}/signer").status_code == 302
    assert client.get(f"{there}/signee").status_code == 200
    actions.count(NOON + HOUR)
    actions.close_due(NOON + timedelta(days=200))
    for path in ("/petitions", "/", there, f"/initiatives/{row.number}", "/chercher?q=marché"):
        assert visitors["anonymous"].get(path).status_code == 200
    assert (
        f'"neighbourhood":"{person.neighbourhood.slug}"'
        in Entry.objects.filter(kind="petition.opened").latest("pk").leaf
    )


def test_a_neighbourhood_whose_inhabitants_the_pack_counts_is_heard_and_asks_for_no_votation(
    author: Person, clerk: Any, settings: Any, tmp_path: Path
) -> None:
    settings.PACK = town.small_pack(tmp_path)
    file = settings.PACK / "parameters" / "population.toml"
    slug = author.neighbourhood.slug.replace("-", "_")
    counted = f'\n[neighbourhood.{slug}]\nlabel = {{ fr = "Q", en = "N" }}\nunit = "persons"\n'
    counted += f'[[neighbourhood.{slug}.values]]\nvalue = 40\nsince = 2026-01-01\nsource = "les boîtes aux lettres"\n'
    file.write_text(file.read_text() + counted)
    told = actions.Words("Un banc", "Ici.", "Un banc ?", neighbourhood=author.neighbourhood)
    row = actions.admit(actions.file_words(town.herself(author), told, NOON), clerk, NOON)
    rung = row.rungs.get()
    assert (rung.code, rung.needed, rung.base, rung.base_source) == ("hearing", 2, 40, "les boîtes aux lettres")


@pytest.mark.parametrize("channel", ["web", "counter", "paper"])
def test_only_those_who_live_there_sign_a_neighbourhoods_petition(
    author: Person, clerk: Any, agent: Any, channel: str
) -> None:
    from beffroi.apps.roll.models import Station

    elsewhere = Station.objects.exclude(neighbourhood=author.neighbourhood).first()
    there, not_there = town.person(1), town.person(2, station=elsewhere)
    told = actions.Words("Un banc", "Ici.", "Un banc ?", neighbourhood=author.neighbourhood)
    row = actions.admit(actions.file_words(town.herself(author), told, NOON), clerk, NOON)
    if channel == "paper":
        town.on_paper(row, [not_there, (there, True)], (agent, town.second_agent()))
        assert list(PaperLine.objects.order_by("line").values_list("refusal", flat=True)) == ["other_neighbourhood", ""]
        assert Signature.objects.get().legal_quarter is None
        return
    acting = {"web": town.herself, "counter": lambda one: town.at_counter(one, agent)}[channel]
    with pytest.raises(Refused) as refused:
        actions.sign(row, acting(not_there), NOON)
    assert refused.value.rule == "petitions.other_neighbourhood"
    with pytest.raises(Refused) as refused:
        actions.sign(row, acting(there), NOON, legal=True)  # the request of the quarter would be spent for nothing
    assert refused.value.rule == "petitions.no_legal_request"
    actions.sign(row, acting(there), NOON)
    with pytest.raises(Refused):
        actions.file_words(town.herself(not_there), told, NOON)


# --- Forgetting


def test_a_draft_that_nobody_saves_is_forgotten_with_its_files(author: Person, settings: Any) -> None:
    from beffroi.web import uploads

    old = actions.begin_draft(author, actions.Words("a", "", ""), NOON)
    actions.attach(old, uploads.read(picture()), "Une photo")
    months = 6
    last = NOON.replace(year=2027, month=4)  # 12 October and six months
    assert (last.year - NOON.year) * 12 + last.month - NOON.month == months
    actions.forget_drafts(last)
    assert Draft.objects.exists()
    actions.forget_drafts(last + timedelta(days=1))
    assert not Draft.objects.exists()
    assert not list((Path(settings.HOME) / "uploads" / "petitions").iterdir())
