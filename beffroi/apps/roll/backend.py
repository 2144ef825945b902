"""Who a session belongs to: the account, with the person whose it is, in one read."""

from django.contrib.auth.backends import ModelBackend

from beffroi.apps.roll.models import Account


class AccountBackend(ModelBackend):
    """Signing in is an e-mailed code (signing_in.py): this only finds the account of a session again."""

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.select_related("person").filter(pk=user_id, is_active=True).first()
