"""Marks of a chain are counted, so that one that comes while a verification runs is not lost.

On PostgreSQL numbers of receipts are compared byte by byte, as SQLite does: only then its index finds the beginning of a
number, and gives numbers in order.
"""

from django.db import migrations, models

TABLE, COLUMN = "fiscal_receipt", "number"


def _collate(schema_editor, collation):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f'ALTER TABLE {TABLE} ALTER {COLUMN} TYPE varchar(100) COLLATE "{collation}"')


def by_bytes(apps, schema_editor):
    _collate(schema_editor, "C")


def by_language(apps, schema_editor):
    _collate(schema_editor, "default")


class Migration(migrations.Migration):
    dependencies = [("fiscal", "0006_what_was_sent")]

    operations = [
        migrations.AddField(
            model_name="chain",
            name="marks",
            field=models.PositiveIntegerField(
                default=0, help_text="Counts the marks: tells whether one came meanwhile."
            ),
        ),
        migrations.RunPython(by_bytes, by_language),
    ]
