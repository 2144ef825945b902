"""Hints to a writer: what they notice, what they leave alone, and that they never stand in the way."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from beffroi.apps.petitions import plain
from beffroi.apps.petitions.models import Petition
from beffroi.apps.petitions.templatetags.petition_writing import told
from tests.apps import town

LONG = (
    "La place est en plein soleil. En été, personne ne peut s'y asseoir. Les personnes âgées rentrent chez elles. "
    "Nous demandons dix bancs et trente arbres. Le marché y gagnerait aussi : on y resterait plus longtemps. "
)


def codes(
    title: str = "Des bancs", text: str = LONG, question: str = "Faut-il des bancs ?", sources: int = 0
) -> list[str]:
    return [hint.code for hint in plain.hints(title, text, question, sources)]


def test_a_clear_petition_gets_no_hint() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Faut-il des bancs", "no_question_mark"),
        ("Comment rendre la place plus fraîche ?", "open_question"),
        ("Où mettre les bancs ?", "open_question"),
        ("Quelles rues fermer ?", "open_question"),
        ("Faut-il ne pas construire ici ?", "negative_question"),
        ("Des bancs ? Et des arbres ?", "two_questions"),
        ("Faut-il des bancs et/ou des arbres ?", "two_questions"),
    ],
)
def test_a_question_that_one_cannot_vote_on_is_noticed(question: str, code: str) -> None:
    assert code in codes(question=question)


@pytest.mark.parametrize(
    "question", ["Faut-il des bancs ?", "Voulez-vous des bancs ?", "La commune doit-elle planter des arbres ?", "Oui ?"]
)
def test_a_question_for_yes_or_no_is_left_alone(question: str) -> None:
    assert codes(question=question) == []


def test_a_sentence_is_long_past_twenty_five_words_and_its_beginning_is_shown() -> None:
    short = " ".join(["mot"] * 25) + "."
    assert codes(text=LONG + short) == []
    (hint,) = plain.hints("Des bancs", LONG + "Voici encore un " + short, "Oui ?", 0)
    assert (hint.code, hint.number) == ("long_sentence", 28)
    assert hint.what.startswith("Voici encore un mot")


def test_a_heavy_word_gets_a_simpler_one() -> None:
    (hint,) = plain.hints("Des bancs", LONG + "Il faut pérenniser ces bancs.", "Oui ?", 0)
    assert (hint.code, hint.what, hint.instead) == ("jargon", "pérenniser", "faire durer")
    assert codes(text=LONG + "Nos gouvernances changent.") == ["jargon"]


def test_capitals_short_texts_and_figures_without_a_source_are_noticed() -> None:
    assert codes(title="DES BANCS MAINTENANT") == ["capitals"]
    assert codes(title="La SNCF et la RATP") == []
    assert codes(text="Trop court.") == ["short_text"]
    assert codes(text=LONG + "Cela coûte 12 000 euros.") == ["figures_without_source"]
    assert codes(text=LONG + "Cela coûte 12 000 euros.", sources=1) == []


@given(st.text(max_size=60), st.text(max_size=400), st.text(max_size=80))
def test_any_text_gets_its_hints_in_sentences(title: str, text: str, question: str) -> None:
    for hint in plain.hints(title, text, question, 0):
        assert told(hint)


@pytest.mark.django_db
def test_hints_are_shown_before_filing_and_never_stand_in_the_way(
    visitors: dict[str, Client], petition: Petition
) -> None:
    words = {"title": "NOUS VOULONS DES BANCS", "text": "<b>Ici</b>.", "question": "Comment <i>faire</i>"}
    where = town.post(visitors["resident"], "/petitions/ecrire", step="review", **words)["Location"]
    shown = visitors["resident"].get(where).content.decode()
    assert "capital letters" in shown
    assert "<i>faire" not in shown
    town.post(visitors["resident"], where, version="1", named="on")
    assert Petition.objects.filter(title=words["title"]).exists()
