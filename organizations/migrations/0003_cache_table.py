"""The table of the cache, whose main use is counting sign-in attempts: it holds whatever happens to the broker."""

from django.core.management import call_command
from django.db import migrations

TABLE = "kontor_cache"


def create(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("organizations", "0002_no_children_below_managed")]

    operations = [migrations.RunPython(create, drop)]
