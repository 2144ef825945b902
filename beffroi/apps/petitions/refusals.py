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
    "petitions.struck_off": _(
        "The verification panel has struck this signature off. It can be given again at the town hall's counter, in "
        "person."
    ),
    "petitions.too_many_from_here": _(
        "Many persons have signed from this device within the hour. Sign from another one, a little later, or at the "
        "town hall's counter."
    ),
    "petitions.line_not_to_judge": _("Line {at_fault} is not to be judged, or its check is over."),
    "petitions.own_line": _("You entered line {at_fault} yourself: somebody else compares it with the sheet."),
    "petitions.own_signature": _("Line {at_fault} is your own signature: somebody else compares it with the sheet."),
    "petitions.own_act": _("This signal is about your own acts: another member of the panel decides on it."),
    "petitions.signal_decided": _("This signal has been decided on already."),
    "petitions.nothing_to_strike": _("Choose at least one signature that still counts."),
    "petitions.too_many_sheets": _(
        "Too many sheets of this petition are printed and not back yet. Hand some in first."
    ),
    "petitions.sheet_printed": _("The sheet {at_fault} has not been handed in yet."),
    "petitions.sheet_not_received": _("The sheet {at_fault} has not been handed in yet."),
    "petitions.sheet_received": _(
        "The sheet {at_fault} was handed in already. If you hold another paper, it is a copy."
    ),
    "petitions.sheet_entered": _(
        "The sheet {at_fault} was handed in already. If you hold another paper, it is a copy."
    ),
    "petitions.sheet_differs": _("Two agents have read the sheet {at_fault} already. What differs is to be settled."),
    "petitions.sheet_agreed": _("The sheet {at_fault} is entered and agreed on: nothing of it changes any more."),
    "petitions.sheet_lost": _("The sheet {at_fault} was declared lost. Hand it in first."),
    "petitions.sheet_refused": _("The sheet {at_fault} was refused."),
    "petitions.no_such_line": _("The sheet has no filled line {at_fault}. Correct the number of filled lines first."),
    "petitions.line_read": _("Lines after line {at_fault} have been read already: they cannot be counted away."),
    "petitions.line_settled": _("Line {at_fault} is settled already."),
    "petitions.lines_missing": _("These lines have not been read yet: {at_fault}."),
    "petitions.two_agents_read": _("Two agents are reading the sheet {at_fault} already. Take another one."),
    "petitions.reading_done": _("You have finished the sheet {at_fault}. A colleague reads it now."),
    "petitions.still_reading": _("Somebody reads the sheet {at_fault} at this moment. Take another one."),
    "petitions.no_reading": _("Nobody of that name is reading the sheet {at_fault}."),
    "petitions.not_what_was_read": _("On line {at_fault}, choose one of the two readings, or a reason for refusing."),
    "petitions.too_many_lookups": _(
        "The register was asked too often for one sheet. Type the whole name and the year, then Enter."
    ),
    "petitions.not_verified": _("The signatures have not been verified, so nothing can be caused yet."),
    "petitions.too_busy": _("Others did the same thing at the same instant. Nothing was recorded: please try again."),
    "petitions.not_an_elector": _(
        "A recall is for the persons on the electoral roll, who alone sign it. The town hall says how to register."
    ),
    "petitions.under_18": _("A recall is for the electors: you must be 18 on that day."),
    "petitions.no_legal_request": _("A recall puts nothing to the council, so it takes no legal request."),
    "petitions.no_recall_here": _("There is no recall here: it needs an electoral roll and a charter to sign."),
    "petitions.charter_not_signed": _(
        "{at_fault} has not signed the charter: no recall can concern her or him. The page of the charter says who did."
    ),
    "petitions.not_in_office": _("{at_fault} is no longer in office."),
    "petitions.recall_open": _(
        "Another petition already asks for the end of this mandate. One at a time: you can sign that one."
    ),
    "petitions.not_a_recall": _("Only the official whom a recall concerns replies to it, and this is none."),
    "petitions.reply_closed": _("The reply can no longer be changed: the vote has opened, or the petition is over."),
    "petitions.reply_unchanged": _("This is the reply that stands already, word for word."),
    "petitions.other_neighbourhood": _(
        "This petition is for the residents of one neighbourhood, and the register says that you live in another one."
    ),
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
    "petitions.refused_it_herself": _(
        "Whoever refused a petition does not decide on its appeal. Another member of the bureau does."
    ),
    "petitions.not_of_the_bureau": _("This is for the members of the council's bureau."),
}
