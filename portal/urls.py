"""The portal's addresses. The organization is in the URL, never in the session: two tabs cannot mix."""

from django.urls import URLPattern, path

from portal.views import health, styleguide

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
