"""The addresses of a person's own account, and of an organization's sign-in."""

from django.urls import URLPattern, path

from portal.views import sign_on
from portal.views.account import access, overview, sessions

HERE = "o/<uuid:organization_id>/sign-in/"

urlpatterns: list[URLPattern] = [
    path("account/", overview.account, name="account"),
    path("account/second-factor/", overview.second_factor, name="second_factor"),
    path("account/confirmed/", overview.confirmed, name="confirmed"),
    path("account/access/<uuid:grant_id>/give-up/", access.access_give_up, name="access_give_up"),
    path("account/sessions/end/", sessions.sessions_end, name="sessions_end"),
    path("account/sessions/<int:session_id>/end/", sessions.session_end, name="session_end"),
    path(HERE, sign_on.sign_on, name="sign_on"),
    path(f"{HERE}second-factor/", sign_on.second_factor_demand, name="second_factor_demand"),
    path(f"{HERE}remove/", sign_on.sign_on_remove, name="sign_on_remove"),
]
