"""What people are told when a rule of this app says no."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "roll.too_many_codes": _(
        "Five codes have been asked for with this address within an hour. Wait an hour, or come to the counter."
    ),
    "roll.wrong_code": _(
        "This code is not the right one, or it no longer works. Check the six digits, or ask for another code."
    ),
    "roll.wrong_birth_date": _("This is not the birth date of the person you chose. Check the date, and the person."),
    "roll.number_taken": _("The number {at_fault} of the roll belongs to somebody already."),
    "roll.no_address": _("This person has not given an e-mail address: the counter and paper are open to her or him."),
    "roll.address_taken": _(
        "This address belongs to somebody already. An account at work needs an address of its own."
    ),
    "roll.agent_at_work": _("Only an account at work can act at the counter."),
    "roll.not_an_agent": _("Only the agents of the counter can act for somebody else."),
    "roll.left": _("The roll says that this person no longer lives here."),
    "roll.proof": _("Say which proof of identity you have seen."),
    "roll.counter_busy": _("You are acting for somebody already. Finish with that person first."),
    "roll.other_commune": _("Line {at_fault} is of another commune. Nothing was changed."),
    "roll.not_the_preview": _(
        "The file or the register is not what was confirmed. Look at the preview again: its fingerprint is now "
        "{at_fault}."
    ),
    "roll.many_leave": _(
        "{at_fault} persons would leave, more than a tenth of the electors. If that is right, give their number: "
        "--leaving"
    ),
    "roll.no_such_decision": _("{at_fault}: no line and person to settle so. Look at the preview again."),
    "roll.nothing_to_undo": _("There is no import to take back: the last one has been already, or there is none."),
    "roll.changed_since": _(
        "Somebody has acted, or was changed, since the import ({at_fault}): it can no longer be taken back as a whole."
    ),
    "roll.busy": _("An import is under way already. Finish it or give it up before you begin another."),
    "roll.no_task": _("The page that you sent is out of date. Look at what it shows now."),
    "roll.too_large": _("This file is too large to be the one that is expected here."),
    "roll.file_gone": _("The file is no longer on the server. Give this import up, and hand the file in again."),
    "roll.wrong_number": _("This is not the number of changes. Look at the preview again."),
    "roll.many_leave_page": _("This is not the number of persons who would leave. Look at the preview again."),
    "roll.one_line_each": _("Two lines cannot be the same person. Look at your answers again."),
    "roll.boundaries_past": _("Streets are recorded already: a change begins today at the earliest."),
    "roll.boundaries_ahead": _("A change is planned for {at_fault} already. Give it up first, or wait for its day."),
    "roll.boundaries_same_day": _("A change of that day has been applied already. Choose a later day."),
    "roll.boundaries_hold": _("These boundaries hold already. To correct them, hand in another file."),
    "roll.not_administrator": _("Only an administrator can do this."),
    "roll.no_name": _("Write the name, 120 signs at most."),
    "roll.own_roles": _("Nobody changes her or his own roles. Another administrator does."),
    "roll.at_work_only": _("Only accounts at work hold these roles."),
    "roll.apart": _(
        "Whoever administers this site neither stands at the counter, nor counts ballots, nor sits on the verification "
        "panel. Take the other role away first."
    ),
    "roll.last_administrator": _("This is the last administrator. Make another one first."),
    "roll.administrator_first": _("Take the role of administrator away from this account before you close it."),
    "roll.asked_already": _("This has been asked already. Another administrator has to agree."),
    "roll.second_person": _("Somebody else has to agree: neither who asked, nor who would receive the role."),
    "roll.no_request": _("There is nothing to agree to any longer."),
    "roll.no_such_role": _("There is no such role."),
    "roll.closed_account": _("This account is closed. Open it again first."),
}
