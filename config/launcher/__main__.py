"""`python -m config.launcher`: everything of one Kontor in one terminal."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from config.launcher.house import House, StartFailed


def main() -> int:
    """Run until stopped. 0 after an ordered stop, 1 when the start failed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        return House.from_settings().run()
    except (StartFailed, ImproperlyConfigured) as problem:
        print(f"Kontor cannot start. {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
