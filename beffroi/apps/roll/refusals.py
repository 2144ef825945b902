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
}
