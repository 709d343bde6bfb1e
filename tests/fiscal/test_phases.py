"""The phase has one rule in two languages: Python for one object, SQL for lists. They must never disagree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.db.models import DateTimeField, IntegerField, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiscal.choices import CredentialStatus, KindName, Phase
from fiscal.models import Credential, Mirror
from fiscal.phases import not_in_step, phase_case, phase_of
from organizations.choices import Kind, Mode
from organizations.models import Organization

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
moments = st.none() | st.sampled_from([NOW - timedelta(seconds=1), NOW, NOW + timedelta(seconds=1)])
facts = st.fixed_dictionaries(
    {
        "applied_generation": st.integers(0, 3),
        "parked_generation": st.integers(0, 3),
        "lease_until": moments,
        "drifted_at": moments,
        "human_action": st.sampled_from(["", "gone", "duplicate"]),
        "tries": st.integers(0, 2),
    }
)
examples = st.lists(
    st.tuples(facts, st.integers(1, 3), st.booleans(), st.sampled_from([None, *CredentialStatus])),
    min_size=1,
    max_size=12,
)


def _organization() -> Organization:
    return Organization.objects.create(
        kind=Kind.ORGANIZATION, in_test=True, name="Eine GmbH", address_line1="x", zip="1", town="y", country_code="AUT"
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(examples=examples)
def test_python_and_sql_agree_on_the_phase(db, examples):
    Mirror.objects.all().delete()
    Credential.objects.all().delete()
    organization = Organization.objects.first() or _organization()
    credentials = {
        status: Credential.objects.create(
            organization=organization,
            mode=Mode.LIVE if status == CredentialStatus.PAUSED else Mode.TEST,
            remote_organization_id=uuid4(),
            status=status,
        )
        for status in CredentialStatus
    }
    for given_facts, generation, retired, status in examples:
        mirror = Mirror.objects.create(
            kind=KindName.ORGANIZATION,
            subject_id=uuid4(),
            organization=organization,
            credential=credentials.get(status),
            **given_facts,
        )
        rows = Mirror.objects.filter(pk=mirror.pk).annotate(
            generation=Value(generation, IntegerField()),
            gone_at=Value(NOW if retired else None, DateTimeField(null=True)),
        )
        in_sql = rows.annotate(phase=phase_case("", NOW, retired_at="gone_at")).get().phase
        in_python = phase_of(
            mirror,
            generation=generation,
            retired=retired,
            now=NOW,
            credential_paused=status == CredentialStatus.PAUSED,
        )
        assert Phase(in_sql) == in_python, (given_facts, generation, retired, status)
        found = rows.filter(not_in_step("", NOW, retired_at="gone_at")).exists()
        assert found or in_python == Phase.IN_STEP, (given_facts, generation, retired, status)


def test_an_object_without_a_mirror_is_waiting():
    assert phase_of(None, generation=1, retired=False, now=NOW) == Phase.WAITING
