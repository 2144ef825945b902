"""Paths of this app."""

from django.urls import path

from beffroi.apps.petitions import deciding_views, sheet_views, views, writing_views

app_name = "petitions"
urlpatterns = [
    path("petitions", views.list_, name="list"),
    path("petitions/ecrire", writing_views.new, name="new"),
    path("petitions/brouillons/<uuid:ref>", writing_views.draft, name="draft"),
    path("petitions/brouillons/<uuid:ref>/relire", writing_views.review, name="review"),
    path("petitions/brouillons/<uuid:ref>/supprimer", writing_views.delete_draft, name="delete_draft"),
    path("petitions/a-relire/<str:secret>", writing_views.shared_draft, name="shared_draft"),
    path("petitions/recu", views.receipt, name="receipt"),
    path("petitions/<slug:number>", views.petition, name="petition"),
    path("petitions/<slug:number>/texte.txt", views.text, name="text"),
    path("petitions/<slug:number>/signer", views.sign, name="sign"),
    path("petitions/<slug:number>/signee", views.signed, name="signed"),
    path("petitions/<slug:number>/retirer", views.withdraw, name="withdraw"),
    path("petitions/<slug:number>/recevabilite", deciding_views.desk, name="desk"),
    path("petitions/<slug:number>/contester", deciding_views.appeal, name="appeal"),
    path("petitions/<slug:number>/bureau", deciding_views.bureau, name="bureau"),
    path("petitions/<slug:number>/porter", deciding_views.carry, name="carry"),
    path("petitions/<slug:number>/pieces/<int:place>", deciding_views.attachment, name="attachment"),
    path("guichet/feuilles/<slug:number>", sheet_views.sheet, name="sheet"),
]
