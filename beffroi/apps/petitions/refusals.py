"""What people are told when a rule of this app says no."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "petitions.already_signed": _("You have already signed this petition. A person counts once, whatever the means."),
    "petitions.already_decided": _("This petition has been decided on already. Its page says how and when."),
    "petitions.closed": _("This petition is closed: it takes no signature, and gives none back."),
    "petitions.not_open": _("This petition is not open for signatures."),
    "petitions.not_signed": _("There is no standing signature to take back here."),
    "petitions.unknown_receipt": _("No signature has this receipt. Check each letter: there is no I, L, O or U in it."),
    "petitions.too_young": _("You must be 16 on the day you sign. You will be able to sign once you are."),
    "petitions.not_on_roll": _(
        "Your name is not on the register of residents. The town hall's counter can enter it, on proof of residence."
    ),
    "petitions.left": _(
        "The register says that you no longer live here. If this is wrong, the town hall's counter corrects it."
    ),
    "petitions.not_elector": _("The legal request is for the persons on the electoral roll. You can sign without it."),
    "petitions.legal_request_used": _(
        "You have made your legal request of this quarter on another petition. You can sign without it."
    ),
    "petitions.line_entered": _("Line {at_fault} has been entered already."),
    "petitions.not_verified": _("The signatures have not been verified, so nothing can be caused yet."),
    "petitions.too_busy": _("Others did the same thing at the same instant. Nothing was recorded: please try again."),
    "petitions.other_neighbourhood": _(
        "This petition is for the residents of one neighbourhood, and the register says that you live in another one."
    ),
    "petitions.no_legal_request": _("This petition has no legal threshold. Keep your request for another one."),
    "petitions.too_many_drafts": _("You have {at_fault} drafts already. Delete one that you no longer need."),
    "petitions.draft_changed": _("This draft was saved from elsewhere meanwhile."),
    "petitions.draft_gone": _("This draft has been filed or deleted already. My space shows what there is."),
    "petitions.too_many_attachments": _("A petition has three documents at most. Remove one first."),
    "petitions.not_the_author": _("Only the person who filed this petition can do this."),
    "petitions.unknown_invitation": _("This is not the code of this petition. Ask its author for the one in force."),
    "petitions.is_the_author": _("You carry this petition already: you filed it."),
    "petitions.already_carries": _("You carry this petition already."),
    "petitions.does_not_carry": _("You are not named beside this petition."),
    "petitions.enough_carry": _("{at_fault} persons carry this petition with its author, and that is the most."),
    "petitions.decides_on_her_own": _("Whoever carries a petition does not decide on it. Somebody else must."),
    "petitions.nothing_to_withhold": _("A text is withheld only when it attacks a person or shows a private life."),
    "petitions.note_is_private": _("This sentence is published: take the address or the number out of it."),
    "petitions.not_refused": _("This petition is not refused: there is nothing to contest."),
    "petitions.already_appealed": _("This refusal has been contested already, once."),
    "petitions.too_late_to_appeal": _("The time to contest this refusal is over. You may write another petition."),
    "petitions.not_appealed": _("Nobody has contested this decision."),
    "petitions.not_of_the_bureau": _("This is for the members of the council's bureau."),
}
