"""Paths of this app."""

from django.urls import path

from beffroi.apps.roll import views

app_name = "roll"
urlpatterns = [
    path("connexion", views.sign_in, name="sign_in"),
    path("connexion/code", views.code, name="code"),
    path("connexion/qui", views.who, name="who"),
    path("deconnexion", views.sign_out, name="sign_out"),
    path("guichet/personne/<uuid:ref>/ouvrir", views.counter_open, name="counter_open"),
    path("guichet/fermer", views.counter_close, name="counter_close"),
]
