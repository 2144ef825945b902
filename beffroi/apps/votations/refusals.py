"""A refusal's sentence, by the code of its rule. The booth shows some of them as they are."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beffroi.apps.votations.perms import ALONE

SENTENCES: dict[str, str | Promise] = {
    # Casting
    "votations.not_open": _("This vote has not opened yet."),
    "votations.closed": _("This vote is closed. No ballot enters the box any more."),
    "votations.not_registered": _("You are not on the list of this vote."),
    "votations.unknown_credential": _("The code that signed this ballot is not one of this vote. Look at your letter."),
    "votations.credential_used": _(
        "The code that signed this ballot is another person's. Use the code of your own letter."
    ),
    "votations.wrong_credential": _("You have voted with another code before. Use the code of your own letter."),
    "votations.already_in_box": _("This ballot is in the box already. It counts once."),
    "votations.bad_ballot": _("This ballot is not well formed, so it was not put in the box. Close a new one."),
    "votations.too_large": _("This is too large to be a ballot."),
    "votations.sign_in": _("Sign in to put your ballot in the box."),
    "votations.agent": ALONE,
    # Calling and preparing
    "votations.wrong_state": _("The votation {at_fault} is not at the stage where this can be done."),
    "votations.calendar": _("The vote opens today or later, and closes after it has opened."),
    "votations.paper_after_online": _("The paper day comes after the day on which the online vote closes."),
    "votations.both_sides": _("Both sides write an argument and sign it, or neither does."),
    "votations.argument_too_long": _("An argument has at most 600 signs. This one has {at_fault}."),
    "votations.nobody": _("Nobody is on the roll for that day."),
    "votations.credentials_order": _(
        "The list of credentials is not in the expected form: each once, without weight, in order."
    ),
    "votations.credentials_count": _("There must be one credential for each voter: {at_fault}."),
    "votations.trustee": _("A trustee has a number from 1, a name and a side."),
    "votations.trustee_key_twice": _("Another trustee has this key already."),
    "votations.no_credentials": _("The authority has not handed in the credentials yet."),
    "votations.no_trustees": _(
        "Trustees are numbered from 1 without a gap, as many as the rules of this vote say: {at_fault}."
    ),
    "votations.trustees_rule": _(
        "The rules of this commune ask for trustees who cannot be: {at_fault}. The town hall must correct them."
    ),
    # The ceremony of a group of trustees
    "votations.no_group": _("In this vote each trustee has a key of her own: there is no ceremony."),
    "votations.group_only": _("In this vote the trustees make one key together: see the page of the ceremony."),
    "votations.group_full": _("All {at_fault} trustees are named already."),
    "votations.trustee_twice": _("One account is one trustee: {at_fault} is named already."),
    "votations.no_account": _("Nobody signs in with the address {at_fault}. The counter opens an account."),
    "votations.several_accounts": _("Several persons share this address: write the name as the roll has it."),
    "votations.not_a_member": _("You are not one of the trustees of this vote."),
    "votations.ceremony_open": _("The trustees have not finished their ceremony: there is no key yet."),
    "votations.ceremony_stopped": _("A complaint has stopped this ceremony. The secretariat begins it anew."),
    "votations.ceremony_done": _("The ceremony is over: nothing is missing."),
    "votations.not_her_complaint": _("This complaint is another person’s. Each hands in her own."),
    "votations.too_large_a_record": _("This file is too large to be one of the ceremony."),
    "votations.secret_handed_in": _(
        "This file is your secret. It was not kept, but it has left your computer: ask the secretariat to begin the "
        "ceremony anew, and make a new folder."
    ),
    "ceremony.certificate": _(
        "{at_fault}: this certificate is not right. Copy the command anew, and hand in the certificate.json that it "
        "makes."
    ),
    "ceremony.commitment": _(
        "{at_fault}: this commitment is not signed by that member, or is on other certificates than these."
    ),
    "ceremony.polynomial": _(
        "{at_fault}: this polynomial is not signed by that member, or is not the one that was committed to."
    ),
    "ceremony.key": _(
        "{at_fault}: this key is not signed by that member, or is not the one that the polynomials give."
    ),
    "votations.no_archive": _("There is no archive before the election exists."),
    "trustee.pok": _("The proof of this key is wrong."),
    # Counting
    "votations.paper_first": _("The online total is opened only when every station's paper count is agreed."),
    "votations.no_such_trustee": _("There is no trustee number {at_fault}."),
    "votations.decryption_missing": _("A trustee has not decrypted yet."),
    "votations.paper_not_yet": _("Paper counts are entered from the paper day on."),
    "votations.station": _("This vote has no such station."),
    "votations.station_agreed": _("The count of {at_fault} is agreed already."),
    "votations.mixed": _("A box is mixed, unopened, into the box of another station that is opened."),
    "votations.box_too_small": _(
        "A box of fewer than {at_fault} ballots is not opened alone: mix it into another one."
    ),
    "votations.more_than_the_poll_book": _("More ballots than persons who could still vote there: {at_fault}."),
    "decryption.proof": _("What was handed in for trustee {at_fault} carries a wrong proof."),
    "decryption.bound": _(
        "What was handed in for trustee {at_fault} carries a wrong second proof: it leads to no result. It is refused, "
        "and this trustee must decrypt again."
    ),
    "decryption.other": _("What was handed in for trustee {at_fault} carries the second proof of another decryption."),
    "decryption.alone": _(
        "What was handed in for trustee {at_fault} carries no second proof: hand in the whole file that "
        "“beffroi trustee decrypt” made."
    ),
    "result.logarithm": _("The total cannot be opened: a trustee has handed in a wrong decryption."),
    "suffrage.more_voters_than_registered": _("The counts exceed the number of persons registered: {at_fault}."),
}
