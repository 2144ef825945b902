"""Paths of this app."""

from django.urls import path

from beffroi.apps.assemblies import planning_views, views

app_name = "assemblies"
urlpatterns = [
    path("conseils", views.councils, name="councils"),
    path("conseils/auditions/<slug:number>/reponse", views.answer, name="answer"),
    path("conseils/auditions/<slug:number>/reponse.txt", views.answer_text, name="answer_text"),
    path("conseils/auditions/<slug:number>/tenue", views.hold, name="hold"),
    path("conseils/nouvelle-seance", planning_views.plan, name="plan"),
    path("conseils/<slug:number>/modifier", planning_views.change, name="change"),
    path("conseils/<slug:number>/annuler", planning_views.cancel, name="cancel"),
    path("conseils/<slug:number>", views.sitting, name="sitting"),
]
