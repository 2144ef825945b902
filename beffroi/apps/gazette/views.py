"""The journal's pages, and the files with which anybody checks it without asking us."""

import re
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from beffroi.apps.gazette import keys, queries
from beffroi.apps.gazette.models import Checkpoint, Entry
from beffroi.apps.gazette.sentences import facts
from beffroi.core.journal.log import verify_entry

_SUBJECT = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", re.ASCII)
NOTHING = " "  # a subject that no leaf can name
FEED = 30


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """The ledger, newest first; ?objet=2026-001 keeps what names that public number."""
    asked = request.GET.get("objet", "").strip()[:64]
    subject = asked if not asked or _SUBJECT.fullmatch(asked) else NOTHING
    page = queries.entries(request.GET.get("page", "1"), subject)
    context = {"section": "journal", "page": page, "subject": asked, "head": queries.head()}
    return render(request, "gazette/journal.html", context)


@require_safe
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """One act: what it says, its leaf, and the proof that it is in the tree, computed anew for this page."""
    found = _inclusion(index, None)
    steps = verify_entry(found.leaf, found.proof, found.head.note.encode(), keys.vkey())
    context = {
        "section": "journal",
        "entry": found.entry,
        "facts": facts(found.entry.leaf),
        "found": found,
        "steps": steps,
        "verified": all(step.passed for step in steps),
        "size": found.head.size,
        "key": keys.vkey(),
        "site": _site(request),
    }
    return render(request, "gazette/entry.html", context)


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """How to check the journal alone, in plain words."""
    context = {"section": "journal", "head": queries.head(), "key": keys.vkey(), "site": _site(request)}
    return render(request, "gazette/verify.html", context)


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed head; ?taille=N gives an earlier one."""
    head = queries.head(_size(request))
    if head is None:
        raise Http404
    return _file(head.note.encode())


@require_safe
def entries(request: HttpRequest) -> HttpResponseBase:
    """Every leaf that the head covers, one a line, in order; ?taille=N gives the first N."""
    head = queries.head(_size(request))
    if head is None:
        raise Http404

    def lines() -> Iterator[bytes]:
        for one in queries.leaves(head.size):
            yield one + b"\n"

    answer = StreamingHttpResponse(lines(), content_type="application/jsonl")
    answer["Content-Disposition"] = 'attachment; filename="entries.jsonl"'
    return answer


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The public key of the journal: name+hash+base64."""
    if not keys.vkey():
        raise Http404
    return _file(f"{keys.vkey()}\n".encode())


@require_safe
def leaf(request: HttpRequest, index: int) -> HttpResponse:
    """The exact bytes that the tree hashes."""
    found = Entry.objects.filter(index=index).first()
    if found is None:
        raise Http404
    return HttpResponse(found.leaf.encode("ascii"), content_type="application/json")


@require_safe
def proof(request: HttpRequest, index: int) -> HttpResponse:
    """The inclusion proof under the head; ?taille=N under an earlier one."""
    return HttpResponse(_inclusion(index, _size(request)).proof, content_type="application/json")


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest acts, as an Atom feed."""
    newest = queries.latest(FEED)
    context = {"entries": newest, "site": _site(request), "self": request.build_absolute_uri(reverse("gazette:feed"))}
    return render(request, "gazette/feed.xml", context, content_type="application/atom+xml")


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _file(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="text/plain; charset=utf-8")


def _size(request: HttpRequest) -> int | None:
    asked = request.GET.get("taille", "")
    if not asked:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,17}", asked, re.ASCII):
        raise Http404
    return int(asked)


def _inclusion(index: int, size: int | None) -> queries.Inclusion:
    try:
        return queries.inclusion(index, size)
    except (Entry.DoesNotExist, Checkpoint.DoesNotExist):
        raise Http404 from None
