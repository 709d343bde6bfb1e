"""What races: `python -m tests.organizations.racing`, told by its input when to begin and what to do. Prints the outcome."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.house.tree import ROOT


def race(database: str, folder: Path, tasks: Sequence[dict[str, str]]) -> list[str]:
    """Let processes do these at the same moment, each one; gives what came of each."""
    environment = {**os.environ, "DATABASE_URL": database, "KONTOR_DATA_DIR": str(folder)}
    begin = time.time() + 6
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.organizations.racing"],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in tasks
    ]
    for racer, task in zip(racers, tasks, strict=True):
        assert racer.stdin
        racer.stdin.write(json.dumps({"begin": begin, **task}))
        racer.stdin.close()
        racer.stdin = None
    ends = [racer.communicate(timeout=300) for racer in racers]
    errors = [error for _out, error in ends if error]
    assert not errors, "\n".join(errors)
    return [out.strip() for out, _error in ends]


def main() -> None:
    """Do one thing at the moment told."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    task = json.load(sys.stdin)
    time.sleep(max(0.0, task["begin"] - time.time()))
    print(_do(task))  # noqa: T201 - what the test reads


def _do(task: dict[str, str]) -> str:
    from organizations import services
    from organizations.access import NoSuchOrganization, NotAuthorized, access_organization
    from organizations.choices import Scope
    from organizations.models import Organization, User
    from organizations.rules import RulesBroken

    gone = (
        services.InvitationGone,
        services.NoSuchHandover,
        services.NoSuchRequest,
        services.NoSuchGrant,
        RulesBroken,
        NotAuthorized,
        NoSuchOrganization,
    )
    user = User.objects.get(email=task["user"])
    try:
        if task["do"] == "redeem":
            services.redeem_invitation(user, digest=task["id"])
        elif task["do"] == "accept":
            services.accept_ownership(user, handover_id=task["id"])  # type: ignore[arg-type]
        else:
            place = Organization.objects.get(name=task["at"])
            reach = access_organization(user, place.public_id, scope=Scope.USERS)
            if task["do"] == "withdraw":
                services.withdraw_ownership(reach)
            elif task["do"] == "leave":
                services.give_up_access(user, grant_id=task["id"])  # type: ignore[arg-type]
            elif task["do"] == "expire":
                return f"expired {services.expire_invitations()}"
    except gone as refused:
        return type(refused).__name__
    return "done"


if __name__ == "__main__":
    main()
