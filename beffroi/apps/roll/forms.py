"""The forms of signing in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from beffroi.apps.roll.models import Account

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_DAY = _("Day, month, year: 27 3 1988.")
_SIGNS = _("Sixteen letters and digits. Spaces may be left out.")


def birth_date_field(required: bool = True, help_text: "str | StrPromise" = _DAY) -> forms.Field:
    """A birth date as people write it."""
    return forms.DateField(
        label=_("Your birth date"),
        required=required,
        help_text=help_text,
        input_formats=["%d/%m/%Y", "%d %m %Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d"],
        error_messages={
            "required": _("Write your birth date."),
            "invalid": _("Write the day, the month and the year with four digits: 27 3 1988."),
        },
        widget=forms.DateInput(attrs={"autocomplete": "bday", "class": "w-m"}),
    )


def letter_field(required: bool = True, help_text: "str | StrPromise" = _SIGNS) -> forms.Field:
    """The code of a paper letter."""
    return forms.CharField(
        label=_("The code of your letter"),
        required=required,
        max_length=40,
        help_text=help_text,
        error_messages={"required": _("Write the code of your letter.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


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


class NewAddressForm(forms.Form):
    email = forms.EmailField(
        label=_("The new e-mail address"),
        max_length=254,
        help_text=_("A code leaves for it: she or he must be able to read it now."),
        error_messages={
            "required": _("Write the e-mail address."),
            "invalid": _("Write a whole e-mail address, such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code"),
        max_length=40,
        help_text=_("Six digits, or twenty if the letter says so. Spaces may be left out."),
        error_messages={"required": _("Write the digits of the code.")},
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
    birth_date = birth_date_field(
        required=False, help_text=_("Day, month, year: 27 3 1988. If you have a letter, write its code instead.")
    )
    letter = letter_field(required=False, help_text=_("Only if you have received one by post."))

    def __init__(self, data: QueryDict | None = None, *, accounts: Sequence[Account]) -> None:
        super().__init__(data)
        # First names only: the code shows that the mailbox is hers, not yet who she is.
        choices = [(account.pk, account.person.first_name) for account in accounts if account.person]
        field = self.fields["account"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("birth_date") and not given.get("letter") and "birth_date" not in self.errors:
            self.add_error("birth_date", _("Write your birth date, or the code of your letter."))
        return given


class LetterForm(forms.Form):
    letter = letter_field()
    birth_date = birth_date_field()
