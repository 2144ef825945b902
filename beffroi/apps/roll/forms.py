"""The forms of signing in."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.models import Account


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("The one you gave to the town hall. It is never shown, and never stands in the address of a page."),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("Write a whole e-mail address, such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code"),
        max_length=20,
        help_text=_("Six digits. The space in the middle may be left out."),
        error_messages={"required": _("Write the six digits of the code.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "w-m", "spellcheck": "false"}
        ),
    )


class SecondCodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code of your app"),
        max_length=30,
        help_text=_("Six digits. Your telephone is lost? Write one of your recovery codes instead."),
        error_messages={"required": _("Write the six digits that your app shows.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "w-m", "spellcheck": "false"}),
    )


class FirstSecondCodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code that your app shows now"),
        max_length=20,
        help_text=_("Six digits, another one every thirty seconds."),
        error_messages={"required": _("Write the six digits that your app shows.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "w-m", "spellcheck": "false"}
        ),
    )


class WhoForm(forms.Form):
    account = forms.TypedChoiceField(
        label=_("Who are you?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say which person you are.")},
    )
    birth_date = forms.DateField(
        label=_("Your birth date"),
        help_text=_("Day, month, year: 27 3 1988."),
        input_formats=["%d/%m/%Y", "%d %m %Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d"],
        error_messages={
            "required": _("Write your birth date."),
            "invalid": _("Write the day, the month and the year with four digits: 27 3 1988."),
        },
        widget=forms.DateInput(attrs={"autocomplete": "bday", "class": "w-m"}),
    )

    def __init__(self, data: QueryDict | None = None, *, accounts: Sequence[Account]) -> None:
        super().__init__(data)
        # First names only: the code shows that the mailbox is hers, not yet who she is.
        choices = [(account.pk, account.person.first_name) for account in accounts if account.person]
        field = self.fields["account"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = choices
