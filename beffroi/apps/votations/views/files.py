"""The published files, byte for byte. What never changes once it exists may be kept by caches."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from beffroi.apps.votations import archive, group, queries
from beffroi.apps.votations.views.find import called

FOR_EVER = "public, max-age=31536000, immutable"
JSON = "application/json"


def _file(content: bytes | memoryview | str | None) -> HttpResponse:
    if not content:
        raise Http404
    answer = HttpResponse(content if isinstance(content, str) else bytes(content), content_type=JSON)
    answer["Cache-Control"] = FOR_EVER
    return answer


@require_safe
def rules(request: HttpRequest, number: str) -> HttpResponse:
    """The frozen rules, exactly the text whose fingerprint is in the journal."""
    return _file(called(number).rules)


@require_safe
def election(request: HttpRequest, number: str) -> HttpResponse:
    """The election's public parameters: what a ballot is closed with."""
    return _file(called(number).election)


@require_safe
def trustees(request: HttpRequest, number: str) -> HttpResponse:
    """The trustees' public keys with their proofs."""
    votation = called(number)
    return _file(votation.trustees)


@require_safe
def ceremony_file(request: HttpRequest, number: str, records: str) -> HttpResponse:
    """What all members of the group have handed in at one step, a record a line: not before the last one is there."""
    found = group.of(called(number))
    step = records.removesuffix("s")
    if found is None or step not in group.SHARED or not records.endswith("s") or not found.is_complete(step):
        raise Http404
    answer = HttpResponse(found.lines(step), content_type="application/x-ndjson")
    answer["Content-Disposition"] = f'attachment; filename="{records}.jsonl"'
    answer["Cache-Control"] = "no-cache"  # another file when the ceremony begins anew
    return answer


@require_safe
def credentials(request: HttpRequest, number: str) -> HttpResponse:
    """The public credentials, once they are fixed."""
    votation = called(number)
    return _file(votation.credentials if votation.ready_at else None)


@require_safe
def tally(request: HttpRequest, number: str) -> HttpResponse:
    """The encrypted tally, which the trustees decrypt."""
    return _file(called(number).encrypted_tally)


@require_safe
def second_proofs(request: HttpRequest, number: str) -> HttpResponse:
    """The second proofs of the archive's decryptions, once there is a decision."""
    return _file(archive.second_proofs(called(number)))


@require_safe
def archive_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """The whole chain up to now, in Belenios' format."""
    votation = called(number)
    if votation.ready_at is None:
        raise Http404
    answer = StreamingHttpResponse(archive.archive_bytes(votation), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{queries.archive_name(votation)}"'
    answer["Cache-Control"] = "no-cache"
    return answer
