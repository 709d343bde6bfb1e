"""Receipts lose the two foreign keys that the database checked for each row: see `Receipt`.

Django knows how on both databases, and back: on PostgreSQL the partitions follow their table, SQLite's table is made anew.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fiscal", "0007_receipts_marks_and_numbers"),
        ("organizations", "0006_refused_proofs_and_terms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="receipt",
            name="organization",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="register",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="fiscal.register",
            ),
        ),
    ]
