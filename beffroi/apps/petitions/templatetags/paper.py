"""{% paper_totals petition as paper %}: the sheets of a petition, each accounted for, and the doors to them."""

from typing import Any

from django import template

from beffroi.apps.petitions import perms, sheet_queries
from beffroi.apps.petitions.models import Petition

register = template.Library()


@register.simple_tag
def paper_totals(petition: Petition) -> sheet_queries.Totals:
    """Three queries, none when the page does not ask."""
    return sheet_queries.totals(petition)


@register.simple_tag(takes_context=True)
def paper_doors(context: dict[str, Any], petition: Petition) -> dict[str, bool]:
    """Whether the reader may print sheets of this petition, and see those that came back."""
    request = context["request"]
    account, acting = getattr(request, "account", None), getattr(request, "acting", None)
    is_open = petition.state == Petition.State.OPEN
    return {
        "print": is_open and perms.may_print_sheets(petition, account, acting),
        "read": acting is None and perms.may_settle(account),
    }
