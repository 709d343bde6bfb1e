"""Composition: settings, URLs, the Celery app and the launcher. The top floor; nobody imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
