"""Serves the sandbox on its own port: `python -m config.sandbox`, or `gunicorn config.sandbox:application`.

Its own small server answers in two thirds of gunicorn's time (measured with keep-alive), so the launcher takes that.
Never part of a production install. The store lies beside the portal's own data, in a file of its own.
"""

from __future__ import annotations

import gc
from pathlib import Path

from django.utils.module_loading import import_string

from config import environment

if environment.boolean("KONTOR_PRODUCTION", default=False):
    raise RuntimeError("A production install has no sandbox: its providers are real ones.")

_folder = environment.path("KONTOR_DATA_DIR", default=Path(__file__).resolve().parent.parent / ".data")
_folder.mkdir(parents=True, exist_ok=True)
# By name, because the sandbox is no part of the house: nothing of ours may import it.
application = import_string("fiscal.sandbox.app.Sandbox")(_folder / "sandbox.sqlite3")

if __name__ == "__main__":
    # A page of receipts makes a hundred thousand small objects, none of them in circles: look for those less often.
    gc.set_threshold(50_000, 20, 50)
    application.datacash.start_courier()
    port = int(environment.number("KONTOR_SANDBOX_PORT", default=8010, least=1))
    with import_string("fiscal.sandbox.server.SandboxServer")(application, port) as server:
        server.serve_forever()
