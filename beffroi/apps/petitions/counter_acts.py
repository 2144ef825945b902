"""What an agent may do for somebody with petitions, as the receipt of the counter says it."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "petition.filed": _("A petition was filed."),
    "petition.signed": _("A petition was signed."),
    "petition.withdrawn": _("A signature was withdrawn."),
}
