"""All addresses. What each one demands is declared at its view; tests/portal/test_doors.py walks them all."""

from django.urls import include, path

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"

urlpatterns = [
    path("accounts/", include("portal.urls_accounts")),
    path("", include("portal.urls")),
]
