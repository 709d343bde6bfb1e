"""The order of the list of organizations, so that a page of it is read and not sorted out of all of them."""

from django.db import migrations, models
from django.db.models.functions import Coalesce, NullIf

EMPTY = models.Func(template="''", output_field=models.CharField())


class Migration(migrations.Migration):
    dependencies = [("organizations", "0004_verbs_of_statistics")]

    operations = [
        migrations.AddIndex(
            model_name="organization",
            index=models.Index(
                models.F("parent"),
                Coalesce(NullIf(models.F("display_name"), EMPTY), models.F("name")),
                models.F("id"),
                name="organization_tree",
            ),
        ),
    ]
