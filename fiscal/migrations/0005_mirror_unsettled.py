"""An index that SQLite takes too: without a parameter in its condition, and with the columns that are asked about."""

from django.db import migrations, models

ZERO = models.Func(template="0", output_field=models.IntegerField())


class Migration(migrations.Migration):
    dependencies = [("fiscal", "0004_receipts_by_month")]

    operations = [
        migrations.RemoveIndex(model_name="mirror", name="mirror_unsettled"),
        migrations.AddIndex(
            model_name="mirror",
            index=models.Index(
                condition=models.Q(
                    ("parked_generation__gt", ZERO), ("drifted_at__isnull", False), ("tries__gt", ZERO), _connector="OR"
                ),
                fields=["parked_generation", "drifted_at", "tries"],
                name="mirror_unsettled",
            ),
        ),
    ]
