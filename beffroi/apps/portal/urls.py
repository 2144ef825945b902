"""Paths of this app."""

from django.urls import path

from beffroi.apps.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("chercher", views.search, name="search"),
    path("mon-espace", views.space, name="space"),
    path("mon-espace/donnees.json", views.my_data, name="my_data"),
    path("mon-espace/donnees", views.my_data_page, name="my_data_page"),
    path("guichet", views.counter, name="counter"),
    path("initiatives/<slug:number>", views.initiative, name="initiative"),
    path("regles", views.rules, name="rules"),
    path("donnees-personnelles", views.privacy, name="privacy"),
    path("accessibilite", views.accessibility, name="accessibility"),
    path("contester", views.contest, name="contest"),
]
