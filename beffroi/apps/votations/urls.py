"""Paths of this app."""

from django.urls import path

from beffroi.apps.votations.views import booth, ceremony, desk, files, pages

app_name = "votations"
urlpatterns = [
    path("votations", pages.list_all, name="list"),
    path("votations/<slug:number>", pages.votation, name="votation"),
    path("votations/<slug:number>/urne", pages.box, name="box"),
    path("votations/<slug:number>/resultat", pages.result, name="result"),
    path("votations/<slug:number>/isoloir", booth.booth, name="booth"),
    path("votations/<slug:number>/etat.json", booth.state, name="state"),
    path("votations/<slug:number>/bulletins", booth.ballots, name="ballots"),
    path("votations/<slug:number>/regles.json", files.rules, name="rules"),
    path("votations/<slug:number>/election.json", files.election, name="election"),
    path("votations/<slug:number>/trustees.json", files.trustees, name="trustees"),
    path("votations/<slug:number>/credentials.json", files.credentials, name="credentials"),
    path("votations/<slug:number>/tally.json", files.tally, name="tally"),
    path("votations/<slug:number>/second-proofs.json", files.second_proofs, name="second_proofs"),
    path("votations/<slug:number>/archive.bel", files.archive_file, name="archive"),
    path("votations/<slug:number>/appel", desk.call, name="call"),
    path("votations/<slug:number>/preparation", desk.prepare, name="prepare"),
    path("votations/<slug:number>/ceremonie", ceremony.ceremony, name="ceremony"),
    path("votations/<slug:number>/ceremonie/<slug:records>.jsonl", files.ceremony_file, name="ceremony_file"),
    path("votations/<slug:number>/dechiffrement", desk.decryption, name="decryption"),
    path("votations/<slug:number>/depouillement", desk.paper, name="paper"),
]
