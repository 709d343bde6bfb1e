"""OWASP ASVS 5.0.0, chapters 6 (authentication) and 7 (session management), levels 1 and 2, and some of level 3.

Each requirement has its tests, or where it holds by design, or why it does not apply. `test_asvs.py` makes sure that all are
here and that every test that is named exists.
"""

from __future__ import annotations

REQUIRED = (
    "6.1.1 6.1.2 6.1.3 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.2.9 6.2.10 6.2.11 6.2.12 6.3.1 6.3.2 6.3.3 6.3.4 "
    "6.4.1 6.4.2 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 "
    "7.1.1 7.1.2 7.1.3 7.2.1 7.2.2 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2"
).split()
"""All of levels 1 and 2 in both chapters."""

PASSWORDS = "tests/portal/sign_in/test_passwords.py::"
FACTORS = "tests/portal/sign_in/test_second_factors.py::"
SESSIONS = "tests/portal/sign_in/test_sessions.py::"
SIGN_IN = "tests/portal/sign_in/test_signing_in.py::"
SIGN_ON = "tests/portal/sign_in/test_single_sign_on.py::"
AGAIN = "tests/portal/sign_in/test_proving_again.py::"
DEMAND = "tests/portal/sign_in/test_demanding_a_second_factor.py::"
DANGEROUS = "tests/portal/test_dangerous_doors.py::"
DOORS = "tests/portal/test_doors.py::"

TESTED = {
    "6.1.2": [f"{PASSWORDS}test_short_common_and_obvious_passwords_are_refused"],
    "6.2.1": [f"{PASSWORDS}test_short_common_and_obvious_passwords_are_refused"],
    "6.2.2": [f"{SESSIONS}test_a_changed_password_ends_all_other_sessions"],
    "6.2.3": [f"{PASSWORDS}test_changing_the_password_asks_for_the_present_one"],
    "6.2.4": [f"{PASSWORDS}test_short_common_and_obvious_passwords_are_refused"],
    "6.2.5": [f"{PASSWORDS}test_any_kind_of_long_password_is_taken"],
    "6.2.6": [f"{PASSWORDS}test_password_fields_hide_what_is_typed_and_let_managers_and_pasting_work"],
    "6.2.7": [f"{PASSWORDS}test_password_fields_hide_what_is_typed_and_let_managers_and_pasting_work"],
    "6.2.8": [f"{PASSWORDS}test_a_password_is_taken_exactly_as_it_was_typed"],
    "6.2.9": [f"{PASSWORDS}test_any_kind_of_long_password_is_taken"],
    "6.2.11": [f"{PASSWORDS}test_short_common_and_obvious_passwords_are_refused"],
    "6.3.1": [
        f"{PASSWORDS}test_a_thousand_tries_against_one_account_come_to_ten",
        f"{PASSWORDS}test_a_thousand_tries_across_accounts_from_one_address_are_stopped",
        f"{PASSWORDS}test_who_guesses_does_not_lock_the_owner_out_of_a_known_browser",
        f"{PASSWORDS}test_a_success_does_not_clear_the_counter_of_the_address",
        f"{FACTORS}test_codes_cannot_be_guessed",
    ],
    "6.3.3": [
        f"{FACTORS}test_with_an_app_the_password_alone_is_not_enough",
        f"{DEMAND}test_everybody_on_every_road_is_led_to_it_at_the_next_request",
    ],
    "6.3.4": [
        f"{SIGN_ON}test_a_second_factor_set_up_here_is_asked_for_after_it_too",
        f"{SIGN_ON}test_an_enforced_domain_signs_in_that_way_and_owners_keep_a_way_back",
        f"{DOORS}test_every_url_declares_a_policy",
    ],
    "6.3.8": [
        f"{SIGN_IN}test_the_second_step_is_the_same_for_an_address_without_an_account",
        f"{SIGN_IN}test_a_wrong_password_is_answered_as_an_unknown_address_is",
        f"{PASSWORDS}test_an_unknown_address_costs_a_hash_as_a_known_one_does",
        f"{PASSWORDS}test_signing_up_costs_a_hash_and_says_the_same_for_a_taken_address",
        f"{PASSWORDS}test_asking_for_a_reset_says_the_same_and_writes_to_both",
    ],
    "6.4.3": [f"{FACTORS}test_a_reset_password_does_not_take_the_second_factor_away"],
    "6.4.6": [f"{PASSWORDS}test_no_page_lets_anybody_choose_the_password_of_somebody_else"],
    "6.5.1": [
        f"{FACTORS}test_a_code_is_good_once",
        f"{FACTORS}test_the_code_that_added_the_app_signs_nobody_in",
        f"{FACTORS}test_recovery_codes_are_shown_once_and_each_signs_in_once",
    ],
    "6.5.5": [f"{FACTORS}test_a_code_is_over_with_its_thirty_seconds"],
    "6.8.1": [
        f"{SIGN_ON}test_a_provider_cannot_speak_for_people_of_another_domain",
        f"{SIGN_ON}test_an_unconfirmed_domain_serves_only_who_was_let_in_there_and_nowhere_else",
    ],
    "6.8.2": [f"{SIGN_ON}test_what_the_provider_did_not_sign_for_this_person_and_for_us_is_refused"],
    "6.8.4": [f"{SIGN_ON}test_who_signed_in_that_way_proves_it_that_way_again"],
    "7.2.4": [
        f"{SIGN_IN}test_the_session_gets_another_key_when_somebody_signs_in",
        f"{AGAIN}test_a_proof_gives_the_session_another_key",
        f"{FACTORS}test_adding_a_factor_gives_the_session_another_key",
    ],
    "7.3.1": [
        f"{SESSIONS}test_an_idle_session_ends_after_three_hours",
        f"{SESSIONS}test_a_page_that_fetches_by_itself_keeps_no_session_alive",
    ],
    "7.3.2": [f"{SESSIONS}test_a_busy_session_ends_after_twelve_hours"],
    "7.4.1": [f"{SIGN_IN}test_signing_out_ends_the_session_and_has_the_browser_forget"],
    "7.4.2": [f"{SESSIONS}test_a_deactivated_person_is_out_at_the_next_request"],
    "7.4.3": [
        f"{SESSIONS}test_a_changed_password_ends_all_other_sessions",
        f"{FACTORS}test_removing_the_last_factor_ends_the_other_sessions_and_the_recovery_codes",
        f"{SESSIONS}test_all_others_can_be_ended_at_once",
    ],
    "7.4.4": [f"{DEMAND}test_signing_out_stays_possible"],
    "7.4.5": [f"{SESSIONS}test_an_operator_ends_the_sessions_of_one_person_or_of_everybody"],
    "7.5.1": [f"{DANGEROUS}test_every_dangerous_page_leads_to_the_proof_once_the_last_one_is_old"],
    "7.5.2": [
        f"{SESSIONS}test_the_list_shows_device_address_and_when_it_was_seen",
        f"{SESSIONS}test_one_session_can_be_ended",
        f"{DANGEROUS}test_exactly_the_dangerous_pages_ask_again_who_somebody_is",
    ],
    "7.5.3": [f"{DANGEROUS}test_every_dangerous_page_leads_to_the_proof_once_the_last_one_is_old"],
    "7.6.1": [f"{SIGN_ON}test_who_signed_in_that_way_proves_it_that_way_again"],
}

BY_DESIGN = {
    "6.1.1": "docs/operating.md, 'Signing in'; config/settings.py, ACCOUNT_RATE_LIMITS",
    "6.1.3": "docs/operating.md, 'Signing in'",
    "6.2.10": "no setting and no code lets a password expire",
    "6.2.12": "portal/sign_in/passwords.py: Django's 20,000 leaked passwords and what people make of them; no service is asked",
    "6.3.2": "nobody is created by a migration; the demo world refuses production (fiscal/checks.py)",
    "6.4.1": "no password is ever generated; links of reset and confirmation are random, expire and work once (allauth)",
    "6.4.2": "no field for a hint or a question exists",
    "6.4.4": "recovery codes, or an operator: docs/operating.md, 'Signing in'",
    "6.5.2": "recovery codes come of a seed of 320 random bits, sealed with AES-256-GCM; they are not hashed, since allauth "
    "derives them anew (portal/sign_in/factors.py)",
    "6.5.3": "allauth draws seeds and secrets from `secrets`",
    "6.5.4": "ten digits, 33 bits: config/settings.py, MFA_RECOVERY_CODE_DIGITS",
    "7.1.1": "docs/operating.md, 'Signing in'",
    "7.1.2": "docs/operating.md, 'Signing in': as many sessions as a person likes, all listed",
    "7.1.3": "docs/operating.md, 'Single sign-on'",
    "7.2.1": "sessions are rows of the database, read by Django for each request",
    "7.2.2": "Django's session keys are drawn at each sign-in",
    "7.2.3": "32 characters of 36 from a secure source: 165 bits (Django)",
    "7.6.2": "a sign-in begins with a button: tests/browser/test_passkeys.py, templates/account/login.html",
}

NOT_APPLICABLE = {
    "6.6.1": "nothing is sent by telephone or SMS",
    "6.6.2": "there is no out-of-band factor",
    "6.6.3": "there is no out-of-band factor",
    "6.8.3": "there is no SAML",
}
