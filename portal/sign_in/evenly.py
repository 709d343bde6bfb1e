"""Answers that take the same time whether there is an account or not (ASVS 5.0, 6.3.8).

Looking at both cases to do the same work is never done: a mail more, a row more. So these answers wait until a time has
passed that is longer than either takes. The number of tries is limited, so few of them wait at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def evenly(view: View, *, only_refusals: bool = False) -> View:
    """Have a POST take at least EVEN_SECONDS. `only_refusals`: not if it leads on, as a sign-in that succeeds does."""

    @wraps(view)
    def timed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        began = time.monotonic()
        response = view(request, *args, **kwargs)
        if request.method == "POST" and not (only_refusals and response.status_code == 302):
            time.sleep(max(0.0, settings.EVEN_SECONDS - (time.monotonic() - began)))
        return response

    return timed
