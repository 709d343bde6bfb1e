"""What follows from signing in and out, and from changes of an account: session keys, ended sessions, the record of it.

allauth and Django tell of these by signals; everything that listens to them stands here.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from organizations.choices import SecurityVerb
from organizations.services import end_other_sessions, follow_session, note_event
from portal.sign_in import limits
from portal.sign_in.freshness import note_proof, note_second_factor

ADDED = {
    Authenticator.Type.TOTP: SecurityVerb.APP_ADDED,
    Authenticator.Type.WEBAUTHN: SecurityVerb.PASSKEY_ADDED,
    Authenticator.Type.RECOVERY_CODES: SecurityVerb.CODES_REPLACED,
}
REMOVED = {
    Authenticator.Type.TOTP: SecurityVerb.APP_REMOVED,
    Authenticator.Type.WEBAUTHN: SecurityVerb.PASSKEY_REMOVED,
}


def note(request: HttpRequest, user: Any, verb: SecurityVerb) -> None:
    """Write one security event with where the request came from."""
    note_event(user, verb, ip=get_adapter().get_client_ip(request), user_agent=request.headers.get("User-Agent", ""))


def session_began(request: HttpRequest, user: Any, **_: Any) -> None:
    """A person has signed in, by whatever way: the clocks of the session start."""
    limits.begin(request)
    note_proof(request)
    seen = any(record["method"] == "mfa" for record in get_authentication_records(request, user))
    note_second_factor(request, given=seen)


def signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    note(request, user, SecurityVerb.SIGNED_IN)


def signed_out(request: HttpRequest, user: Any, **_: Any) -> None:
    if user is not None and user.is_authenticated:
        note(request, user, SecurityVerb.SIGNED_OUT)


def step_done(request: HttpRequest, user: Any, method: str, **more: Any) -> None:
    """Somebody who is signed in has proved again who they are."""
    if not more.get("reauthenticated") or request.user != user:
        return
    note_proof(request)
    if method == "mfa":
        note_second_factor(request, given=True)
    note(request, user, SecurityVerb.CONFIRMED)
    renew(request)


def password_changed(request: HttpRequest, user: Any, **_: Any) -> None:
    """All other sessions end; this one has got another key already."""
    note(request, user, SecurityVerb.PASSWORD_CHANGED)
    end_other_sessions(user, but=request.session.session_key)


def password_reset(request: HttpRequest, user: Any, **_: Any) -> None:
    """Whoever knew the old password is out everywhere. Second factors stay."""
    note(request, user, SecurityVerb.PASSWORD_RESET)
    end_other_sessions(user, but=None)


def email_changed(request: HttpRequest, user: Any, **_: Any) -> None:
    note(request, user, SecurityVerb.EMAIL_CHANGED)


def factor_added(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """The session has just seen the new factor. It goes on under another key."""
    note(request, user, ADDED[Authenticator.Type(authenticator.type)])
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    note_second_factor(request, given=True)
    renew(request)


def factor_removed(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Without any factor left no session has one: the others end, this one is asked anew if an organization demands it."""
    verb = REMOVED.get(Authenticator.Type(authenticator.type))
    if verb:
        note(request, user, verb)
    if not Authenticator.objects.filter(user=user).exists():
        note_second_factor(request, given=False)
        end_other_sessions(user, but=request.session.session_key)
    renew(request)


def codes_replaced(request: HttpRequest, user: Any, **_: Any) -> None:
    note(request, user, SecurityVerb.CODES_REPLACED)


def code_refused(request: HttpRequest, user: Any, **_: Any) -> None:
    note(request, user, SecurityVerb.CODE_REFUSED)


def factor_used(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        note(request, user, SecurityVerb.CODE_SPENT)


def sign_on_linked(request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    note(request, sociallogin.user, SecurityVerb.SIGN_ON_LINKED)


def renew(request: HttpRequest) -> None:
    """Give the session another key after a proof (ASVS 5.0, 7.2.4); the list of sessions follows it."""
    old = request.session.session_key
    request.session.cycle_key()
    follow_session(old, request.session.session_key or "")


LISTENERS = (
    (auth.user_logged_in, session_began),
    (account.user_logged_in, signed_in),
    (auth.user_logged_out, signed_out),
    (account.authentication_step_completed, step_done),
    (account.password_changed, password_changed),
    (account.password_set, password_changed),
    (account.password_reset, password_reset),
    (account.email_changed, email_changed),
    (account.email_added, email_changed),
    (account.email_removed, email_changed),
    (mfa.authenticator_added, factor_added),
    (mfa.authenticator_removed, factor_removed),
    (mfa.authenticator_reset, codes_replaced),
    (mfa.authenticator_used, factor_used),
    (mfa.authentication_failed, code_refused),
    (social.social_account_added, sign_on_linked),
)


def listen() -> None:
    """Called once, when all apps are ready."""
    for signal, listener in LISTENERS:
        signal.connect(listener, dispatch_uid=f"kontor.{listener.__name__}")
