"""A browser in which somebody has signed in, both steps: where the way in is not what the test tells."""

from django.test import Client

from beffroi.apps.roll import second_factor
from beffroi.apps.roll.models import Account


def let_in(client: Client, account: Account) -> None:
    """Her session, as signing in leaves it."""
    client.force_login(account)
    session = client.session
    second_factor.pass_it(session, account)
    session.save()
