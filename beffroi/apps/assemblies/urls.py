"""Paths of this app."""

from django.urls import path

from beffroi.apps.assemblies import bureau_views, charter_views, planning_views, views

app_name = "assemblies"
urlpatterns = [
    path("conseils", views.councils, name="councils"),
    path("conseils/charte", charter_views.charter, name="charter"),
    path("conseils/charte/<slug:sha256>.txt", charter_views.charter_text, name="charter_text"),
    path("conseils/charte/<slug:number>/signer", charter_views.charter_sign, name="charter_sign"),
    path("conseils/charte/<slug:number>/retirer", charter_views.charter_withdraw, name="charter_withdraw"),
    path("conseils/auditions/<slug:number>/reponse", views.answer, name="answer"),
    path("conseils/auditions/<slug:number>/reponse.txt", views.answer_text, name="answer_text"),
    path("conseils/auditions/<slug:number>/tenue", views.hold, name="hold"),
    path("conseils/<slug:slug>/bureau", bureau_views.bureau, name="bureau"),
    path("conseils/nouvelle-seance", planning_views.plan, name="plan"),
    path("conseils/<slug:number>/modifier", planning_views.change, name="change"),
    path("conseils/<slug:number>/annuler", planning_views.cancel, name="cancel"),
    path("conseils/<slug:number>", views.sitting, name="sitting"),
]
