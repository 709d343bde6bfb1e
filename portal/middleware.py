"""What every request and every answer carries."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from organizations.access import reading_once
from organizations.audit.asked import Asked, asking

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request an id of ours (never the client's), in the answer and in the record.

    The record also gets the visitor's address, as sign-in counts it, and what the browser calls itself.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        with asking(self._asked(request)):
            response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    def _asked(self, request: HttpRequest) -> Asked:
        try:
            address = get_adapter(request).get_client_ip(request)
        except (PermissionDenied, ImproperlyConfigured):  # sign-in refuses it in its own words; the record names none
            address = ""
        agent = "".join(sign for sign in request.headers.get("User-Agent", "")[:200] if sign.isprintable())
        return Asked(request.request_id, address[:45], agent)  # type: ignore[attr-defined]


class PageMiddleware:
    """Headers of pages, one reading of the person's roads, and the whole page to sign-in when a session ended."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.login_path = resolve_url(settings.LOGIN_URL)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # What is written may change where the writer's own roads lead: only who reads asks for them once.
        with reading_once() if request.method in {"GET", "HEAD"} else nullcontext():
            response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_cache=True)
        return self._whole_page_to_sign_in(request, response)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _named: Any) -> None:
        """Refuse a zero byte: PostgreSQL holds no such text, and no person types one.

        What no form sends is judged by its own view: reading the body here would leave it none.
        """
        sent = [request.GET] if getattr(view, "csrf_exempt", False) else [request.GET, request.POST]
        if any("\0" in text for form in sent for name, texts in form.lists() for text in (name, *texts)):
            raise BadRequest("A zero byte in an address or a form.")

    def _whole_page_to_sign_in(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A log-in form inside a table cell helps nobody: send the browser there, and back to its page afterwards."""
        htmx = getattr(request, "htmx", None)
        to_login = response.status_code == 302 and urlsplit(response.headers["Location"]).path == self.login_path
        if not htmx or not to_login:
            return response
        page = htmx.current_url_abs_path or "/"
        if not url_has_allowed_host_and_scheme(page, allowed_hosts=None):
            page = "/"
        return HttpResponseClientRedirect(f"{self.login_path}?{urlencode({'next': page})}")
