"""Paths of this app."""

from django.urls import path

from beffroi.apps.petitions import sheet_views, views

app_name = "petitions"
urlpatterns = [
    path("petitions", views.list_, name="list"),
    path("petitions/ecrire", views.new, name="new"),
    path("petitions/recu", views.receipt, name="receipt"),
    path("petitions/<slug:number>", views.petition, name="petition"),
    path("petitions/<slug:number>/texte.txt", views.text, name="text"),
    path("petitions/<slug:number>/signer", views.sign, name="sign"),
    path("petitions/<slug:number>/signee", views.signed, name="signed"),
    path("petitions/<slug:number>/retirer", views.withdraw, name="withdraw"),
    path("petitions/<slug:number>/recevabilite", views.desk, name="desk"),
    path("petitions/<slug:number>/feuilles", sheet_views.print_sheets, name="print_sheets"),
    path("petitions/<slug:number>/feuilles/<int:printing>.pdf", sheet_views.sheets_pdf, name="sheets_pdf"),
    path("feuilles/<slug:code>", sheet_views.sheet_status, name="sheet_status"),
    path("guichet/feuilles/<slug:number>", sheet_views.sheet, name="sheet"),
    path("guichet/feuille/<slug:code>", sheet_views.read_sheet, name="read_sheet"),
    path("guichet/feuille/<slug:code>/registre", sheet_views.ask_roll, name="ask_roll"),
    path("guichet/feuille/<slug:code>/image/<int:scan>", sheet_views.sheet_scan, name="sheet_scan"),
]
