"""Paths of this app."""

from django.urls import path

from beffroi.apps.roll import access_views, letter_views, oidc_views, second_factor_views, views
from beffroi.apps.roll.enrolment import desk_views, residence_views
from beffroi.apps.roll.enrolment import views as enrolment

app_name = "roll"
urlpatterns = [
    path("connexion", views.sign_in, name="sign_in"),
    path("connexion/code", views.code, name="code"),
    path("connexion/qui", views.who, name="who"),
    path("connexion/lettre", letter_views.by_letter, name="by_letter"),
    path("connexion/avec/<slug:kind>", oidc_views.leave, name="provider"),
    path("connexion/avec/<slug:kind>/retour", oidc_views.back, name="provider_back"),
    path("connexion/second-facteur", second_factor_views.ask, name="second_factor"),
    path("connexion/second-facteur/nouveau", second_factor_views.new, name="second_factor_new"),
    path("connexion/codes-de-secours", second_factor_views.recovery_codes, name="recovery_codes"),
    path("connexion/cle/demande", second_factor_views.passkey_begin, name="passkey_begin"),
    path("connexion/cle", second_factor_views.passkey_add, name="passkey_add"),
    path("connexion/cle/question", second_factor_views.passkey_ask, name="passkey_ask"),
    path("connexion/cle/reponse", second_factor_views.passkey_check, name="passkey_check"),
    path("deconnexion", views.sign_out, name="sign_out"),
    path("guichet/personne/<uuid:ref>/ouvrir", views.counter_open, name="counter_open"),
    path("mon-espace/acces", access_views.access, name="access"),
    path("mon-espace/acces/adresse", access_views.address, name="address"),
    path("mon-espace/acces/adresse/code", access_views.address_code, name="address_code"),
    path("mon-espace/acces/adresse/retirer", access_views.address_remove, name="address_remove"),
    path("mon-espace/acces/lettre", letter_views.letter, name="letter"),
    path("mon-espace/acces/appareils", access_views.end_sessions, name="end_sessions"),
    path("mon-espace/acces/lien/<slug:kind>", access_views.unlink, name="unlink"),
    path("mon-espace/acces/cle/<int:key>", access_views.passkey_remove, name="passkey_remove"),
    path("guichet/lettres", letter_views.letters, name="letters"),
    path("guichet/recu", access_views.receipt, name="counter_receipt"),
    path("administration/second-facteur", access_views.resets, name="resets"),
    path("guichet/fermer", views.counter_close, name="counter_close"),
    path("inscription", enrolment.enrol, name="enrol"),
    path("inscription/code", enrolment.enrol_code, name="enrol_code"),
    path("inscription/demande", enrolment.enrol_form, name="enrol_form"),
    path("inscription/envoyee", enrolment.enrol_sent, name="enrol_sent"),
    path("inscription/suivre", enrolment.enrol_follow, name="enrol_follow"),
    path("guichet/inscrire", desk_views.enrol_counter, name="enrol_counter"),
    path("guichet/inscriptions", desk_views.enrol_queue, name="enrol_queue"),
    path("guichet/inscriptions/<uuid:ref>", desk_views.enrol_desk, name="enrol_desk"),
    path("guichet/inscriptions/<uuid:ref>/lettre", desk_views.enrol_letter, name="enrol_letter"),
    path("guichet/inscriptions/<uuid:ref>/piece/<slug:kind>", desk_views.enrol_proof, name="enrol_proof"),
    path("guichet/demenagements/<int:pk>", desk_views.move_desk, name="move_desk"),
    path("mon-espace/adresse", residence_views.address, name="address"),
]
