"""Settings. Everything that differs between machines comes from the environment; see docs/settings.md.

Two ways to run: the embedded default (SQLite, our own broker on a unix socket, the sandbox as provider) and
production (PostgreSQL, Redis, the real providers), chosen by KONTOR_PRODUCTION.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import environment
from config.environment import env

environment.refuse_unknown_names()

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = environment.boolean("KONTOR_PRODUCTION", default=False)
DEBUG = environment.boolean("KONTOR_DEBUG", default=False)
DATA_DIR = environment.path("KONTOR_DATA_DIR", default=BASE_DIR / ".data")
PORT = int(environment.number("KONTOR_PORT", default=8000, least=1))
SANDBOX_PORT = int(environment.number("KONTOR_SANDBOX_PORT", default=8010, least=1))


def _required_in_production(name: str, embedded: str) -> str:
    value = os.environ.get(name)
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production.")
    return embedded


# --- secrets ---------------------------------------------------------------------------------------------------
# The embedded default derives its keys from a published word: it holds only sandbox data, and a check refuses it
# in production.
_EMBEDDED_WORD = b"kontor embedded default, never for production"
SECRET_KEY = _required_in_production("KONTOR_SECRET_KEY", hashlib.sha256(_EMBEDDED_WORD).hexdigest())


def _embedded_key(purpose: bytes = b"") -> str | None:
    if PRODUCTION:
        return None
    return "embedded:" + base64.b64encode(hashlib.sha256(_EMBEDDED_WORD + purpose).digest()).decode()


VAULT_KEYS = environment.keys("KONTOR_VAULT_KEYS", default=_embedded_key())
AUDIT_KEYS = environment.keys("KONTOR_AUDIT_KEYS", default=_embedded_key(b", the record"))

# --- applications ----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "csp",
    "organizations",
    "billing",
    "fiscal",
    "portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.RequestIdMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.PageMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
            # Cotton's loader first, and named here: APP_DIRS would hide it.
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "django.templatetags.i18n", "portal.templatetags.kontor"],
        },
    }
]

# --- database --------------------------------------------------------------------------------------------------
# SQLite: WAL and IMMEDIATE together leave no "database is locked" under web and workers; DEFERRED does not.
DATABASES = {
    "default": env.db_url_config(_required_in_production("DATABASE_URL", f"sqlite:///{DATA_DIR / 'kontor.sqlite3'}"))
}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database.setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    )
else:
    _database.update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- broker, cache, sessions ------------------------------------------------------------------------------------------
# A unix socket path may not be longer than 107 bytes, and a data folder may be deep: so it lies in the temporary folder.
BROKER_SOCKET = Path(tempfile.gettempdir()) / f"kontor-{hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:16]}.sock"
REDIS_URL = _required_in_production("REDIS_URL", "")
# The cache counts sign-in attempts. It lies in the database: people can sign in while the broker is away, and the limits
# hold all the same.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kontor_cache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Celery is only the doorbell: the database says what is due, and the sweep finds it without any message. Each value
# answers a loss or a double run that was measured; tests/house/test_celery_settings.py pins them.
_transport = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
}
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{BROKER_SOCKET}"
CELERY_BROKER_TRANSPORT_OPTIONS = _transport
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_RESULT_BACKEND = None
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_SOFT_TIME_LIMIT = 180
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# What people wait for never stands behind the reading of somebody's sales: those have a queue and workers of their own.
CELERY_TASK_ROUTES = {
    f"fiscal.tasks.{name}": {"queue": "sales"}
    for name in ("read_sales", "roll_up", "keep_statistics", "verify", "send_reports", "check_files")
}
CELERY_TASK_PUBLISH_RETRY = False  # a page never waits for the broker: the sweep finds what was not rung for
CELERY_TIMEZONE = "UTC"

# --- people and sign-in ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_REDIRECT_URL = "portal:home"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "portal.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
# Sign-in attempts are counted by the visitor's address. Behind a proxy everybody would have the proxy's: one attacker
# could use up the attempts of all. So the address is read from X-Forwarded-For, as many steps back as there are proxies.
ALLAUTH_TRUSTED_PROXY_COUNT = int(environment.number("KONTOR_TRUSTED_PROXIES", default=1 if PRODUCTION else 0))
# Whoever tries a key asks fiskaly, which limits logins: nobody may use Kontor to guess.
ACCOUNT_RATE_LIMITS = {"try_credential": "10/m/user,60/h/user,60/h/ip"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
EMAIL_CONFIG = env.email_url_config(os.environ.get("KONTOR_EMAIL_URL") or "consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = os.environ.get("KONTOR_FROM_EMAIL") or "Kontor <kontor@localhost>"

# --- language and time -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "Europe/Vienna"
USE_TZ = True

# --- static files ----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- browser security ------------------------------------------------------------------------------------------
_hosts = _required_in_production("KONTOR_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ALLOWED_HOSTS = [host.strip() for host in _hosts if host.strip()]
# Mails are written where no request says under which address the portal is reached.
PUBLIC_URL = environment.site(
    "KONTOR_PUBLIC_URL", _required_in_production("KONTOR_PUBLIC_URL", f"http://127.0.0.1:{PORT}")
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600  # seconds since sign-in; the browser forgets it earlier, when it is closed
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- providers -------------------------------------------------------------------------------------------------
# fiskaly publishes neither a request limit nor every host, so both are settings (contracts: "where a contract is
# assumed, the value is a setting").
MANAGEMENT_URL = os.environ.get("KONTOR_MANAGEMENT_URL") or (
    "https://dashboard.fiskaly.com/api/v0" if PRODUCTION else f"http://127.0.0.1:{SANDBOX_PORT}/management/api/v0"
)
MANAGEMENT_RATE = environment.number("KONTOR_MANAGEMENT_RATE", default=0)  # requests a second; 0: only what 429 teaches
# Kassandro's paper names neither hosts nor token paths, and one header; DataCash's are what one client uses.
_SANDBOX = "" if PRODUCTION else f"http://127.0.0.1:{SANDBOX_PORT}"
SANDBOX_URL = _SANDBOX  # where its own pages begin; '' where there is none
KASSANDRO_URL = os.environ.get("KONTOR_KASSANDRO_URL") or (f"{_SANDBOX}/kassandro/api" if _SANDBOX else "")
KASSANDRO_HEADER = os.environ.get("KONTOR_KASSANDRO_HEADER") or "kassandra-token"
KASSANDRO_TOKEN_PATHS = {
    "ACCOUNT": os.environ.get("KONTOR_KASSANDRO_ACCOUNT_TOKEN_PATH") or "/token/account",
    "REGISTER": os.environ.get("KONTOR_KASSANDRO_REGISTER_TOKEN_PATH") or "/token/cashregister",
}
KASSANDRO_TIMES = environment.choice("KONTOR_KASSANDRO_TIMES", default="offset", allowed={"offset", "naive"})
KASSANDRO_LIMIT = int(environment.number("KONTOR_KASSANDRO_LIMIT", default=1000, least=1))  # receipts a page
KASSANDRO_RATE = environment.number("KONTOR_KASSANDRO_RATE", default=0)  # as MANAGEMENT_RATE
DATACASH_URL = os.environ.get("KONTOR_DATACASH_URL") or (
    f"{_SANDBOX}/datacash/api/dco" if _SANDBOX else "https://dwadmin.telnetdata.it/api/dco"
)
DATACASH_INVOICE_URL = os.environ.get("KONTOR_DATACASH_INVOICE_URL") or (
    f"{_SANDBOX}/datacash/api/invoiceApi" if _SANDBOX else "https://dwadmin.telnetdata.it/api/invoiceApi"
)
DATACASH_HEADER = os.environ.get("KONTOR_DATACASH_HEADER") or "Datacash-Key"
DATACASH_RATE = environment.number("KONTOR_DATACASH_RATE", default=0)

# --- statistics ------------------------------------------------------------------------------------------------
READ_MINUTES = environment.number("KONTOR_READ_MINUTES", default=5, least=0.05)  # between two rounds of a connection
REREAD_DAYS = int(environment.number("KONTOR_REREAD_DAYS", default=7, least=1))  # closed days read again: late receipts
REREAD_MONTHS = int(
    environment.number("KONTOR_REREAD_MONTHS", default=13)
)  # settled days are read again, slowly; 0: not
RAW_DAYS = int(environment.number("KONTOR_RAW_DAYS", default=30))  # raw pages are kept so long; 0: not at all
RECEIPT_MONTHS = int(environment.number("KONTOR_RECEIPT_MONTHS", default=0))  # older receipts are dropped; 0: never

# --- the record --------------------------------------------------------------------------------------------------------
CHECKPOINT_FILE = environment.path("KONTOR_CHECKPOINT_FILE", default=DATA_DIR / "checkpoints.jsonl")
RECORD_MONTHS = int(environment.number("KONTOR_RECORD_MONTHS", default=0))  # older entries are removed; 0: never

# --- the rest --------------------------------------------------------------------------------------------------
REVEAL_MINUTES = environment.number("KONTOR_REVEAL_MINUTES", default=24 * 60, least=1)  # an unseen secret is wiped then
CRASH_AT = os.environ.get("KONTOR_CRASH_AT", "")  # fault tests only: the process dies at this named step

# --- logs ------------------------------------------------------------------------------------------------------
_LEVEL = environment.choice(
    "KONTOR_LOG_LEVEL", default="INFO", allowed={"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"secret_addresses": {"()": "portal.logs.WithoutSecretAddresses"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["secret_addresses"]},
    },
    "root": {"handlers": ["console"], "level": _LEVEL},
}
