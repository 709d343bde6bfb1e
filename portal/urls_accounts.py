"""The addresses of signing in. allauth's pages are named one by one: a new release opens no door by itself."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.urls import URLPattern, path, re_path
from django.views.generic import RedirectView

from portal.http import fresh, signed_in
from portal.sign_in.evenly import evenly
from portal.views.account import sign_in, sign_on

to_account = signed_in(RedirectView.as_view(pattern_name="portal:account"))

urlpatterns: list[URLPattern] = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("signup/", evenly(account.signup), name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm-email/", account.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("email/", fresh(account.email), name="account_email"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", fresh(account.password_change), name="account_change_password"),
    path("password/set/", fresh(account.password_set), name="account_set_password"),
    path("password/reset/", evenly(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    # second factors
    path("2fa/", to_account, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/app/add/", fresh(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/app/remove/", fresh(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/codes/", fresh(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("2fa/codes/new/", fresh(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("2fa/passkeys/", to_account, name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", fresh(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/passkeys/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/passkeys/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", fresh(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/passkeys/<int:pk>/edit/", fresh(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    # single sign-on
    path("sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sso/<str:provider_id>/", sign_on.start, name="openid_connect_login"),
    path("sso/<str:provider_id>/back/", sign_on.back, name="openid_connect_callback"),
]
