"""What this app adds to the frame of every page."""

from django.utils.translation import gettext_lazy as _

from beffroi.web.frame import NavItem

NAV = [NavItem("votations", _("Votations"), "votations:list")]
