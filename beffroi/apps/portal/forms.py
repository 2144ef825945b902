"""The desk's one form."""

from django import forms
from django.utils.translation import gettext_lazy as _

NAME = {"autocomplete": "off", "maxlength": 120}


class PersonSearch(forms.Form):
    """Posted, never in an address: a name is personal data."""

    last = forms.CharField(label=_("Last name"), max_length=120, widget=forms.TextInput(NAME))
    first = forms.CharField(label=_("First name"), max_length=120, required=False, widget=forms.TextInput(NAME))
    year = forms.IntegerField(
        label=_("Year of birth"),
        min_value=1850,
        max_value=2200,
        required=False,
        error_messages={"invalid": _("Write the year with four digits.")},
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "maxlength": 4, "class": "w-s"}),
    )
