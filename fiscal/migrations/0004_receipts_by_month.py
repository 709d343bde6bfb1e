"""On PostgreSQL receipts are partitioned by month of their day; SQLite holds the same table in one piece.

Partitions are made ahead and dropped by a task (`fiscal.statistics.partitions`); what fits none lies in the default
partition. The primary key takes the day in, because PostgreSQL wants the partition key in every unique index.
"""

from django.db import migrations

TABLE = "fiscal_receipt"
FOREIGN_KEYS = {"organization_id": "organizations_organization", "register_id": "fiscal_register"}
INDEXES = {
    "receipt_newest": "(organization_id, issued_at DESC, id DESC)",
    "receipt_number": "(organization_id, number)",
}
UNIQUE = "ADD CONSTRAINT receipt_once UNIQUE (register_id, day, key, organization_id)"


def _rebuild(schema_editor, *, partitioned):
    run = schema_editor.execute
    run(f"ALTER TABLE {TABLE} RENAME TO {TABLE}_old")
    run(f"CREATE SEQUENCE {TABLE}_ids AS bigint")
    by_month = " PARTITION BY RANGE (day)" if partitioned else ""
    run(f"CREATE TABLE {TABLE} (LIKE {TABLE}_old INCLUDING DEFAULTS INCLUDING CONSTRAINTS){by_month}")
    if partitioned:
        run(f"CREATE TABLE {TABLE}_rest PARTITION OF {TABLE} DEFAULT")
    run(f"INSERT INTO {TABLE} SELECT * FROM {TABLE}_old")
    run(f"SELECT setval('{TABLE}_ids', COALESCE(max(id), 0) + 1, false) FROM {TABLE}_old")
    run(f"DROP TABLE {TABLE}_old CASCADE")
    run(f"ALTER TABLE {TABLE} ALTER id SET DEFAULT nextval('{TABLE}_ids')")
    run(f"ALTER SEQUENCE {TABLE}_ids OWNED BY {TABLE}.id")
    run(f"ALTER TABLE {TABLE} ADD PRIMARY KEY ({'id, day' if partitioned else 'id'})")
    run(f"ALTER TABLE {TABLE} {UNIQUE}")
    for column, table in FOREIGN_KEYS.items():
        run(
            f"ALTER TABLE {TABLE} ADD CONSTRAINT receipt_{column} FOREIGN KEY ({column}) REFERENCES {table} (id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )
    for name, columns in INDEXES.items():
        run(f"CREATE INDEX {name} ON {TABLE} {columns}")
    run(f"ALTER SEQUENCE {TABLE}_ids RENAME TO {TABLE}_{'partitioned' if partitioned else 'plain'}_ids")


def partition(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        _rebuild(schema_editor, partitioned=True)


def unite(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        _rebuild(schema_editor, partitioned=False)


class Migration(migrations.Migration):
    dependencies = [("fiscal", "0003_registers_and_statistics")]

    operations = [migrations.RunPython(partition, unite)]
