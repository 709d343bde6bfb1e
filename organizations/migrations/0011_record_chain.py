"""The record becomes a chain: every entry gets a number, is bound to the one before it, and can no longer be changed.

What was recorded before is chained as it stands, in the order it was written. Where those people acted from was not recorded
then, so it stays empty.

Triggers refuse every UPDATE, DELETE and TRUNCATE of entries. One DELETE is let through: of an entry that a later
RECORD_PRUNED of the same organization says has been removed. SQLite drops triggers when a later migration rebuilds the table:
such a migration has to run `create` again, and tests/organizations/test_record_only_grows.py fails if it does not.
"""

import secrets

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from organizations.audit.canonical import START, WHAT, WHO, link, moment, own_digest, who_digest
from organizations.audit.keys import mac_of, newest

WORDS = "the record only grows"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION organizations_record_refuses() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation';
END $$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION organizations_record_lets_go() RETURNS trigger AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM organizations_auditentry pruned
        WHERE pruned.organization_id = OLD.organization_id AND pruned.verb = 'RECORD_PRUNED'
        AND pruned.number > OLD.number AND (pruned.after->>'up_to')::bigint >= OLD.number
    ) THEN RETURN OLD; END IF;
    RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER organizations_record_update BEFORE UPDATE ON organizations_auditentry
    FOR EACH ROW EXECUTE FUNCTION organizations_record_refuses();
CREATE TRIGGER organizations_record_delete BEFORE DELETE ON organizations_auditentry
    FOR EACH ROW EXECUTE FUNCTION organizations_record_lets_go();
CREATE TRIGGER organizations_record_truncate BEFORE TRUNCATE ON organizations_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION organizations_record_refuses();
"""
DROP_POSTGRESQL = """
DROP TRIGGER organizations_record_update ON organizations_auditentry;
DROP TRIGGER organizations_record_delete ON organizations_auditentry;
DROP TRIGGER organizations_record_truncate ON organizations_auditentry;
DROP FUNCTION organizations_record_refuses();
DROP FUNCTION organizations_record_lets_go();
"""

# REPLACE deletes without asking delete triggers, unless recursive_triggers is on: so an insert over a row is refused too.
SQLITE = f"""
CREATE TRIGGER organizations_record_update BEFORE UPDATE ON organizations_auditentry
BEGIN SELECT RAISE(ABORT, '{WORDS}'); END;
CREATE TRIGGER organizations_record_delete BEFORE DELETE ON organizations_auditentry
WHEN NOT EXISTS (
    SELECT 1 FROM organizations_auditentry pruned
    WHERE pruned.organization_id = OLD.organization_id AND pruned.verb = 'RECORD_PRUNED'
    AND pruned.number > OLD.number AND json_extract(pruned.after, '$.up_to') >= OLD.number
)
BEGIN SELECT RAISE(ABORT, '{WORDS}'); END;
CREATE TRIGGER organizations_record_replace BEFORE INSERT ON organizations_auditentry
WHEN EXISTS (
    SELECT 1 FROM organizations_auditentry old WHERE old.id = NEW.id
    OR (old.organization_id = NEW.organization_id AND old.number = NEW.number)
)
BEGIN SELECT RAISE(ABORT, '{WORDS}'); END;
"""
DROP_SQLITE = """
DROP TRIGGER organizations_record_update;
DROP TRIGGER organizations_record_delete;
DROP TRIGGER organizations_record_replace;
"""


def statements(vendor, *, drop=False):
    """The statements that put up, or take down, the triggers on this database, one by one."""
    if vendor == "postgresql":
        return [DROP_POSTGRESQL if drop else POSTGRESQL]
    if drop:
        return [line for line in DROP_SQLITE.splitlines() if line]
    return [f"CREATE TRIGGER{part}" for part in SQLITE.split("CREATE TRIGGER")[1:]]


def create(apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor, drop=True):
        schema_editor.execute(statement, params=None)


CHAINED = ("number", "result", "salt", "key_id", "digest", "mac")


def chain(apps, schema_editor):
    """Give every organization's entries numbers and links, in the order in which they were written."""
    entries, ends = apps.get_model("organizations", "AuditEntry"), apps.get_model("organizations", "AuditChain")
    found = entries.objects.order_by("organization_id").values_list("organization_id", "organization__public_id")
    for organization_id, public_id in list(found.distinct()):
        previous, number, batch = START, 0, []
        for entry in entries.objects.filter(organization_id=organization_id).order_by("pk").iterator(chunk_size=1000):
            number += 1
            _seal(entry, str(public_id), number, previous)
            previous = entry.digest
            batch.append(entry)
            if len(batch) == 500:
                entries.objects.bulk_update(batch, CHAINED)
                batch = []
        entries.objects.bulk_update(batch, CHAINED)
        ends.objects.create(organization_id=organization_id, number=number, digest=previous)
    if schema_editor.connection.vendor == "postgresql":
        # Else the new rows' deferred checks would stand in the way of the constraint that follows.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def _seal(entry, organization, number, previous):
    entry.number, entry.result = number, "REFUSED" if entry.verb == "PROOF_REFUSED" else "DONE"
    entry.salt, entry.key_id = secrets.token_hex(16), newest()
    values = {name: getattr(entry, name) for name in {*WHAT, *WHO} - {"actor", "organization", "acting_from"}}
    values |= {"actor": entry.actor_id, "acting_from": None, "run_id": None, "organization": organization}
    values |= {"at": moment(entry.at), "subject_id": str(entry.subject_id)}
    what, who = ({name: values[name] for name in names} for names in (WHAT, WHO))
    entry.digest = link(previous, own_digest(what, who_digest(who)))
    entry.mac = mac_of(entry.digest, entry.key_id)


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0010_dashboard_user"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit_chain",
                        to="organizations.organization",
                    ),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=64)),
                (
                    "attested_number",
                    models.PositiveBigIntegerField(default=0, help_text="The last entry a checkpoint was written for."),
                ),
                (
                    "attested_line",
                    models.CharField(blank=True, help_text="SHA-256 of that checkpoint's line.", max_length=64),
                ),
                ("verified_number", models.PositiveBigIntegerField(default=0)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                (
                    "broken_number",
                    models.PositiveBigIntegerField(blank=True, help_text="Where the first fault was found.", null=True),
                ),
            ],
        ),
        migrations.AddField(
            model_name="auditentry",
            name="acting_from",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose people acted.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organizations.organization",
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="acting_from_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="digest",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="ip_address",
            field=models.CharField(blank=True, max_length=45),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="key_id",
            field=models.CharField(default="", help_text="Which of KONTOR_AUDIT_KEYS made `mac`.", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="mac",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="number",
            field=models.PositiveBigIntegerField(
                default=0, help_text="Counts the organization's entries without a gap, from 1."
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="result",
            field=models.CharField(choices=[("DONE", "done"), ("REFUSED", "refused")], default="DONE", max_length=10),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="run_id",
            field=models.UUIDField(blank=True, help_text="Ties together what one press of a button did.", null=True),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="salt",
            field=models.CharField(
                default="", help_text="Keeps who it was from being guessed out of the digest.", max_length=32
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="user_agent",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="verb",
            field=models.CharField(
                choices=[
                    ("ORGANIZATION_CREATED", "created the organization"),
                    ("ORGANIZATION_CONNECTED", "connected the organization"),
                    ("ORGANIZATION_CHANGED", "changed the organization"),
                    ("ORGANIZATION_RETIRED", "retired the organization"),
                    ("LIVE_ENABLED", "enabled LIVE"),
                    ("LOGO_CHANGED", "changed the logo"),
                    ("LOGO_REMOVED", "removed the logo"),
                    ("ARRANGEMENT_CHANGED", "changed the billing arrangement"),
                    ("ADDRESS_CREATED", "added a billing address"),
                    ("ADDRESS_CHANGED", "changed a billing address"),
                    ("ADDRESS_RETIRED", "removed a billing address"),
                    ("KEY_ISSUED", "issued an API key"),
                    ("KEY_ROTATED", "rotated an API key"),
                    ("KEY_ENABLED", "enabled an API key"),
                    ("KEY_DISABLED", "disabled an API key"),
                    ("KEY_RETIRED", "deleted an API key"),
                    ("KEY_REVEALED", "was shown the secret of an API key"),
                    ("CREDENTIAL_STORED", "stored a credential"),
                    ("CREDENTIAL_REPLACED", "replaced a credential"),
                    ("CREDENTIAL_REVOKED", "removed a credential"),
                    ("PROOF_REFUSED", "was refused for want of proof"),
                    ("TRIED_AGAIN", "asked to try again"),
                    ("DRIFT_ADOPTED", "adopted the provider's values"),
                    ("DRIFT_RESTORED", "restored our values"),
                    ("CONNECTION_STORED", "connected a source of sales"),
                    ("CONNECTION_CHANGED", "changed a source of sales"),
                    ("CONNECTION_REPLACED", "replaced the key of a source of sales"),
                    ("CONNECTION_RESUMED", "let a source of sales go on"),
                    ("CONNECTION_REMOVED", "removed a source of sales"),
                    ("WEBHOOK_SET", "set the address of a webhook"),
                    ("WEBHOOK_REMOVED", "removed the address of a webhook"),
                    ("REGISTER_ADDED", "added a register"),
                    ("REGISTER_CHANGED", "changed a register"),
                    ("REGISTER_PLACED", "moved a register"),
                    ("SHOP_ADDED", "added a shop"),
                    ("SHOP_CHANGED", "changed a shop"),
                    ("SHOP_CLOSED", "closed a shop"),
                    ("METHOD_MAPPED", "said what a payment method means"),
                    ("BACKFILL_STARTED", "began to read past sales"),
                    ("BACKFILL_PAUSED", "paused reading past sales"),
                    ("BACKFILL_RESUMED", "resumed reading past sales"),
                    ("BACKFILL_CANCELLED", "cancelled reading past sales"),
                    ("COLUMNS_MAPPED", "said what the columns of a file mean"),
                    ("FILE_IMPORTED", "imported a file of sales"),
                    ("RECEIPT_CREATED", "had a receipt created"),
                    ("DOCUMENT_EMITTED", "had a document emitted"),
                    ("DOCUMENT_VOIDED", "had a document voided"),
                    ("CHAIN_KEY_STORED", "stored what a register's receipts are verified with"),
                    ("CHAIN_EXPORTED", "exported a register's signed receipts"),
                    ("REPORT_SUBSCRIBED", "subscribed to a turnover report"),
                    ("REPORT_CHANGED", "changed a turnover report"),
                    ("REPORT_ENDED", "ended a turnover report"),
                    ("TERMS_ADOPTED", "adopted the provider's billing terms"),
                    ("TERMS_RESTORED", "restored our billing terms"),
                    ("ROLE_CREATED", "made a role"),
                    ("ROLE_CHANGED", "changed a role"),
                    ("ROLE_RETIRED", "retired a role"),
                    ("TEAM_CREATED", "made a team"),
                    ("TEAM_CHANGED", "changed a team"),
                    ("TEAM_RETIRED", "retired a team"),
                    ("GROUP_CREATED", "made a named group"),
                    ("GROUP_CHANGED", "changed a named group"),
                    ("GROUP_RETIRED", "retired a named group"),
                    ("ACCESS_GRANTED", "granted access to"),
                    ("ACCESS_CHANGED", "changed the access of"),
                    ("ACCESS_REVOKED", "revoked the access of"),
                    ("ACCESS_ENDED", "saw the end date of the access of"),
                    ("PERSON_LEFT", "gave up the own access"),
                    ("DELEGATION_ASKED", "asked to be delegated to"),
                    ("DELEGATION_DECLINED", "declined to delegate"),
                    ("DELEGATION_WITHDRAWN", "withdrew the request to be delegated to"),
                    ("DELEGATION_GRANTED", "delegated administration"),
                    ("DELEGATION_CHANGED", "changed the delegation"),
                    ("DELEGATION_REVOKED", "revoked the delegation"),
                    ("DELEGATION_ENDED", "saw the end date of the delegation"),
                    ("INVITATION_SENT", "invited"),
                    ("INVITATION_RESENT", "invited again"),
                    ("INVITATION_REVOKED", "took back the invitation of"),
                    ("INVITATION_REDEEMED", "accepted the invitation"),
                    ("INVITATION_EXPIRED", "saw the invitation expire of"),
                    ("OWNERSHIP_OFFERED", "offered ownership"),
                    ("OWNERSHIP_ACCEPTED", "took over ownership"),
                    ("OWNERSHIP_DECLINED", "declined ownership"),
                    ("OWNERSHIP_WITHDRAWN", "withdrew the offer of ownership"),
                    ("OWNERSHIP_EXPIRED", "saw the offer of ownership expire"),
                    ("RECORD_EXPORTED", "exported the record"),
                    ("RECORD_PRUNED", "removed old entries of the record"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["-at", "-id"], name="audit_newest"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(condition=models.Q(("run_id__isnull", False)), fields=["run_id"], name="audit_run"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=models.Q(("verb", "RECORD_PRUNED")), fields=["organization", "number"], name="audit_pruned"
            ),
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.UniqueConstraint(fields=("organization", "number"), name="audit_number_once"),
        ),
        migrations.RunPython(create, drop),
    ]
