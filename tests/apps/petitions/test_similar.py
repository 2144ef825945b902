"""Petitions that ask for the same thing find one another; those that share only everyday words do not."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from beffroi.apps.petitions import similar
from beffroi.apps.petitions.models import Petition
from tests.apps import town

OPEN = (
    (
        "bancs",
        "Des bancs à l'ombre place de la République",
        "La place est en plein soleil l'été. Les personnes âgées n'ont nulle part où s'asseoir. Nous demandons des "
        "bancs et des arbres.",
    ),
    (
        "marché",
        "Un marché le mercredi",
        "Le marché du samedi est trop loin. Un marché le mercredi ferait venir des producteurs.",
    ),
    (
        "piscine",
        "Rouvrir la piscine le dimanche",
        "La piscine est fermée le dimanche depuis deux ans. Les familles veulent nager ensemble.",
    ),
    (
        "école",
        "Moins de voitures devant l'école",
        "Les enfants traversent entre les voitures. Fermons la rue aux heures d'entrée et de sortie.",
    ),
    ("cantine", "Une cantine bio", "Les enfants mangent mal. Nous voulons des produits bio et locaux à la cantine."),
)


@pytest.mark.parametrize(
    ("title", "text", "near"),
    [
        ("Planter des arbres et poser des bancs", "Il fait trop chaud sur la place pour s'asseoir.", ["bancs"]),
        (
            "Ouvrir la piscine municipale plus souvent",
            "Elle doit ouvrir le dimanche pour les familles.",
            ["piscine"],
        ),
        ("Rue scolaire", "Fermer la rue de l'école aux voitures le matin pour les enfants.", ["école"]),
        ("Une halle pour le marché", "Les producteurs n'ont pas d'abri quand il pleut.", ["marché"]),
        ("DES REPAS VÉGÉTARIENS À LA CANTINE", "Les enfants devraient avoir le choix chaque jour.", ["cantine"]),
        ("Un skatepark près de la gare", "Les jeunes n'ont pas de lieu à eux.", []),
        ("Baisser les tarifs du bus", "Le bus coûte trop cher pour les familles et les enfants.", []),
        ("", "", []),
    ],
)
def test_what_people_would_call_the_same_subject_is_found(title: str, text: str, near: list[str]) -> None:
    assert similar.nearest(title, text, OPEN)[:1] == near


@given(st.text(max_size=80), st.text(max_size=200))
def test_a_text_is_nearest_to_itself_and_any_text_can_be_compared(title: str, text: str) -> None:
    found = similar.nearest(title, text, [*OPEN, ("itself", title, text)])
    if similar.words(f"{title} {text}"):
        assert found[0] == "itself"
    else:
        assert found == []


@pytest.mark.django_db
def test_near_petitions_are_shown_before_the_details_and_before_filing_with_a_way_to_sign_them(
    visitors: dict[str, Client], petition: Petition
) -> None:
    words = {"title": "Des bancs et de l'ombre", "text": "Sur la place.", "question": "Des bancs ?"}
    looked = town.post(visitors["resident"], "/petitions/ecrire", step="look", title=words["title"])
    review = town.post(visitors["resident"], "/petitions/ecrire", step="review", **words)
    for page in (looked, visitors["resident"].get(review["Location"])):
        assert f'href="/petitions/{petition.number}/signer"' in page.content.decode()
    other = town.post(visitors["resident"], "/petitions/ecrire", step="look", title="Une patinoire")
    assert "No petition is near yours" in other.content.decode()
    waiting = town.filed(petition.author)
    desk = visitors["clerk"].get(f"/petitions/{waiting.number}/recevabilite").content.decode()
    assert f'href="/petitions/{petition.number}"' in desk  # to see whether it is the same as an open one
