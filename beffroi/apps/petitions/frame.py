"""What this app adds to the frame of every page."""

from django.utils.translation import gettext_lazy as _

from beffroi.web.frame import NavItem

DOORS = {"recall": "petitions:recall"}
NAV = [NavItem("petitions", _("Petitions"), "petitions:list")]
VERIFY = [NavItem("petitions", _("Find my signature with its receipt"), "petitions:receipt")]
