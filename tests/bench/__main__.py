"""`python -m tests.bench [name]`: measure all goals, or those whose name contains the word."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command
from django.test.utils import setup_databases, teardown_databases


def main(only: str) -> int:
    """Print a line per goal; 1 if any falls short."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    django.setup()
    from tests.flushing import let_tests_flush

    let_tests_flush()
    from tests.bench import (
        goals_access,
        goals_memory,
        goals_mirror,
        goals_pages,
        goals_receipts,
        goals_record,
        goals_sign_in,
        goals_statistics,
        goals_statistics_pages,
    )

    goals = [
        goals_mirror.mirror_calls_per_organization,
        goals_mirror.mirror_throughput,
        goals_pages.organizations_list,
        goals_pages.first_load_bytes,
        goals_access.access_decisions,
        goals_access.exposure_preview,
        goals_access.absence_timing,
        goals_statistics_pages.statistics_page,
        goals_statistics_pages.statistics_page_with_ten_times_the_receipts,
        goals_statistics_pages.statistics_csv,
        goals_memory.memory_of_one_window,
        goals_statistics.receipts_taken_in,
        goals_statistics.late_receipts_rolled_up,
        goals_receipts.receipts_far_pages,
        goals_receipts.receipts_number_search,
        goals_record.audit_appended,
        goals_record.audit_verified,
        goals_sign_in.account_timing,
    ]
    chosen = [goal for goal in goals if only in goal.__name__]
    if not chosen:
        print(f"No goal is called {only!r}. There are: {', '.join(goal.__name__ for goal in goals)}.")
        return 2
    print("name value unit ceiling ratio goal ok|short")
    short = 0
    for goal in chosen:
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            for line in goal():
                print(line, flush=True)
                short += not line.holds
        finally:
            call_command("flush", interactive=False, verbosity=0)
            teardown_databases(databases, verbosity=0)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
