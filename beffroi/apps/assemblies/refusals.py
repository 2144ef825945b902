"""What people are told when a rule of this app says no."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "assemblies.no_seat_left": _("All the seats of this assembly are taken."),
    "assemblies.convocation_too_late": _(
        "The convocation would leave too late: the law asks for clear days. It must leave on {at_fault} at the latest."
    ),
    "assemblies.already_convened": _("This sitting has been convened already."),
    "assemblies.too_early_to_convene": _("The day to convene this sitting has not come."),
    "assemblies.is_cancelled": _("This sitting is cancelled."),
    "assemblies.sitting_past": _("This sitting has begun already, or its day is in the past. Choose a day to come."),
    "assemblies.convocation_past": _("The convocation would leave in the past. Choose a moment to come."),
    "assemblies.no_sitting": _(
        "No sitting is planned whose convocation has not left. It will be tried again once one is."
    ),
    "assemblies.already_held": _("This hearing has been recorded already."),
    "assemblies.sitting_not_begun": _("The sitting has not begun: its hearing cannot have been held."),
    "assemblies.not_held": _("The petition has not been heard yet: the answer comes after the hearing."),
    "assemblies.not_of_this_assembly": _("This petition was heard by another assembly, whose members answer it."),
    "assemblies.already_answered": _("The answer has been recorded already. It is published, and no longer changes."),
    "assemblies.not_hers": _("Only {at_fault}, from her or his own account, or the secretariat can do this."),
    "assemblies.no_charter": _("This commune has no charter yet, so nobody can sign it."),
    "assemblies.not_in_office": _("{at_fault} is not in office on that day."),
    "assemblies.charter_date": _(
        "The day of the signature lies in the mandate, and is today at the latest. Look at the date on the paper."
    ),
    "assemblies.charter_signed": _("{at_fault} has signed the charter already. The page of the charter says when."),
    "assemblies.charter_not_signed": _("{at_fault} has no standing signature under the charter."),
}
