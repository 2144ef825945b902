"""{% paper_totals petition as paper %}: the sheets of a petition, each accounted for."""

from django import template

from beffroi.apps.petitions import sheet_queries
from beffroi.apps.petitions.models import Petition

register = template.Library()


@register.simple_tag
def paper_totals(petition: Petition) -> sheet_queries.Totals:
    """Three queries, none when the page does not ask."""
    return sheet_queries.totals(petition)
