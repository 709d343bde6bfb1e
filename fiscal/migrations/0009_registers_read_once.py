"""One connection at a time reads a Kassen-ID, each organization has its own payment methods, workers check uploaded files.

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
    stood = apps.get_model("fiscal", "Placement").objects.exclude(organization=F("register__organization"))
    sold = DayPayment.objects.exclude(organization=F("register__organization")).order_by()
    elsewhere = {pair for rows in (stood, sold) for pair in rows.values_list("register", "organization").distinct()}
    for register_id, organization_id in sorted(elsewhere):
        for method in list(
            PaymentMethod.objects.filter(register=register_id, register__organization=F("organization"))
        ):
            known_as, method.pk, method.organization_id = method.pk, None, organization_id
            method.save()
            DayPayment.objects.filter(method=known_as, organization=organization_id).update(method=method)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be changed any more


def check_anew(apps, schema_editor):
    """What a file says is kept from now on: those that nobody applied yet are checked once more."""
    waiting = apps.get_model("fiscal", "FileImport").objects.filter(ended_at=None).exclude(state="DONE")
    waiting.update(state="CHECKING")


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
        migrations.AddField(
            model_name="fileimport",
            name="check_until",
            field=models.DateTimeField(help_text="A worker checks it until then.", null=True),
        ),
        migrations.AddField(
            model_name="fileimport",
            name="checked",
            field=models.BinaryField(
                help_text="What it says (of one with faults: its sound days), to be applied.", null=True
            ),
        ),
        migrations.AddField(
            model_name="fileimport",
            name="checks",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="fileimport",
            name="rejected",
            field=models.JSONField(default=list, help_text="Numbers of the rows that are then left out."),
        ),
        migrations.AddField(
            model_name="fileimport",
            name="samples",
            field=models.JSONField(default=dict, help_text="A few values of each column."),
        ),
        migrations.AddField(
            model_name="register",
            name="reread_at",
            field=models.DateTimeField(
                help_text="When it was last its turn to have settled days read again.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="fileimport",
            name="content",
            field=models.BinaryField(help_text="As uploaded; emptied when the import ends, or 30 days after."),
        ),
        migrations.AlterField(
            model_name="fileimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("CHECKING", "being checked"),
                    ("MAPPING", "waits for its columns to be named"),
                    ("READY", "checked, not applied yet"),
                    ("DONE", "applied"),
                    ("REFUSED", "refused"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="fileimport",
            index=models.Index(
                condition=models.Q(("state", "CHECKING")), fields=["uploaded_at"], name="file_waits_for_its_check"
            ),
        ),
        migrations.RunPython(check_anew, migrations.RunPython.noop),
    ]
