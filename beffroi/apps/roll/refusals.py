"""What people are told when a rule of this app says no."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "roll.too_many_codes": _("Five codes have been sent within an hour. Wait an hour."),
    "roll.address_by_counter": _(
        "An address that is there already is changed at the counter only, with a proof of identity: whoever finds a "
        "telephone that is signed in cannot take the account over."
    ),
    "roll.wrong_code": _(
        "This code is not the right one, or it no longer works. Check its digits, or ask for another code."
    ),
    "roll.wrong_birth_date": _(
        "This is not the birth date, or not the letter, of the person you chose. Check it, and the person."
    ),
    "roll.wrong_letter": _(
        "The code of the letter and the birth date do not go together, or the letter no longer works. Check both, or "
        "ask for another letter."
    ),
    "roll.letter_asked": _("A letter is being prepared for this person already."),
    "roll.wrong_second_code": _(
        "This code is not the right one, or it has been used. Wait until your app shows another one, and check that "
        "the clock of your telephone is right."
    ),
    "roll.second_factor_waits": _("Five wrong codes: wait a quarter of an hour, then try again."),
    "roll.own_reset": _("Nobody takes away her own second factor: ask another administrator."),
    "roll.passkey": _("The key was not recognised. Try again, or use the code of your app."),
    "roll.passkeys_enough": _("Ten keys are enough: remove one first."),
    "roll.last_factor": _("This is your only second factor. Set up another one before you remove it."),
    "roll.provider_away": _("This service does not answer at the moment. Sign in another way, or try again later."),
    "roll.provider_cancelled": _("You have not been signed in: you came back without confirming."),
    "roll.provider_state": _("This way back does not belong to a sign-in that you began here. Begin again."),
    "roll.provider_untrue": _("The answer could not be verified, so nobody was signed in. Begin again."),
    "roll.identity_unknown": _(
        "Your identity is certain, but there is nobody here, or more than one person, whom it fits exactly."
    ),
    "roll.identity_other": _("This person already signs in with another identity of the same service."),
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
    "roll.no_electors_here": _(
        "An association has no electoral roll: whoever takes part here has asked to be enrolled, with proof."
    ),
    "roll.not_sent": _("The letter could not leave. Try again in a few minutes, or come to the counter."),
    "enrolment.too_young": _(
        "The rules ask for an age that this person reaches on {at_fault}. From that day on she or he may enrol."
    ),
    "enrolment.no_proof": _("A proof of identity and a proof of residence are needed."),
    "enrolment.asked_already": _(
        "A request for this person, from this address, is under way already. Follow it with its receipt."
    ),
    "enrolment.too_many": _(
        "Six requests from this address wait already. Wait for a decision, or come to the counter."
    ),
    "enrolment.busy": _("Many requests arrive at this moment. Send yours again in a minute."),
    "enrolment.decided": _("Request {at_fault} has been decided, or taken back, in the meantime."),
    "enrolment.appeal_late": _("The time to contest this decision is over. You may send a new request."),
    "enrolment.not_yours": _(
        "Request {at_fault} is for somebody else to decide: an appeal is never decided by whoever refused."
    ),
    "enrolment.on_roll": _(
        "The roll has a person with this name and this birth date: compare them, and say whether she is another one."
    ),
    "enrolment.no_such_receipt": _("No request has this receipt. Check the 26 letters and digits."),
    "residence.elector": _(
        "Whoever is on the electoral roll changes the address there: the next import of the roll brings it here."
    ),
    "residence.move_waits": _("A new address waits to be confirmed already."),
    "residence.move_decided": _("This new address has been decided on in the meantime."),
    "residence.move_day": _("The day of the move cannot be in the future, nor before the present address began."),
    "residence.departure_day": _("Give a day from today on, within a year."),
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
