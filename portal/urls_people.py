"""Addresses of people, grants, roles, teams and named groups."""

from django.urls import URLPattern, path

from portal.views.people import (
    ending,
    everywhere,
    granting,
    group_members,
    groups,
    many,
    matrix,
    person,
    roles,
    team_members,
    teams,
)

HERE = "o/<uuid:organization_id>/"
PEOPLE = f"{HERE}people/"
PERSON = f"{PEOPLE}<uuid:person_id>/"
GRANT = f"{PEOPLE}grants/<uuid:grant_id>/"
ROLE = f"{HERE}roles/<uuid:role_id>/"
TEAM = f"{HERE}teams/<uuid:team_id>/"
GROUP = f"{HERE}groups/<uuid:group_id>/"

urlpatterns: list[URLPattern] = [
    path("people/", everywhere.all_people, name="all_people"),
    path(PEOPLE, matrix.people, name="people"),
    path(f"{HERE}people.csv", matrix.people_csv, name="people_csv"),
    path(f"{PEOPLE}grants/new/", granting.grant_new, name="grant_new"),
    path(f"{PEOPLE}grants/preview/", granting.grant_preview, name="grant_preview"),
    path(f"{PEOPLE}grants/several/", many.grant_several, name="grant_several"),
    path(f"{GRANT}change/", granting.grant_change, name="grant_change"),
    path(f"{GRANT}revoke/", ending.grant_revoke, name="grant_revoke"),
    path(PERSON, person.person, name="person"),
    path(f"{PERSON}remove/", person.person_remove, name="person_remove"),
    path(f"{HERE}roles/", roles.roles, name="roles"),
    path(f"{HERE}roles/new/", roles.role_new, name="role_new"),
    path(ROLE, roles.role_change, name="role"),
    path(f"{ROLE}retire/", ending.role_retire, name="role_retire"),
    path(f"{HERE}teams/", teams.teams, name="teams"),
    path(f"{HERE}teams/new/", teams.team_new, name="team_new"),
    path(TEAM, teams.team, name="team"),
    path(f"{TEAM}rename/", teams.team_rename, name="team_rename"),
    path(f"{TEAM}add/", team_members.team_add, name="team_add"),
    path(f"{TEAM}<uuid:person_id>/remove/", team_members.team_remove, name="team_remove"),
    path(f"{TEAM}retire/", ending.team_retire, name="team_retire"),
    path(f"{HERE}groups/", groups.groups, name="groups"),
    path(f"{HERE}groups/new/", groups.group_new, name="group_new"),
    path(GROUP, groups.group, name="group"),
    path(f"{GROUP}rename/", groups.group_rename, name="group_rename"),
    path(f"{GROUP}change/", group_members.group_change, name="group_change"),
    path(f"{GROUP}retire/", ending.group_retire, name="group_retire"),
]
