"""The portal's addresses. The organization is in the URL, never in the session: two tabs cannot mix."""

from django.urls import URLPattern, path

from portal import (
    urls_account,
    urls_activity,
    urls_connections,
    urls_dashboard_people,
    urls_invitations,
    urls_notifications,
    urls_people,
    urls_receipts,
    urls_registers,
    urls_statistics,
    urls_uploads,
)
from portal.views import (
    addresses,
    billing,
    billing_drift,
    connect,
    created,
    credentials,
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
    why,
    wizard,
)
from portal.views.organization import drift, edit, live, logo, overview, retire

app_name = "portal"

HERE = "o/<uuid:organization_id>/"
DRAFT = "organizations/new/<uuid:draft_id>/"
KEY = f"{HERE}keys/<uuid:key_id>/"
ADDRESS = f"{HERE}billing/addresses/<uuid:address_id>/"
CREDENTIAL = f"{HERE}credentials/<uuid:credential_id>/"

urlpatterns: list[URLPattern] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("theme/", theme.theme, name="theme"),
    path("", home.home, name="home"),
    path("connect/", connect.connect, name="connect"),
    path("keys/", keys.inventory, name="keys"),
    path("mirror/", mirror.mirror, name="mirror"),
    path("mirror/retry/", mirror.mirror_retry_all, name="mirror_retry_all"),
    path("organizations/", organizations.organizations, name="organizations"),
    path("organizations.csv", organizations.organizations_csv, name="organizations_csv"),
    path("organizations/new/", wizard.start, name="wizard_start"),
    path(f"{DRAFT}discard/", wizard.discard, name="wizard_discard"),
    path(f"{DRAFT}<slug:step>/", wizard.step, name="wizard_step"),
    # one organization
    path(HERE, overview.overview, name="organization"),
    path(f"{HERE}progress/", overview.organization_progress, name="organization_progress"),
    path(f"{HERE}created/", created.created, name="wizard_done"),
    path(f"{HERE}edit/", edit.edit, name="organization_edit"),
    path(f"{HERE}live/", live.live, name="organization_live"),
    path(f"{HERE}retire/", retire.retire, name="organization_retire"),
    path(f"{HERE}logo/", logo.edit, name="organization_logo"),
    path(f"{HERE}logo/<slug:digest>.png", logo.serve, name="logo"),
    path(f"{HERE}drift/", drift.drift, name="drift"),
    path(f"{HERE}drift/<slug:decision>/", drift.drift_decision, name="drift_decision"),
    path(f"{HERE}mirror/<int:mirror_id>/retry/", mirror.mirror_retry, name="mirror_retry"),
    path(f"{HERE}people/why/", why.why, name="why"),
    # its API keys
    path(f"{HERE}keys/", keys.organization_keys, name="organization_keys"),
    path(f"{HERE}keys/new/", key.key_new, name="key_new"),
    path(KEY, key.key, name="key"),
    path(f"{KEY}reveal/", key_reveal.key_reveal, name="key_reveal"),
    path(f"{KEY}disable/", key_actions.key_disable, name="key_disable"),
    path(f"{KEY}enable/", key_actions.key_enable, name="key_enable"),
    path(f"{KEY}replace/", key_actions.key_rotate, name="key_rotate"),
    path(f"{KEY}delete/", key_actions.key_delete, name="key_delete"),
    # its billing
    path(f"{HERE}billing/", billing.billing, name="billing"),
    path(f"{HERE}billing/change/", billing.billing_change, name="billing_change"),
    path(f"{HERE}billing/drift/", billing_drift.billing_drift, name="billing_drift"),
    path(f"{HERE}billing/drift/<slug:decision>/", billing_drift.billing_drift_decision, name="billing_drift_decision"),
    path(f"{HERE}billing/addresses/new/", addresses.address_new, name="address_new"),
    path(ADDRESS, addresses.address_edit, name="address_edit"),
    path(f"{ADDRESS}remove/", addresses.address_delete, name="address_delete"),
    # the keys Kontor works with
    path(f"{HERE}credentials/", credentials.credentials, name="credentials"),
    path(f"{HERE}credentials/new/", credentials.credential_new, name="credential_new"),
    path(f"{CREDENTIAL}replace/", credentials.credential_replace, name="credential_replace"),
    path(f"{CREDENTIAL}remove/", credentials.credential_remove, name="credential_remove"),
    # its people in fiskaly's dashboard
    *urls_dashboard_people.urlpatterns,
    # what was done
    *urls_activity.urlpatterns,
    # who may do what
    *urls_people.urlpatterns,
    # who comes in, and what is delegated
    *urls_invitations.urlpatterns,
    # who signs in, and how
    *urls_account.urlpatterns,
    # what people are told
    *urls_notifications.urlpatterns,
    # what they sell
    *urls_connections.urlpatterns,
    *urls_registers.urlpatterns,
    *urls_statistics.urlpatterns,
    *urls_uploads.urlpatterns,
    *urls_receipts.urlpatterns,
]
