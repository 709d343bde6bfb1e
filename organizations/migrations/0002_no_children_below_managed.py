"""A managed organization has no children and provisions nothing: two rows, so a trigger, on both databases.

Guide "fiskaly Dashboard & Management API", heading "Difference Between an Organization and a Managed Organization".
SQLite drops triggers when a later migration rebuilds the table: such a migration has to run `create` again, and
tests/organizations/test_structure.py fails if it does not.
"""

from django.db import migrations

WORDS = "a managed organization cannot have organizations below it"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION organizations_check_above() RETURNS trigger AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM organizations_organization above
        WHERE above.id IN (NEW.parent_id, NEW.provisioned_by_id) AND above.kind = 'MANAGED_ORGANIZATION'
    ) OR (NEW.kind = 'MANAGED_ORGANIZATION' AND EXISTS (
        SELECT 1 FROM organizations_organization below WHERE NEW.id IN (below.parent_id, below.provisioned_by_id)
    )) THEN
        RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER organizations_above BEFORE INSERT OR UPDATE OF parent_id, provisioned_by_id, kind
    ON organizations_organization FOR EACH ROW EXECUTE FUNCTION organizations_check_above();
"""

SQLITE = f"""
CREATE TRIGGER organizations_above_{{name}} BEFORE {{event}} ON organizations_organization
WHEN EXISTS (
    SELECT 1 FROM organizations_organization above
    WHERE above.id IN (NEW.parent_id, NEW.provisioned_by_id) AND above.kind = 'MANAGED_ORGANIZATION'
) OR (NEW.kind = 'MANAGED_ORGANIZATION' AND EXISTS (
    SELECT 1 FROM organizations_organization below WHERE NEW.id = below.parent_id OR NEW.id = below.provisioned_by_id
))
BEGIN SELECT RAISE(ABORT, '{WORDS}'); END;
"""
EVENTS = {"insert": "INSERT", "update": "UPDATE OF parent_id, provisioned_by_id, kind"}


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for name, event in EVENTS.items():
        schema_editor.execute(SQLITE.format(name=name, event=event))


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER organizations_above ON organizations_organization")
        schema_editor.execute("DROP FUNCTION organizations_check_above()")
        return
    for name in EVENTS:
        schema_editor.execute(f"DROP TRIGGER organizations_above_{name}")


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
