"""Paths of this app."""

from django.urls import path

from beffroi.apps.roll import account_views, import_views, place_views, views

app_name = "roll"
urlpatterns = [
    path("connexion", views.sign_in, name="sign_in"),
    path("connexion/code", views.code, name="code"),
    path("connexion/qui", views.who, name="who"),
    path("deconnexion", views.sign_out, name="sign_out"),
    path("guichet/personne/<uuid:ref>/ouvrir", views.counter_open, name="counter_open"),
    path("guichet/fermer", views.counter_close, name="counter_close"),
    path("quartiers", place_views.all_places, name="places"),
    path("rues.json", place_views.streets, name="streets"),
    path("administration/liste-electorale", import_views.roll_import, name="import"),
    path("administration/liste-electorale/avancement.json", import_views.import_progress, name="import_progress"),
    path("administration/liste-electorale/modifications.csv", import_views.import_changes, name="import_changes"),
    path("administration/comptes", account_views.accounts, name="accounts"),
    path("administration/comptes/<uuid:ref>", account_views.account, name="account"),
    path("administration/rues", place_views.boundaries_page, name="boundaries"),
    path("administration/rues.csv", place_views.boundaries_file, name="boundaries_file"),
]
