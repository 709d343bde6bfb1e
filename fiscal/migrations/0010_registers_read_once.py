"""One connection at a time reads a Kassen-ID, and each organization has its own payment methods of a register.

Of registers that are read twice already the one that was known first goes on; the other is then no longer listed. What was
said about a payment method holds for every organization where the register stood, as it did until now.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


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


def give_methods_to_organizations(apps, schema_editor):
    PaymentMethod, DayPayment = apps.get_model("fiscal", "PaymentMethod"), apps.get_model("fiscal", "DayPayment")
    Register = apps.get_model("fiscal", "Register")
    stands = Register.objects.filter(pk=OuterRef("register")).values("organization")
    PaymentMethod.objects.update(organization=Subquery(stands))
    elsewhere = DayPayment.objects.exclude(organization=F("method__organization")).order_by()
    for method_id, organization_id in elsewhere.values_list("method", "organization").distinct():
        copy = PaymentMethod.objects.get(pk=method_id)
        copy.pk, copy.organization_id = None, organization_id
        copy.save()
        DayPayment.objects.filter(method=method_id, organization=organization_id).update(method=copy)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be changed any more


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
        migrations.RemoveConstraint(model_name="paymentmethod", name="payment_method_once"),
        migrations.AddField(
            model_name="paymentmethod",
            name="organization",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.RunPython(give_methods_to_organizations, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="paymentmethod",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.organization"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentmethod",
            constraint=models.UniqueConstraint(fields=("register", "organization", "name"), name="payment_method_once"),
        ),
    ]
