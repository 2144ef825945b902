"""Paths of this app."""

from django.urls import path

from beffroi.apps.petitions import check_views, deciding_views, recall_views, sheet_views, views, writing_views

app_name = "petitions"
urlpatterns = [
    path("petitions", views.list_, name="list"),
    path("petitions/revocation", recall_views.recall, name="recall"),
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
