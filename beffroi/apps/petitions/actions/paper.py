"""Paper sheets: each line is a signature or a coded refusal."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from beffroi.apps.petitions.actions.signing import sign_for
from beffroi.apps.petitions.actions.state import must_be_open
from beffroi.apps.petitions.models import PaperLine, Petition, Signature
from beffroi.apps.roll.models import Account, Person
from beffroi.core.errors import Malformed, Refused


@transaction.atomic
def enter_line(
    petition: Petition,
    sheet: str,
    line: int,
    agent: Account,
    person: Person | None,
    refusal: str,
    now: datetime,
    legal: bool = False,
) -> PaperLine:
    """One line of a paper sheet: a signature when the person is found and may sign, a coded refusal otherwise."""
    must_be_open(petition, now)
    if person is None and refusal not in PaperLine.Refusal.values:
        raise Malformed("refusal", refusal[:20], ", ".join(PaperLine.Refusal.values))
    if PaperLine.objects.filter(petition=petition, sheet=sheet, line=line).exists():
        raise Refused("petitions.line_entered", f"{sheet}/{line}")
    signature = None
    if person is not None:
        signature, refusal = _paper_signature(petition, person, agent, now, legal)
    try:
        with transaction.atomic():
            return PaperLine.objects.create(
                petition=petition,
                sheet=sheet,
                line=line,
                agent=agent,
                signature=signature,
                refusal=refusal,
                entered_at=now,
            )
    except IntegrityError:  # the same line from two desks at the same instant; the signature goes back with it
        raise Refused("petitions.line_entered", f"{sheet}/{line}") from None


# What refuses a person who signs on paper -> the published code of the line.
_LINE_CODES: Final = {
    "petitions.already_signed": PaperLine.Refusal.ALREADY_SIGNED,
    "petitions.too_young": PaperLine.Refusal.TOO_YOUNG,
    "petitions.not_on_roll": PaperLine.Refusal.NOT_ON_ROLL,
    "petitions.left": PaperLine.Refusal.NOT_ON_ROLL,
    "petitions.other_neighbourhood": PaperLine.Refusal.NOT_ON_ROLL,
}


def _paper_signature(
    petition: Petition, person: Person, agent: Account, now: datetime, legal: bool
) -> tuple[Signature | None, str]:
    try:
        return sign_for(petition, person, Signature.Channel.PAPER, agent, now, legal).signature, ""
    except Refused as refused:
        if refused.rule in {"petitions.not_elector", "petitions.legal_request_used", "petitions.no_legal_request"}:
            # The box that she ticked does not hold; her signature does.
            return _paper_signature(petition, person, agent, now, legal=False)
        if refused.rule not in _LINE_CODES:
            raise
        return None, _LINE_CODES[refused.rule]
