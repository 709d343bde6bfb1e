"""The portal's addresses. The organization is in the URL, never in the session: two tabs cannot mix."""

from django.urls import URLPattern, path

from portal.views import created, health, styleguide, theme, wizard
from portal.views.organization import delegation, edit, live, logo, retire

app_name = "portal"

ONE = "o/<uuid:organization_id>/"

urlpatterns: list[URLPattern] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("theme/", theme.theme, name="theme"),
    path("organizations/new/", wizard.start, name="wizard_start"),
    path("organizations/new/<uuid:draft_id>/discard/", wizard.discard, name="wizard_discard"),
    path("organizations/new/<uuid:draft_id>/<slug:step>/", wizard.step, name="wizard_step"),
    path(f"{ONE}created/", created.created, name="wizard_done"),
    path(f"{ONE}edit/", edit.edit, name="organization_edit"),
    path(f"{ONE}delegation/", delegation.delegation, name="organization_delegation"),
    path(f"{ONE}live/", live.live, name="organization_live"),
    path(f"{ONE}retire/", retire.retire, name="organization_retire"),
    path(f"{ONE}logo/", logo.edit, name="organization_logo"),
    path(f"{ONE}logo/<slug:digest>.png", logo.serve, name="logo"),
]
