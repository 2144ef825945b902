"""What an agent may do for somebody with petitions, as the receipt of the counter says it."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "petition.drafted": _("A draft of a petition was written."),
    "petition.draft_deleted": _("A draft of a petition was deleted."),
    "petition.filed": _("A petition was filed."),
    "petition.appealed": _("The refusal of a petition was contested."),
    "petition.invited": _("A code was given out, with which others join a petition."),
    "petition.uninvited": _("The code with which others join a petition was ended."),
    "petition.carried": _("A name was added to those who carry a petition."),
    "petition.left": _("A name was taken off those who carry a petition."),
    "petition.sheets": _("Sheets for signatures on paper were registered."),
    "petition.signed": _("A petition was signed."),
    "petition.choices": _("The choices that go with a signature were changed."),
    "petition.withdrawn": _("A signature was withdrawn."),
}
