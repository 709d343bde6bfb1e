"""Voids and returns are found by the sale that they name. PostgreSQL makes the index on each partition, and on new ones."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fiscal", "0008_receipts_without_constraints")]

    operations = [
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(
                condition=models.Q(("related_key", ""), _negated=True),
                fields=["register", "related_key"],
                name="receipt_related",
            ),
        ),
    ]
