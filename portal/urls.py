"""The portal's addresses. The organization is in the URL, never in the session: two tabs cannot mix."""

from django.urls import URLPattern, path

from portal.views import activity, drift, health, home, mirror, organization, organizations, styleguide

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("", home.home, name="home"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations.csv", organizations.organizations_csv, name="organizations_csv"),
    path("o/<uuid:organization_id>/", organization.organization, name="organization"),
    path("o/<uuid:organization_id>/progress/", organization.organization_progress, name="organization_progress"),
    path("o/<uuid:organization_id>/activity/", activity.activity, name="activity"),
    path("o/<uuid:organization_id>/drift/", drift.drift, name="drift"),
    path("o/<uuid:organization_id>/drift/<slug:decision>/", drift.drift_decision, name="drift_decision"),
    path("o/<uuid:organization_id>/mirror/<int:mirror_id>/retry/", mirror.mirror_retry, name="mirror_retry"),
    path("mirror/", mirror.mirror, name="mirror"),
    path("mirror/retry/", mirror.mirror_retry_all, name="mirror_retry_all"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
