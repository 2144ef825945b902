"""The secretariat says which members the council has designated for its bureau."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from beffroi.apps.assemblies import actions, queries
from beffroi.apps.assemblies.models import Assembly
from beffroi.apps.roll.acting import Request
from beffroi.apps.roll.perms import CLERKS, is_clerk, requires


@never_cache
@require_http_methods(["GET", "POST"])
@requires(is_clerk, CLERKS)
def bureau(request: Request, slug: str) -> HttpResponse:
    """Whoever presides is of it; the others are ticked."""
    assembly, now = get_object_or_404(Assembly, slug=slug), timezone.now()
    if request.method == "POST":
        chosen = {int(key) for key in request.POST.getlist("members") if key.isdecimal() and len(key) < 10}
        actions.designate_bureau(assembly, chosen, now)
        messages.success(request, _("The bureau is recorded. The journal says how many they are."))
        return redirect("assemblies:bureau", assembly.slug)
    members = list(queries.in_office(assembly, timezone.localdate(now)))
    context = {"section": "councils", "assembly": assembly, "members": members}
    return render(request, "assemblies/bureau.html", context)
