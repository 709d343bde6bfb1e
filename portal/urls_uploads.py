"""Addresses of uploaded files, and of the webhook that DataCash calls."""

from django.urls import URLPattern, path

from portal.views.uploads import actions, listing, page, upload, webhook

HERE = "o/<uuid:organization_id>/uploads/"
UPLOAD = f"{HERE}<uuid:import_id>/"

urlpatterns: list[URLPattern] = [
    path(HERE, listing.uploads, name="uploads"),
    path(f"{HERE}new/", upload.upload_new, name="upload_new"),
    path(UPLOAD, page.upload, name="upload"),
    path(f"{UPLOAD}columns/", actions.upload_columns, name="upload_columns"),
    path(f"{UPLOAD}apply/", actions.upload_apply, name="upload_apply"),
    path(f"{UPLOAD}discard/", actions.upload_discard, name="upload_discard"),
    path(f"{UPLOAD}rows-to-fix.csv", page.upload_fix, name="upload_fix"),
    path("webhooks/datacash/<slug:token>/", webhook.datacash, name="datacash_webhook"),
]
