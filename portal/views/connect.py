"""Connecting the first organization with a key that a person made in fiskaly's dashboard."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from fiscal.queries.practice import sandbox_page
from fiscal.services import connect as connect_organization
from portal.http import PageRequest, signed_in
from portal.views.credentials import taken


@sensitive_post_parameters("key", "secret")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def connect(request: PageRequest) -> HttpResponse:
    """Take key and secret, ask fiskaly whose they are, and lead to that organization."""
    connected: list[UUID] = []

    @sensitive_variables("secret")
    def store(key: str, secret: str) -> None:
        organization = connect_organization(request.user, key=key, secret=secret, request_id=request.request_id)
        connected.append(organization.public_id)

    context = {"cancel_url": reverse("portal:organizations"), "sandbox_url": sandbox_page("FISKALY")}
    return taken(
        request,
        "portal/credentials/connect.html",
        context,
        store,
        lambda: reverse("portal:organization", args=connected),
    )
