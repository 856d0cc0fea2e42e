"""Let the database itself refuse a change of the access log."""

from django.db import migrations

TABLE = "institutions_accessevent"

SQLITE = f"""
CREATE TRIGGER {TABLE}_is_never_changed BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, 'history is never changed'); END
"""
POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION history_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'history is never changed'; END $$;
CREATE TRIGGER {TABLE}_is_never_changed BEFORE UPDATE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION history_is_never_changed();
"""


def create(apps, schema_editor):
    schema_editor.execute(SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def drop(apps, schema_editor):
    where = "" if schema_editor.connection.vendor == "sqlite" else f"ON {TABLE}"
    schema_editor.execute(f"DROP TRIGGER {TABLE}_is_never_changed {where}")


class Migration(migrations.Migration):
    dependencies = [("institutions", "0002_access_log")]

    operations = [migrations.RunPython(create, drop)]
