"""Addresses of the record."""

from django.urls import URLPattern, path

from portal.views.activity import event, files, listing

HERE = "o/<uuid:organization_id>/activity"

urlpatterns: list[URLPattern] = [
    path("activity/", listing.all_activity, name="all_activity"),
    path("activity.csv", files.all_activity_csv, name="all_activity_csv"),
    path(f"{HERE}/", listing.activity, name="activity"),
    path(f"{HERE}.csv", files.activity_csv, name="activity_csv"),
    path(f"{HERE}.jsonl", files.activity_jsonl, name="activity_jsonl"),
    path(f"{HERE}/<int:number>/", event.event, name="event"),
]
