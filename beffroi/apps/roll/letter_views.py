"""Letters with a sign-in code: signing in by one, asking for one, printing them."""

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from beffroi.apps.roll import counter_acts, letter_codes, pausing
from beffroi.apps.roll.acting import COUNTER, Request
from beffroi.apps.roll.entering import after_of, enter
from beffroi.apps.roll.forms import LetterForm
from beffroi.apps.roll.models import Person
from beffroi.apps.roll.perms import is_clerk, may_act_at_counter, requires, requires_acting
from beffroi.core.errors import Refused
from beffroi.web.refusals import sentence

PRINTERS = _("This page is for the agents of the counter and the secretariat.")
WRONG = 422


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def by_letter(request: HttpRequest) -> HttpResponse:
    """The code of the letter and her birth date. The letter is used up when both are right, never by reading."""
    form, after = LetterForm(request.POST or None), after_of(request)
    if request.method == "POST" and form.is_valid():
        begun, given = time.monotonic(), form.cleaned_data
        try:
            account = letter_codes.enter(given["letter"], given["birth_date"], timezone.now())
        except Refused as refused:
            form.add_error("letter", sentence(refused))
            pausing.pause(begun)
        else:
            pausing.pause(begun)
            return enter(request, account, after)
    return render(request, "roll/by_letter.html", {"form": form, "after": after}, status=WRONG if form.errors else 200)


@require_POST
@requires_acting
def letter(request: Request) -> HttpResponse:
    """At home: asks for a letter, which the town hall prints. At the counter: prints it at once."""
    acting, now = request.acting, timezone.now()
    assert acting is not None
    if acting.channel != COUNTER or acting.agent is None:
        letter_codes.ask(acting.person, now)
        messages.success(request, _("The town hall will send you a letter."))
        return redirect("roll:access")
    code = letter_codes.print_one(acting.person, acting.agent, now)
    counter_acts.note(acting, "access.letter", now)
    return _letters(request, [(acting.person, code)])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(lambda account: may_act_at_counter(account) or is_clerk(account), PRINTERS)
def letters(request: Request) -> HttpResponse:
    """The letters that were asked for; printing them makes their codes, which no screen shows again."""
    assert request.account is not None
    rows, now = letter_codes.waiting(), timezone.now()
    if request.method == "POST" and rows:
        present = [row.person for row in rows if not letter_codes.has_left(row.person, now)]
        return _letters(request, [(one, letter_codes.print_one(one, request.account, now)) for one in present])
    return render(request, "roll/letters.html", {"rows": rows})


def _letters(request: HttpRequest, printed: list[tuple[Person, str]]) -> HttpResponse:
    now = timezone.now()
    context = {"printed": printed, "until": letter_codes.valid_until(now), "site": request.get_host()}
    answer = render(request, "roll/letter.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
