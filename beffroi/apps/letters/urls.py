"""Paths of this app."""

from django.urls import path

from beffroi.apps.letters import views

app_name = "letters"
urlpatterns = [
    path("courriels/<int:number>/<slug:given>/arreter", views.unsubscribe, name="unsubscribe"),
]
