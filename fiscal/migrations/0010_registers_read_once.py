"""One connection at a time reads a Kassen-ID, and the database says which.

Of registers that are read twice already the one that was known first goes on; the other is then no longer listed.
"""

import django.db.models.deletion
from django.db import migrations, models


def claim_what_is_read(apps, schema_editor):
    Register, SerialClaim = apps.get_model("fiscal", "Register"), apps.get_model("fiscal", "SerialClaim")
    rows = Register.objects.filter(gone_at=None).exclude(serial="").exclude(connection__status="REVOKED")
    columns = (
        "provider",
        "serial",
        "connection_id",
        "connection__organization_id",
        "connection__organization__parent_id",
    )
    claims = [
        SerialClaim(head_id=parent or own, provider=provider, serial=serial, connection_id=connection)
        for provider, serial, connection, own, parent in rows.order_by("pk").values_list(*columns)
    ]
    SerialClaim.objects.bulk_create(claims, batch_size=1_000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("fiscal", "0008_receipts_without_constraints"),
        ("organizations", "0006_refused_proofs_and_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="passed_over",
            field=models.JSONField(default=list, help_text="Registers that others read: [[Kassen-ID, name], …]."),
        ),
        migrations.AddField(
            model_name="register",
            name="counts_from",
            field=models.DateField(
                help_text="Earlier days were read through another register of its Kassen-ID, and count there.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="SerialClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "provider",
                    models.CharField(choices=[("KASSANDRO", "Kassandro"), ("DATACASH", "DataCash")], max_length=10),
                ),
                ("serial", models.CharField(max_length=100)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="fiscal.connection"
                    ),
                ),
                (
                    "head",
                    models.ForeignKey(
                        help_text="The main organization.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("head", "provider", "serial"), name="serial_claimed_once")
                ],
            },
        ),
        migrations.RunPython(claim_what_is_read, migrations.RunPython.noop),
    ]
