"""The portal's addresses. The organization is in the URL, never in the session: two tabs cannot mix."""

from django.urls import URLPattern, path

from portal.views import (
    addresses,
    billing,
    created,
    health,
    home,
    key,
    key_actions,
    key_reveal,
    keys,
    mirror,
    organizations,
    styleguide,
    theme,
    wizard,
)
from portal.views.organization import activity, delegation, drift, edit, live, logo, overview, retire

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("", home.home, name="home"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations.csv", organizations.organizations_csv, name="organizations_csv"),
    path("o/<uuid:organization_id>/", overview.overview, name="organization"),
    path("o/<uuid:organization_id>/progress/", overview.organization_progress, name="organization_progress"),
    path("o/<uuid:organization_id>/activity/", activity.activity, name="activity"),
    path("o/<uuid:organization_id>/drift/", drift.drift, name="drift"),
    path("o/<uuid:organization_id>/drift/<slug:decision>/", drift.drift_decision, name="drift_decision"),
    path("o/<uuid:organization_id>/mirror/<int:mirror_id>/retry/", mirror.mirror_retry, name="mirror_retry"),
    path("mirror/", mirror.mirror, name="mirror"),
    path("mirror/retry/", mirror.mirror_retry_all, name="mirror_retry_all"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("theme/", theme.theme, name="theme"),
    path("organizations/new/", wizard.start, name="wizard_start"),
    path("organizations/new/<uuid:draft_id>/discard/", wizard.discard, name="wizard_discard"),
    path("organizations/new/<uuid:draft_id>/<slug:step>/", wizard.step, name="wizard_step"),
    path("o/<uuid:organization_id>/created/", created.created, name="wizard_done"),
    path("o/<uuid:organization_id>/edit/", edit.edit, name="organization_edit"),
    path("o/<uuid:organization_id>/delegation/", delegation.delegation, name="organization_delegation"),
    path("o/<uuid:organization_id>/live/", live.live, name="organization_live"),
    path("o/<uuid:organization_id>/retire/", retire.retire, name="organization_retire"),
    path("o/<uuid:organization_id>/logo/", logo.edit, name="organization_logo"),
    path("o/<uuid:organization_id>/logo/<slug:digest>.png", logo.serve, name="logo"),
    path("keys/", keys.inventory, name="keys"),
    path("o/<uuid:organization_id>/keys/", keys.organization_keys, name="organization_keys"),
    path("o/<uuid:organization_id>/keys/new/", key.key_new, name="key_new"),
    path("o/<uuid:organization_id>/keys/<uuid:key_id>/", key.key, name="key"),
    path("o/<uuid:organization_id>/keys/<uuid:key_id>/reveal/", key_reveal.key_reveal, name="key_reveal"),
    path("o/<uuid:organization_id>/keys/<uuid:key_id>/disable/", key_actions.key_disable, name="key_disable"),
    path("o/<uuid:organization_id>/keys/<uuid:key_id>/enable/", key_actions.key_enable, name="key_enable"),
    path("o/<uuid:organization_id>/keys/<uuid:key_id>/replace/", key_actions.key_rotate, name="key_rotate"),
    path("o/<uuid:organization_id>/keys/<uuid:key_id>/delete/", key_actions.key_delete, name="key_delete"),
    path("o/<uuid:organization_id>/billing/", billing.billing, name="billing"),
    path("o/<uuid:organization_id>/billing/change/", billing.billing_change, name="billing_change"),
    path("o/<uuid:organization_id>/billing/addresses/new/", addresses.address_new, name="address_new"),
    path("o/<uuid:organization_id>/billing/addresses/<uuid:address_id>/", addresses.address_edit, name="address_edit"),
    path(
        "o/<uuid:organization_id>/billing/addresses/<uuid:address_id>/remove/",
        addresses.address_delete,
        name="address_delete",
    ),
]
