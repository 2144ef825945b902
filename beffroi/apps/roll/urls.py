"""Paths of this app."""

from django.urls import path

from beffroi.apps.roll import second_factor_views, views

app_name = "roll"
urlpatterns = [
    path("connexion", views.sign_in, name="sign_in"),
    path("connexion/code", views.code, name="code"),
    path("connexion/qui", views.who, name="who"),
    path("connexion/second-facteur", second_factor_views.ask, name="second_factor"),
    path("connexion/second-facteur/nouveau", second_factor_views.new, name="second_factor_new"),
    path("connexion/codes-de-secours", second_factor_views.recovery_codes, name="recovery_codes"),
    path("connexion/cle/demande", second_factor_views.passkey_begin, name="passkey_begin"),
    path("connexion/cle", second_factor_views.passkey_add, name="passkey_add"),
    path("connexion/cle/question", second_factor_views.passkey_ask, name="passkey_ask"),
    path("connexion/cle/reponse", second_factor_views.passkey_check, name="passkey_check"),
    path("deconnexion", views.sign_out, name="sign_out"),
    path("guichet/personne/<uuid:ref>/ouvrir", views.counter_open, name="counter_open"),
    path("guichet/fermer", views.counter_close, name="counter_close"),
]
