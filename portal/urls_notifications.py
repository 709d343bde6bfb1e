"""Addresses of notifications: a person's own, and following an object of an organization."""

from django.urls import URLPattern, path

from portal.views.notifications import follow, listing, settings, snooze

urlpatterns: list[URLPattern] = [
    path("notifications/", listing.notifications, name="notifications"),
    path("notifications/bell/", listing.bell, name="notification_bell"),
    path("notifications/read/", listing.read_all, name="notifications_read"),
    path("notifications/<int:notice>/read/", listing.read, name="notification_read"),
    path("notifications/<int:notice>/snooze/", snooze.snooze_notice, name="notification_snooze"),
    path("notifications/snoozes/<uuid:snooze_id>/end/", snooze.snooze_end, name="snooze_end"),
    path("notifications/settings/", settings.notification_settings, name="notification_settings"),
    path("notifications/settings/routes/", settings.route, name="notification_route"),
    path("notifications/settings/<uuid:line_id>/remove/", settings.remove, name="subscription_remove"),
    path("o/<uuid:organization_id>/follow/<slug:what>/<uuid:object_id>/", follow.follow, name="follow"),
]
