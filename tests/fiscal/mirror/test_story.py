"""The main job: what is created here exists there."""

from __future__ import annotations

from fiscal.models import IssuedKey, Mirror
from organizations.choices import Mode
from organizations.services import issue_key


def test_the_cast_is_in_step(cast, sandbox):
    mirrors = Mirror.objects.all()

    assert {m.error_text or m.error_code for m in mirrors} == {""}
    assert all(m.applied_generation == 1 for m in mirrors)
    remote = {o["name"]: o for o in sandbox.management.objects("organization")}
    assert remote["Gasthaus Mio"]["billing_options"]["withhold_billing"] is True
    assert remote["Gasthaus Mio"]["metadata"]["kontor_id"] == str(cast.shop.public_id)


def test_a_key_is_issued_and_its_secret_sealed(cast, sandbox, settle):
    key = issue_key(cast.reach(cast.petra, cast.shop), name="till-1", mode=Mode.TEST)

    settle()

    issued = IssuedKey.objects.get(api_key=key)
    assert issued.secret_sealed
    assert len(issued.unsealed()[1]) == 43
