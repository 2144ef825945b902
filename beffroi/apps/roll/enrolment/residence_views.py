"""My address: confirm it once a year, declare another one, say that I leave. At home, or in front of an agent."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from beffroi.apps.roll import counter_acts
from beffroi.apps.roll.acting import COUNTER, Request
from beffroi.apps.roll.enrolment import residence
from beffroi.apps.roll.enrolment.forms import Departure, NewAddress
from beffroi.apps.roll.enrolment.models import Address, Move
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.perms import requires_acting
from beffroi.core.errors import Refused
from beffroi.web.refusals import sentence

WRONG = 422


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@requires_acting
def my_address(request: Request) -> HttpResponse:
    """Her address, its history, and what she can say about it."""
    assert request.acting is not None
    acting, now = request.acting, timezone.now()
    move, departure = NewAddress(), Departure()
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step in _PLAIN:
            _PLAIN[step](acting, now)
            counter_acts.note(acting, _NOTED[step], now)
            messages.success(request, _TOLD[step]())
            return redirect("roll:my_address")
        if step == "move":
            move = NewAddress(request.POST)
            if move.is_valid() and _declared(request, move):
                return redirect("roll:my_address")
        elif step == "leave":
            departure = Departure(request.POST)
            if departure.is_valid() and _leaves(request, departure):
                return redirect("roll:my_address")
    wrong = bool(move.errors or departure.errors)
    context = _context(acting.person, timezone.localdate(now)) | {"move": move, "departure": departure}
    context["at_counter"] = acting.channel == COUNTER
    return render(request, "roll/enrolment/address.html", context, status=WRONG if wrong else 200)


_PLAIN = {"confirm": residence.confirm_residence, "withdraw": residence.withdraw_move}
_NOTED = {"confirm": "residence.confirmed", "withdraw": "residence.move_withdrawn"}
_TOLD = {
    "confirm": lambda: _("Thank you. Nothing changes for another year."),
    "withdraw": lambda: _("The new address is taken back."),
}


def _declared(request: Request, form: NewAddress) -> bool:
    assert request.acting is not None
    given = form.cleaned_data
    try:
        residence.declare_move(request.acting, given["street"], given["moved_on"], timezone.now())
    except Refused as refused:
        form.add_error("moved_on" if refused.rule == "residence.move_day" else None, sentence(refused))
        return False
    counter_acts.note(request.acting, "residence.move", timezone.now())
    messages.success(request, _("The new address waits for an agent, who confirms it with a proof of residence."))
    return True


def _leaves(request: Request, form: Departure) -> bool:
    assert request.acting is not None
    try:
        residence.declare_departure(request.acting, form.cleaned_data["on"], timezone.now())
    except Refused as refused:
        form.add_error("on" if refused.rule == "residence.departure_day" else None, sentence(refused))
        return False
    counter_acts.note(request.acting, "residence.departure", timezone.now())
    messages.success(request, _("Your departure is noted. You can take it back until that day."))
    return True


def _context(person: Person, today: date) -> dict[str, Any]:
    # The row as it is now: what the session knows may be of before the act.
    row = Person.objects.select_related("neighbourhood", "station").get(pk=person.pk)
    return {
        "person": row,
        "past": Address.objects.filter(person=row).select_related("neighbourhood").order_by("-until"),
        "here_since": residence.here_since(row),
        "waiting": Move.objects.filter(person=row, state=Move.State.WAITING).first(),
        "confirm_by": None if row.is_elector else residence.confirm_by(row, today),
        "leaves": row.left_on if row.left_on and row.left_on > today else None,
    }
