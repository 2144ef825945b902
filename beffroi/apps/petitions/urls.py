"""Paths of this app."""

from django.urls import path

from beffroi.apps.petitions import sharing_views, sheet_views, views

app_name = "petitions"
urlpatterns = [
    path("petitions", views.list_, name="list"),
    path("petitions/ecrire", views.new, name="new"),
    path("petitions/recu", views.receipt, name="receipt"),
    path("petitions/atom.xml", sharing_views.feed, name="feed"),
    path("petitions/<slug:number>", views.petition, name="petition"),
    path("petitions/<slug:number>/texte.txt", views.text, name="text"),
    path("petitions/<slug:number>/signer", views.sign, name="sign"),
    path("petitions/<slug:number>/signee", views.signed, name="signed"),
    path("petitions/<slug:number>/choix", views.choices, name="choices"),
    path("petitions/<slug:number>/signataires", sharing_views.names, name="names"),
    path("petitions/<slug:number>/partager", sharing_views.share, name="share"),
    path("petitions/<slug:number>/affiche", sharing_views.poster, name="poster"),
    path("petitions/<slug:number>/integrer", sharing_views.card, name="card"),
    path("petitions/<slug:number>/atom.xml", sharing_views.life, name="life"),
    path("petitions/<slug:number>/chiffres.json", sharing_views.figures, name="figures"),
    path("petitions/<slug:number>/retirer", views.withdraw, name="withdraw"),
    path("petitions/<slug:number>/recevabilite", views.desk, name="desk"),
    path("guichet/feuilles/<slug:number>", sheet_views.sheet, name="sheet"),
]
