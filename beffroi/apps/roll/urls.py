"""Paths of this app."""

from django.urls import path

from beffroi.apps.roll import views
from beffroi.apps.roll.enrolment import desk_views, residence_views
from beffroi.apps.roll.enrolment import views as enrolment

app_name = "roll"
urlpatterns = [
    path("connexion", views.sign_in, name="sign_in"),
    path("connexion/code", views.code, name="code"),
    path("connexion/qui", views.who, name="who"),
    path("deconnexion", views.sign_out, name="sign_out"),
    path("guichet/personne/<uuid:ref>/ouvrir", views.counter_open, name="counter_open"),
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
