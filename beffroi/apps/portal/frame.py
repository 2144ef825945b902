"""What the roof adds to the frame of every page."""

from django.utils.translation import gettext_lazy as _

from beffroi.web.frame import NavItem

DOORS = {"home": "portal:home", "search": "portal:search", "space": "portal:space", "counter": "portal:counter"}
RIGHTS = [
    NavItem("rights", _("Accessibility: not yet audited"), "portal:accessibility"),
    NavItem("rights", _("Personal data"), "portal:privacy"),
    NavItem("rights", _("Contest a decision"), "portal:contest"),
]
VERIFY = [NavItem("rules", _("Rules and figures of this site"), "portal:rules")]
