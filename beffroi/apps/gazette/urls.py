"""Paths of this app."""

from django.urls import path

from beffroi.apps.gazette import views

app_name = "gazette"
urlpatterns = [
    path("journal", views.journal, name="journal"),
    path("journal/verifier", views.verify, name="verify"),
    path("journal/checkpoint", views.checkpoint, name="checkpoint"),
    path("journal/entries.jsonl", views.entries, name="entries"),
    path("journal/key", views.key, name="key"),
    path("journal/atom.xml", views.feed, name="feed"),
    path("journal/<int:index>", views.entry, name="entry"),
    path("journal/<int:index>/entry.json", views.leaf, name="leaf"),
    path("journal/<int:index>/proof.json", views.proof, name="proof"),
]
