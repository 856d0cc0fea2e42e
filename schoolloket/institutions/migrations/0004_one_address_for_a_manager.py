"""Remove the addresses that the sign-in library kept beside the manager's own.

One that a manager had before kept its rights: it signed in, and got the mail of a reset.
"""

from django.db import migrations


def remove(apps, schema_editor):
    apps.get_model("account", "EmailAddress").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("institutions", "0003_the_access_log_is_never_changed"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(remove, migrations.RunPython.noop)]
