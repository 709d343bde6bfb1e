"""Celery's settings answer losses and double runs that were measured: each value here has cost somebody a night."""

from __future__ import annotations

import re
from importlib import metadata

import pytest
from django.conf import settings

from config.celery import app
from tests.house.tree import named, python_files

PINNED = {
    # A killed process gives its task back: early acknowledgement and a lost child would lose it.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    # A task that was handed to somebody else is not continued here.
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    # Shorter than the visibility timeout, or a task would run twice at once.
    "task_time_limit": 240,
    "task_soft_time_limit": 180,
    "worker_soft_shutdown_timeout": 30,
    # Nobody waits for a result: pages read rows.
    "result_backend": None,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    # A page never waits for the broker.
    "task_publish_retry": False,
    "broker_connection_retry_on_startup": True,
}
TRANSPORT = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "health_check_interval": 10,
}


@pytest.mark.parametrize("name", PINNED)
def test_the_running_app_has_the_pinned_value(name):
    assert app.conf[name] == PINNED[name]


@pytest.mark.parametrize("name", TRANSPORT)
def test_the_transport_has_the_pinned_value(name):
    assert app.conf.broker_transport_options[name] == TRANSPORT[name]


def test_the_visibility_timeout_is_the_same_in_all_three_places():
    """The shortest one on a broker wins, and an unset one counts as the default."""
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] == 900
    assert settings.CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS["visibility_timeout"] == 900
    assert settings.CELERY_VISIBILITY_TIMEOUT == 900


def test_no_task_may_outlive_the_visibility_timeout():
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]


def test_the_release_whose_worker_ends_when_the_broker_drops_is_not_installed():
    """Celery 5.7.0 exits with code 1 when the broker goes away while a late-acknowledged task runs."""
    assert metadata.version("celery") != "5.7.0"


def test_nothing_is_put_on_the_broker_for_later_than_a_minute():
    """What is due later is a row with a time: a countdown beyond the visibility timeout fires again and again."""
    late = []
    for path in python_files():
        text = path.read_text()
        late += [
            f"{named(path)}: {found[0]}"
            for found in re.finditer(r"\bcountdown\s*=\s*(\d+)", text)
            if int(found[1]) > 60
        ]
        late += [f"{named(path)}: {found[0]}" for found in re.finditer(r"\bcountdown\s*=\s*[^\d\s].*", text)]
        late += [f"{named(path)}: {found[0]}" for found in re.finditer(r"\b(eta\s*=|default_retry_delay\s*=).*", text)]
    assert late == []


def test_nothing_is_pickled():
    assert [
        named(path)
        for path in python_files()
        if re.search(r"^\s*(import|from)\s+pickle\b", path.read_text(), re.MULTILINE)
    ] == []


def test_every_periodic_task_exists_and_expires_before_its_next_turn():
    """A worker that was away for a night must not find a night's worth of doorbells."""
    app.autodiscover_tasks(force=True)
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, f"{name} rings for {entry['task']}, which does not exist"
        assert "expires" in entry.get("options", {}), f"{name} has no expires"


def test_what_a_page_waits_for_never_stands_behind_the_reading_of_sales():
    def queue(name: str) -> str:
        return app.amqp.router.route({}, name)["queue"].name

    assert {queue(f"fiscal.tasks.{name}") for name in ("reconcile", "compare_due", "tidy")} == {"celery"}
    others = [name for name in app.tasks if name.startswith("fiscal.tasks.")]
    assert {name for name in others if queue(name) == "sales"} == {
        f"fiscal.tasks.{name}"
        for name in ("read_sales", "roll_up", "keep_statistics", "verify", "send_reports", "check_files")
    }
