"""What this app adds to the frame of every page."""

from django.utils.translation import gettext_lazy as _

from beffroi.web.frame import NavItem

NAV = [NavItem("journal", _("Journal"), "gazette:journal")]
VERIFY = [NavItem("journal", _("Check the journal"), "gazette:verify")]
