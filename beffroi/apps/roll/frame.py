"""What this app adds to the frame of every page."""

from django.utils.translation import gettext_lazy as _

from beffroi.web.frame import NavItem

DOORS = {"sign_in": "roll:sign_in", "sign_out": "roll:sign_out", "counter_close": "roll:counter_close"}
RIGHTS = [NavItem("places", _("In which neighbourhood is my street?"), "roll:places")]
