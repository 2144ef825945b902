"""One line per app: each owns its paths, and the portal, being the roof, comes last."""

from django.urls import include, path

urlpatterns = [
    path("", include("beffroi.web.urls")),
    path("", include("beffroi.apps.gazette.urls")),
    path("", include("beffroi.apps.letters.urls")),
    path("", include("beffroi.apps.roll.urls")),
    path("", include("beffroi.apps.assemblies.urls")),
    path("", include("beffroi.apps.votations.urls")),
    path("", include("beffroi.apps.petitions.urls")),
    path("", include("beffroi.apps.portal.urls")),
]

handler400 = "beffroi.web.views.bad_request"
handler403 = "beffroi.web.views.permission_denied"
handler404 = "beffroi.web.views.not_found"
handler500 = "beffroi.web.views.server_error"
