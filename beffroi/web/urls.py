"""Paths of the frame."""

from django.urls import path

from beffroi.web import views

app_name = "web"
urlpatterns = [
    path("langue", views.language, name="language"),
    path("apparence", views.theme, name="theme"),
    path("source.tar.gz", views.source, name="source"),
]
