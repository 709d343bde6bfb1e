"""The Celery app. Its settings are the CELERY_ ones of `config.settings`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("kontor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Beat only rings: a slot in the database lets each job run once, however many beats there are, and the sweep does what
# beat did not ring for.
app.conf.beat_schedule = {
    "compare": {"task": "fiscal.tasks.compare_due", "schedule": 600.0, "options": {"expires": 600}},
    "roll_up": {"task": "fiscal.tasks.roll_up", "schedule": 15.0, "options": {"expires": 15}},
    "keep_statistics": {"task": "fiscal.tasks.keep_statistics", "schedule": 21600.0, "options": {"expires": 3600}},
    "verify": {"task": "fiscal.tasks.verify", "schedule": 60.0, "options": {"expires": 60}},
    "check-files": {"task": "fiscal.tasks.check_files", "schedule": 15.0, "options": {"expires": 15}},
    "tidy": {"task": "fiscal.tasks.tidy", "schedule": 60.0, "options": {"expires": 60}},
    "attest": {"task": "fiscal.tasks.attest", "schedule": 3600.0, "options": {"expires": 600}},
    "verify-records": {"task": "fiscal.tasks.verify_records", "schedule": 600.0, "options": {"expires": 600}},
    "prune-records": {"task": "fiscal.tasks.prune_records", "schedule": 86400.0, "options": {"expires": 3600}},
    "send-invitations": {"task": "fiscal.tasks.send_invitations", "schedule": 15.0, "options": {"expires": 15}},
    "keep-people": {"task": "fiscal.tasks.keep_people", "schedule": 60.0, "options": {"expires": 60}},
    "tell": {"task": "fiscal.tasks.tell", "schedule": 15.0, "options": {"expires": 15}},
    "send-notices": {"task": "fiscal.tasks.send_notices", "schedule": 60.0, "options": {"expires": 60}},
    "tidy-notifications": {
        "task": "fiscal.tasks.tidy_notifications",
        "schedule": 86400.0,
        "options": {"expires": 3600},
    },
    "send-reports": {"task": "fiscal.tasks.send_reports", "schedule": 300.0, "options": {"expires": 300}},
}
