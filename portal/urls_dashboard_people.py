"""Addresses of the people in fiskaly's dashboard. No e-mail address ever stands in one."""

from django.urls import URLPattern, path

from portal.views import dashboard_people, dashboard_people_actions

HERE = "o/<uuid:organization_id>/people/fiskaly/"
PERSON = f"{HERE}<uuid:dashboard_user_id>/"
UNKNOWN = f"{HERE}unknown/<uuid:remote_id>/"

urlpatterns: list[URLPattern] = [
    path(HERE, dashboard_people.dashboard_people, name="dashboard_people"),
    path(f"{HERE}invite/", dashboard_people.invite, name="dashboard_people_invite"),
    path(f"{HERE}read/", dashboard_people.read, name="dashboard_people_read"),
    path(f"{PERSON}remove/", dashboard_people_actions.remove, name="dashboard_person_remove"),
    path(f"{PERSON}invite/", dashboard_people_actions.invite_anew, name="dashboard_person_invite"),
    path(f"{PERSON}address/", dashboard_people_actions.take_address, name="dashboard_person_address"),
    path(f"{UNKNOWN}adopt/", dashboard_people_actions.adopt, name="unknown_person_adopt"),
    path(f"{UNKNOWN}remove/", dashboard_people_actions.remove_stranger, name="unknown_person_remove"),
]
