"""The rows that grants replaced are gone. SQLite rebuilds the table of organizations, so its triggers are made anew."""

import uuid
from importlib import import_module

from django.db import migrations, models

above = import_module("organizations.migrations.0002_no_children_below_managed")


def create_on_sqlite(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in above.EVENTS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS organizations_above_{name}")
        above.create(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("organizations", "0008_authorizations_become_grants")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="public_id",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.RunPython(migrations.RunPython.noop, create_on_sqlite),
        migrations.RemoveConstraint(
            model_name="organization",
            name="organization_delegates_only_to_who_provisioned_it",
        ),
        migrations.RemoveIndex(
            model_name="organization",
            name="organization_delegating",
        ),
        migrations.RemoveField(
            model_name="organization",
            name="delegation",
        ),
        migrations.DeleteModel(
            name="Authorization",
        ),
        migrations.RunPython(create_on_sqlite, migrations.RunPython.noop),
    ]
