"""Let the database itself refuse a change of the history (R10)."""

from django.db import migrations

TABLES = ["accounts_accountevent", "accounts_fieldchange"]

SQLITE = """
CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'history is never changed'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION history_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'history is never changed'; END $$;
CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION history_is_never_changed();
"""


def create(apps, schema_editor):
    sql = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for table in TABLES:
        schema_editor.execute(sql.format(table=table))


def drop(apps, schema_editor):
    where = "" if schema_editor.connection.vendor == "sqlite" else "ON {table}"
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER {table}_is_never_changed {where}".format(table=table))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
