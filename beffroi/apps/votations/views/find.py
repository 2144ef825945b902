"""The votation that an address names."""

from django.http import Http404

from beffroi.apps.votations.models import Votation
from beffroi.apps.votations.queries import UNCALLED

State = Votation.State


def called(number: str) -> Votation:
    """A votation that the public may see: one that has been called. 404 for any other."""
    votation = Votation.objects.filter(number=number).exclude(state__in=UNCALLED).first()
    if votation is None:
        raise Http404
    return votation


def any_state(number: str) -> Votation:
    """A votation, drafts included: for the clerk."""
    votation = Votation.objects.filter(number=number).first()
    if votation is None:
        raise Http404
    return votation
