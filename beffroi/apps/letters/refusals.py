"""What people are told when a rule of this app says no."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "letters.kind": _("There is no letter of this kind: {at_fault}."),
}
