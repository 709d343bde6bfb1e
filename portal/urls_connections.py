"""Addresses of the sources of sales."""

from django.urls import URLPattern, path

from portal.views.connections import actions, backfills, connect, listing, page, webhook

HERE = "o/<uuid:organization_id>/"
CONNECTION = f"{HERE}connections/<uuid:connection_id>/"
BACKFILL = f"{HERE}backfills/<uuid:backfill_id>/"

urlpatterns: list[URLPattern] = [
    path("connections/", listing.all_connections, name="all_connections"),
    path(f"{HERE}connections/", listing.connections, name="connections"),
    path(f"{HERE}connections/new/", connect.connection_new, name="connection_new"),
    path(f"{HERE}connections/new/<slug:source>/", connect.connection_connect, name="connection_connect"),
    path(CONNECTION, page.connection, name="connection"),
    path(f"{CONNECTION}try/", actions.connection_try, name="connection_try"),
    path(f"{CONNECTION}read/", actions.connection_read, name="connection_read"),
    path(f"{CONNECTION}describe/", actions.connection_describe, name="connection_describe"),
    path(f"{CONNECTION}replace/", actions.connection_replace, name="connection_replace"),
    path(f"{CONNECTION}remove/", actions.connection_remove, name="connection_remove"),
    path(f"{CONNECTION}webhook/", webhook.connection_webhook, name="connection_webhook"),
    path(f"{CONNECTION}webhook/remove/", webhook.connection_webhook_remove, name="connection_webhook_remove"),
    path(f"{CONNECTION}backfill/", backfills.backfill_new, name="backfill_new"),
    path(f"{BACKFILL}pause/", backfills.backfill_pause, name="backfill_pause"),
    path(f"{BACKFILL}resume/", backfills.backfill_resume, name="backfill_resume"),
    path(f"{BACKFILL}cancel/", backfills.backfill_cancel, name="backfill_cancel"),
]
