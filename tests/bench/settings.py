"""The house's settings, on a scratch database file, with Django's admin beside it as the peer of the list page."""

from __future__ import annotations

import tempfile
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, STORAGES

INSTALLED_APPS = ["django.contrib.admin", *INSTALLED_APPS, "tests.bench.peer"]
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
ROOT_URLCONF = "tests.bench.urls"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
LOGGING = {"version": 1, "disable_existing_loggers": True, "root": {"level": "CRITICAL"}}
# Django's test database on SQLite lies in memory; people's does not.
DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.mkdtemp(prefix="kontor-bench-")) / "bench.sqlite3")}
if "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": f"bench_{DATABASES['default']['NAME']}"}
