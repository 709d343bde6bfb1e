"""The portal's addresses. The organization is in the URL, never in the session: two tabs cannot mix."""

from django.urls import URLPattern, path

from portal.views import (
    addresses,
    billing,
    connect,
    credentials,
    health,
    key,
    key_actions,
    key_reveal,
    keys,
    styleguide,
)

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
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
    path("connect/", connect.connect, name="connect"),
    path("o/<uuid:organization_id>/credentials/", credentials.credentials, name="credentials"),
    path("o/<uuid:organization_id>/credentials/new/", credentials.credential_new, name="credential_new"),
    path(
        "o/<uuid:organization_id>/credentials/<uuid:credential_id>/replace/",
        credentials.credential_replace,
        name="credential_replace",
    ),
    path(
        "o/<uuid:organization_id>/credentials/<uuid:credential_id>/remove/",
        credentials.credential_remove,
        name="credential_remove",
    ),
]
