"""Let the database itself refuse a change of what was noted (R10)."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER privacy_erasure_is_never_changed BEFORE UPDATE ON privacy_erasure
BEGIN SELECT RAISE(ABORT, 'history is never changed'); END
"""
POSTGRESQL = """
CREATE TRIGGER privacy_erasure_is_never_changed BEFORE UPDATE ON privacy_erasure
FOR EACH ROW EXECUTE FUNCTION history_is_never_changed();
"""


def create(apps, schema_editor):
    schema_editor.execute(SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def drop(apps, schema_editor):
    where = "" if schema_editor.connection.vendor == "sqlite" else "ON privacy_erasure"
    schema_editor.execute(f"DROP TRIGGER privacy_erasure_is_never_changed {where}")


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0001_initial"),
        # There PostgreSQL's function comes from.
        ("accounts", "0002_history_is_never_changed"),
    ]

    operations = [migrations.RunPython(create, drop)]
