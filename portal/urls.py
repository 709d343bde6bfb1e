"""The portal's addresses. The organization is in the URL, never in the session: two tabs cannot mix."""

from django.urls import URLPattern, path

from portal.views import health, organizations, styleguide

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations.csv", organizations.organizations_csv, name="organizations_csv"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
