"""Paths of this app."""

from django.urls import path

from beffroi.apps.petitions import check_views, recall_views, sheet_views, views

app_name = "petitions"
urlpatterns = [
    path("petitions", views.list_, name="list"),
    path("petitions/ecrire", views.new, name="new"),
    path("petitions/revocation", recall_views.recall, name="recall"),
    path("petitions/recu", views.receipt, name="receipt"),
    path("petitions/<slug:number>", views.petition, name="petition"),
    path("petitions/<slug:number>/texte.txt", views.text, name="text"),
    path("petitions/<slug:number>/signer", views.sign, name="sign"),
    path("petitions/<slug:number>/signee", views.signed, name="signed"),
    path("petitions/<slug:number>/retirer", views.withdraw, name="withdraw"),
    path("petitions/<slug:number>/recevabilite", views.desk, name="desk"),
    path("petitions/<slug:number>/verifications", check_views.report, name="report"),
    path("petitions/<slug:number>/reponse", recall_views.reply, name="reply"),
    path("petitions/<slug:number>/reponses", recall_views.replies, name="replies"),
    path("petitions/<slug:number>/reponse-<int:version>.txt", recall_views.reply_text, name="reply_text"),
    path("guichet/lignes/<slug:number>", check_views.lines, name="lines"),
    path("verification", check_views.panel, name="panel"),
    path("verification/<int:pk>", check_views.signal, name="signal"),
    path("verification/<int:pk>/noms", check_views.names, name="names"),
    path("petitions/<slug:number>/feuilles", sheet_views.print_sheets, name="print_sheets"),
    path("petitions/<slug:number>/feuilles/<int:printing>.pdf", sheet_views.sheets_pdf, name="sheets_pdf"),
    path("feuilles/<slug:code>", sheet_views.sheet_status, name="sheet_status"),
    path("guichet/feuilles/<slug:number>", sheet_views.sheet, name="sheet"),
    path("guichet/feuille/<slug:code>", sheet_views.read_sheet, name="read_sheet"),
    path("guichet/feuille/<slug:code>/registre", sheet_views.ask_roll, name="ask_roll"),
    path("guichet/feuille/<slug:code>/image/<int:scan>", sheet_views.sheet_scan, name="sheet_scan"),
]
